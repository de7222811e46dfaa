"""What a load needs, as a short calculation that can be followed line by line."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.units import count, price, size

if TYPE_CHECKING:
    from llmhost.fit.capacity import Cost, Load
    from llmhost.workflows.capacity import Needed


def needed(of: "Needed", load: "Load", api_price: float | None) -> tuple[Line, ...]:
    """The calculation, and its sum."""
    rows = [
        ("at once", f"{of.at_once:,}", f"{load.peak:g} per minute x {load.seconds:g} s / 60"),
        ("KV cache", size(of.cache), f"{of.at_once:,} x {size(of.cache_per_request)}"),
        (
            "each holds",
            count(of.requests_each, "request"),
            f"{of.gpus_each} x {of.gpu} {of.machine}".rstrip(),
        ),
        ("least", count(of.machines.least, "machine"), count(of.gpus.least, "GPU")),
        (
            "wanted",
            count(of.machines.wanted, "machine"),
            f"{count(of.gpus.wanted, 'GPU')}, with {load.headroom:.0%} headroom",
        ),
        *(
            _money(of.cost, load, api_price)
            if of.cost
            else [("costs", "unknown", "no price is published")]
        ),
    ]
    weights = "" if of.model else "weights are not counted: no model is named"
    notes = [note for note in (of.remark, weights) if note]
    return (
        line(Span(of.model or "any model", "strong"), f" on {of.gpu}"),
        *columns(
            [
                (Span(f"  {what}"), Span(much, "strong"), Span(how, "faint"))
                for what, much, how in rows
            ]
        ),
        *(line(Span(f"  {note}", "warn")) for note in notes),
        *((line("  each: ", Span(of.command, "accent")),) if of.command else ()),
        line(
            Span(
                f"  assumed: a request still takes {load.seconds:g} s among so many; measure it",
                "faint",
            )
        ),
    )


def _money(of: "Cost", load: "Load", api_price: float | None) -> list[tuple[str, str, str]]:
    million = of.tokens_per_day / 1e6
    rows = [
        ("costs", price(of.usd_per_hour), f"${of.usd_per_hour * 730:,.0f} per month of 730 hours"),
        (
            "per million tokens",
            f"${of.usd_per_million:.2f}",
            f"at {load.average:g} requests per minute: {million:,.1f} million tokens a day",
        ),
    ]
    if api_price and of.even_per_day is not None:
        cheaper = "cheaper" if of.usd_per_million < api_price else "dearer"
        rows.append(
            (
                "even at",
                f"{of.even_per_day / 1e6:,.0f} million tokens a day",
                f"beside ${api_price:g} per million; at this load it is {cheaper}",
            )
        )
    return rows
