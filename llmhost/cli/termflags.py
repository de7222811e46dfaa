"""The flags that say on what terms a machine is wanted."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Annotated

import typer

from llmhost.errors import UsageError
from llmhost.spec.terms import Terms, read_ttl


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFlags:
    """On what terms; whatever is not said comes from the file, then from llmhost's own."""

    ttl: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="the cloud deletes the machine after that: 90m, 8h, 2d, none [default: 8h]",
        ),
    ] = None
    spot: Annotated[
        bool, typer.Option("--spot", help="a machine that may be taken away at any time, for less")
    ] = False
    region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="only there; repeatable")
    ] = None
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="only there")] = None
    max_price: Annotated[
        float | None, typer.Option(metavar="USD", help="the most it may cost per hour")
    ] = None
    iap: Annotated[
        bool, typer.Option("--iap", help="through Identity-Aware Proxy, without external address")
    ] = False

    def over(self, below: Terms) -> Terms:
        """These flags laid over what a file says.

        Raises:
            UsageError: A flag says what cannot be.
        """
        price = self.max_price
        if price is not None and not (price > 0 and isfinite(price)):
            raise UsageError(f"--max-price takes US dollars per hour, not {price:g}")
        said = below if self.ttl is None else replace(below, ttl_seconds=read_ttl(self.ttl))
        return replace(
            said,
            spot=self.spot or below.spot,
            regions=tuple(self.region) if self.region else below.regions,
            zone=self.zone or below.zone,
            max_usd_per_hour=below.max_usd_per_hour if self.max_price is None else self.max_price,
            iap=self.iap or below.iap,
        )
