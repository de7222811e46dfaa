"""What keeps an account in order: findings of `doctor`, waste of `gc`, a machine's new end."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.listing import not_asked
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.steps import STYLES
from llmhost.ui.units import count, price

if TYPE_CHECKING:
    from llmhost.cloud.base import Machine
    from llmhost.workflows.results import Cleared, Examined, Extended


def examined(of: "Examined") -> tuple[Line, ...]:
    """Each finding, and below it what to do about it."""
    rows = [
        (
            Span(f"  {finding.outcome}", STYLES[finding.outcome]),
            Span(finding.name),
            Span(finding.seen),
        )
        for finding in of.findings
    ]
    lines: list[Line] = [line(Span(of.cloud, "strong"))]
    for finding, row in zip(of.findings, columns(rows), strict=True):
        lines.append(row)
        if finding.remedy and finding.outcome == "failed":
            lines += [line(Span("           remedy  ", "accent"), finding.remedy)]
    return tuple(lines)


def cleared(of: "Cleared", *, dry: bool = False) -> tuple[Line, ...]:
    """What was found, why it is waste, and what became of it."""
    rows = [
        (Span(f"  {one.kind}"), Span(one.name, "strong"), Span(one.place or "-"), Span(one.why))
        for one in of.waste
    ]
    number = count(len(of.waste), "thing")
    nothing = "nothing was found" if of.unasked else "nothing is left over"
    words = f"{number} nobody needs" if of.waste else nothing
    done = "" if dry or not of.waste else f", {of.deleted} deleted"
    return (
        *columns(rows),
        *(line(Span("  kept", "bad"), f": {kept}") for kept in of.kept),
        line(Span(f"{words}{done}", "strong")),
        *not_asked(of.unasked),
    )


def extension(of: "Machine", ttl: str) -> tuple[Line, ...]:
    """What an extension would do to a machine, for whoever has to agree."""
    return (
        line(f"machine {of.name} in {of.place} would be stopped and started again,"),
        line(f"to live for another {ttl}; its GPUs may be gone when it starts"),
    )


def extended(of: "Extended") -> tuple[Line, ...]:
    """Until when it lives now, and what that costs."""
    cost = price(of.usd_per_hour)
    return (
        line(Span(of.name, "strong"), f" lives until {of.expires}", f", at {cost}" if cost else ""),
    )
