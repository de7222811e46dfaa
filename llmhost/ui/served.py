"""The end of a good `up`: what was seen, how long it took, and what to type next."""

from typing import TYPE_CHECKING

from llmhost.ui.checks import checks
from llmhost.ui.columns import columns
from llmhost.ui.memory import beside
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.units import count, duration, price

if TYPE_CHECKING:
    from llmhost.workflows.results import Served

_NEXT = {
    "status": "how it is",
    "forward": "reach it from here",
    "ssh": "a shell on the host",
    "logs -f": "what the provider says",
    "down": "take it away again",
}
# This machine needs no way in.
_WAYS_IN = {"forward", "ssh"}


def served(of: "Served") -> tuple[Line, ...]:
    """The report below the story; the endpoint itself is the product and goes to stdout."""
    memory = beside(of.memory, simulated=bool(of.simulated))
    return (
        line(),
        line(
            Span(of.name, "strong"), f" serves {of.model} on {of.host}", Span(_changed(of), "faint")
        ),
        *checks(of.checks),
        *((line(), *memory) if memory else ()),
        line(),
        *_phases(of),
        line(),
        *_bill(of),
        *_next(of),
    )


def _changed(of: "Served") -> str:
    good = len(of.steps) - of.changed
    return f"  ({count(of.changed, 'step')} changed, {good} as they should be)"


def _phases(of: "Served") -> tuple[Line, ...]:
    total = sum(phase.seconds for phase in of.phases)
    rows = [
        *((Span(f"  {phase.title}"), Span(f"{duration(phase.seconds):>7}")) for phase in of.phases),
        (Span("  total", "strong"), Span(f"{duration(total):>7}", "strong")),
    ]
    return columns(rows)


def _bill(of: "Served") -> tuple[Line, ...]:
    cost = price(of.usd_per_hour)
    end = f"until {of.expires}, or until" if of.expires else "until"
    bill = (line(f"costs {cost} {end} it is taken away"),) if cost else ()
    unreal = (line(Span("simulated", "accent"), f": {of.simulated}"),) if of.simulated else ()
    return (*bill, *unreal, *((line(),) if bill or unreal else ()))


def _next(of: "Served") -> tuple[Line, ...]:
    rows = []
    for verb, why in _NEXT.items():
        if of.where == "--local" and verb in _WAYS_IN:
            continue
        word, _, flag = verb.partition(" ")
        typed = " ".join(part for part in ("llmhost", word, of.name, flag, of.where) if part)
        rows.append((Span(f"  {typed}", "accent"), Span(why, "faint")))
    return (line(Span("next", "strong")), *columns(rows))
