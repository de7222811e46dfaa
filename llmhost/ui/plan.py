"""A plan in the alphabet of the field: `+` create, `~` update, `-` delete, diffs below."""

from collections import Counter
from typing import TYPE_CHECKING

from llmhost.ui.memory import fitting
from llmhost.ui.offers import offers
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import price

if TYPE_CHECKING:
    from llmhost.planning.plan import Action, Change, Plan
    from llmhost.steps.base import Drift
    from llmhost.workflows.results import Planned

_SIGNS: "dict[Action, tuple[str, Style]]" = {
    "create": ("+", "good"),
    "update": ("~", "warn"),
    "delete": ("-", "bad"),
    "none": ("=", "faint"),
}
_DIFF: dict[str, Style] = {"+": "good", "-": "bad", "@": "accent"}


def planned(of: "Planned") -> tuple[Line, ...]:
    """Every change, what it consists of, and the sum."""
    changes = [part for change in of.plan for part in _change(change)]
    market = offers(of.offers, of.ttl_seconds)
    memory = fitting(of.memory, of.not_judged)
    return (
        *changes,
        *((line(), *market) if market else ()),
        *((line(), *memory) if memory else ()),
        *([line()] if changes else []),
        *_sum(of.plan),
    )


def _change(of: "Change") -> tuple[Line, ...]:
    sign, style = _SIGNS[of.action]
    calm: Style = "faint" if of.action == "none" else "plain"
    head = line(
        Span(sign, style),
        Span(f" {of.title}", calm),
        Span(f"  ({of.reason})" if of.reason else "", "faint"),
    )
    return (head, *(part for drift in of.drift for part in _drift(drift)))


def _drift(of: "Drift") -> tuple[Line, ...]:
    if of.diff:
        diff = (line("      ", Span(text, _DIFF.get(text[:1], "faint"))) for text in of.diff)
        return (line(f"    {of.attribute}:"), *diff)
    return (
        line(
            f"    {of.attribute}: ",
            Span(of.actual or "absent", "bad"),
            " -> ",
            Span(of.desired or "absent", "good"),
        ),
    )


def _sum(of: "Plan") -> tuple[Line, ...]:
    tally = Counter(change.action for change in of)
    words = [
        f"{tally[action]} to {action}" for action in ("create", "update", "delete") if tally[action]
    ]
    good = f"{tally['none']} as they should be" if tally["none"] else ""
    counts = ", ".join(part for part in (", ".join(words) or "nothing to change", good) if part)
    cost = price(of.usd_per_hour)
    return (
        line(Span(counts, "strong"), f"; the machine costs {cost}" if cost else ""),
        *((line(Span("simulated", "accent"), f": {of.simulated}"),) if of.simulated else ()),
    )
