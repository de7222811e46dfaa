"""Real questions and what they came to: a table for people."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.steps import STYLES
from llmhost.ui.units import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmhost.workflows.proof import Checked, Smoked


def smoked(of: "Smoked", *, width: int | None = None) -> tuple[Line, ...]:
    """One line per check, below the file it stands in, then the verdict."""
    passed = Span("passed", "good") if of.passed else Span(of.health, "bad")
    return (
        *_checks(of.checks, width),
        line(Span(of.name, "strong"), " with ", of.model, ": ", passed, f": {of.why}"),
        *((line(Span("simulated", "accent"), f": {of.simulated}"),) if of.simulated else ()),
    )


def _checks(of: "Sequence[Checked]", width: int | None) -> "Iterator[Line]":
    rows = columns([_row(check) for check in of], width=width)
    above = ""
    for check, row in zip(of, rows, strict=True):
        if check.suite != above:
            yield line(Span(check.suite, "faint"))
        above = check.suite
        yield row


def _row(check: "Checked") -> tuple[Span, ...]:
    return (
        Span(f"  {check.outcome}", STYLES[check.outcome]),
        Span(check.name),
        Span(duration(check.seconds) if check.seconds else "", "faint"),
        Span(check.seen, "plain" if check.outcome == "failed" else "faint"),
    )
