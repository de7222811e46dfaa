"""What a cloud has to offer: what would be taken, and why cheaper offers are passed over."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import count, price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.cloud.offers import Offer

_HOUR = 3600


def offers(of: "Sequence[Offer]", ttl_seconds: int | None) -> tuple[Line, ...]:
    """One line per offer, those alike and passed over for the same reason on one line together."""
    if not of:
        return ()
    rows = [_row(alike, ttl_seconds) for alike in _grouped(of)]
    dates = sorted({offer.price_date for offer in of if offer.price_date})
    days = f"; prices of {' and '.join(dates)}" if dates else ""
    end = f"the TTL of {ttl_seconds / _HOUR:g} h" if ttl_seconds else "somebody ends it"
    header = ("", "offer", "per hour", "until the ttl" if ttl_seconds else "", "")
    return (
        *columns(rows, header=header),
        line(Span(f"  the first that can be had is taken, until {end}{days}", "faint")),
        *_unpriced(of),
    )


def _unpriced(of: "Sequence[Offer]") -> tuple[Line, ...]:
    if all(offer.usd_per_hour is not None for offer in of if not offer.refused):
        return ()
    return (line(Span("  that a price is unknown makes nothing free: the bill starts", "warn")),)


def _grouped(of: "Sequence[Offer]") -> "list[list[Offer]]":
    groups: dict[tuple[str, ...], list[Offer]] = {}
    for offer in of:
        apart = offer.place if not offer.refused else ""
        key = (offer.machine_type, offer.provisioning, offer.refused, apart)
        groups.setdefault(key, []).append(offer)
    return list(groups.values())


def _row(alike: "list[Offer]", ttl_seconds: int | None) -> tuple[Span, ...]:
    first = alike[0]
    several = len(alike) > 1
    how = "" if first.provisioning == "on-demand" else f", {first.provisioning}"
    title = f"{first.machine_type}{how}, {count(len(alike), 'zone')}" if several else first.title
    usd = first.usd_per_hour
    total = f"${usd * ttl_seconds / _HOUR:.2f}" if usd is not None and ttl_seconds else ""
    known = price(usd) or "price unknown"
    style: Style = "faint" if first.refused else "plain"
    return (
        Span("  -" if first.refused else "  >", "warn" if first.refused else "good"),
        Span(title, style),
        Span(f"from {known}" if several else known, style),
        Span(total, style),
        Span(first.refused, "faint"),
    )
