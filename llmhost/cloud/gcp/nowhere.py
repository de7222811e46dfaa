"""Zones and regions that somebody typed and that do not exist. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from llmhost.cloud.gcp.places import last, region_of
from llmhost.errors import UsageError
from llmhost.spec.machines import MachineTable
from llmhost.spec.terms import Terms


def refuse_nowhere(
    terms: Terms, regions: Sequence[Mapping[str, Any]] | None, table: MachineTable
) -> None:
    """Refuses places that are none.

    Args:
        terms: What was asked for.
        regions: What regions.list answered, each with links to its zones; None where we may not
            ask: then the table's are all that are known.
        table: The machine catalogue.

    Raises:
        UsageError: There is no such zone, or no such region.
    """
    with_gpus = {zone for zones in table.zones.values() for zone in zones}
    zones = {last(link) for region in regions or () for link in region.get("zones", ())} | with_gpus
    if terms.zone and terms.zone not in zones:
        raise _nowhere("zone", terms.zone, zones, with_gpus)
    known = {region_of(zone) for zone in zones} | {region["name"] for region in regions or ()}
    for region in terms.regions:
        if region not in known:
            raise _nowhere("region", region, known, map(region_of, with_gpus))


def _nowhere(kind: str, typed: str, known: Iterable[str], usual: Iterable[str]) -> UsageError:
    close = get_close_matches(typed, sorted(known), n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    return UsageError(
        f"there is no {kind} `{typed}`",
        hint=f"{meant}{kind}s with GPUs: {', '.join(sorted(set(usual)))}",
    )
