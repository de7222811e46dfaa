"""Everything llmhost made, as a table."""

from collections import Counter
from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.units import count, price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmhost.workflows.results import Entry, Listing

_HEADER = (
    "name",
    "provider",
    "model",
    "gpus",
    "state",
    "where",
    "place",
    "created",
    "until",
    "price",
)


def listing(of: "Listing", *, width: int | None = None) -> tuple[Line, ...]:
    """One line per deployment, below a header; nothing where there is none."""
    if not of.deployments:
        return ()
    return columns([_row(entry) for entry in of.deployments], header=_HEADER, width=width)


def margin(of: "Listing") -> tuple[Line, ...]:
    """What belongs beside the table: the sum, what is idle or left over, and who was not asked."""
    bill = sum(entry.usd_per_hour or 0.0 for entry in of.deployments)
    number = count(len(of.deployments), "deployment")
    total = f"{number}, {price(bill)}" if bill else number
    idle = [_idle(one) for one in of.deployments if one.billed and one.state == "stopped"]
    return (line(Span(total, "faint")), *idle, *_left_over(of), *not_asked(of.unasked))


def _left_over(of: "Listing") -> tuple[Line, ...]:
    kinds = Counter(waste.kind for waste in of.unused)
    words = ", ".join(count(number, kind) for kind, number in kinds.items())
    return (line(Span(f"{words} left over", "warn"), ": llmhost gc"),) if words else ()


def not_asked(clouds: "Iterable[str]") -> tuple[Line, ...]:
    """The clouds that could not be asked, each with the reason: there may be more in them."""
    return tuple(line(Span("warning", "warn"), f": not asked: {reason}") for reason in clouds)


def _row(of: "Entry") -> tuple[Span, ...]:
    unreal = " (simulated)" if of.simulated else ""
    return (
        Span(of.name, "strong"),
        Span(of.provider),
        Span(of.model),
        Span(f"{of.gpus}{unreal}"),
        Span(of.state),
        Span(of.where),
        Span(of.place or "-"),
        Span(of.created or "-"),
        Span(of.expires or "-"),
        Span(price(of.usd_per_hour) or _unpriced(of)),
    )


def _unpriced(of: "Entry") -> str:
    if not of.billed:
        return "-"
    return "its disk" if of.state == "stopped" else "unknown"


def _idle(of: "Entry") -> Line:
    """What ends a machine that ends by itself no more."""
    gc = f", `llmhost gc` after {of.swept_after} as well" if of.swept_after else ""
    return line(
        Span("note", "accent"),
        f": {of.name} is stopped and costs its disk alone: `llmhost up` starts it, "
        f"`llmhost down {of.name} {of.where}` ends it{gc}",
    )
