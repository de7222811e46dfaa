"""What can be had on GCP for a request: machine types x zones x ways to buy, in order of price.

Pure: the table, and what was asked of Compute Engine about this project, come in as values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from llmhost.cloud.gcp.places import region_of
from llmhost.cloud.gcp.prices import priced
from llmhost.cloud.gcp.quotas import Need, Quotas
from llmhost.cloud.offers import Offer, Provisioning
from llmhost.spec.machines import MachineTable, MachineType
from llmhost.spec.terms import Terms

# The words of the table's `buy` that can be asked for machine by machine, in ours.
_WAYS: Mapping[str, Provisioning] = {
    "on_demand": "on-demand",
    "spot": "spot",
    "flex_start": "flex-start",
}

# Flex-start machines run for seven days at most (instances/flex-start-vms, 2026-04).
LONGEST_FLEX_SECONDS = 7 * 86400


@dataclass(frozen=True, slots=True)
class Wish:
    """What a machine has to be.

    Attributes:
        gpu: GPU model as in the table.
        gpus: Exactly how many.
        gpu_memory_gb: Memory of one of them.
        terms: For how long, where, at what price.
        disk_gb: Size of its boot disk.
    """

    gpu: str
    gpus: int
    gpu_memory_gb: float
    terms: Terms
    disk_gb: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What Compute Engine said about this project; None where it could not be asked.

    Attributes:
        zones: Zones that list a machine type with its GPUs, by its name.
        quotas: What the project may have.
        regions: Regions in which the network has a subnet.
        outlets: Regions in which a machine without an external address gets out of the network.
    """

    zones: Mapping[str, frozenset[str]] | None = None
    quotas: Quotas | None = None
    regions: frozenset[str] | None = None
    outlets: frozenset[str] | None = None


def offers(table: MachineTable, wish: Wish, known: Known) -> tuple[Offer, ...]:
    """Every offer with exactly those GPUs, the cheapest first, unknown prices last."""
    judged = [
        _judged(table.machines[offer.machine_type], offer, wish, known)
        for offer in _all(table, wish, known)
    ]
    return tuple(sorted(judged, key=lambda offer: _rank(offer, table.region)))


def counts(table: MachineTable, gpu: str) -> tuple[int, ...]:
    """How many GPUs of a model the machines of the table have."""
    return tuple(sorted({kind.gpus for kind in table.machines.values() if kind.gpu == gpu}))


def _all(table: MachineTable, wish: Wish, known: Known) -> Iterator[Offer]:
    for name, kind in table.machines.items():
        if (kind.gpu, kind.gpus) != (wish.gpu, wish.gpus):
            continue
        listed = known.zones.get(name, frozenset()) if known.zones is not None else frozenset()
        for zone in sorted({*table.zones[kind.zones], *listed}):
            for word in kind.buy:
                if word in _WAYS:
                    usd, date = priced(table, name, word, region_of(zone))
                    yield Offer(name, zone, _WAYS[word], kind.gpu, kind.gpus, usd, date)


def _rank(offer: Offer, home: str) -> tuple[bool, float, bool, str, str]:
    price, abroad = offer.usd_per_hour, region_of(offer.place) != home
    return (price is None, price or 0.0, abroad, offer.place, offer.machine_type)


def _judged(kind: MachineType, offer: Offer, wish: Wish, known: Known) -> Offer:
    """The offer, with the first reason why it may not be taken, if there is one; quotas come last.

    So what lacks a quota lacks nothing else.
    """
    for reason in (_elsewhere, _shut_in, _unlisted, _other_way, _small, _long, _dear):
        if words := reason(kind, offer, wish, known):
            return replace(offer, refused=words)
    quotas, region = known.quotas or Quotas(), region_of(offer.place)
    addresses = 0 if wish.terms.iap else 1
    need = Need(kind.accelerator, wish.gpus, kind.disks[0], wish.disk_gb, addresses)
    short = quotas.shortage(need, region, offer.provisioning)
    return replace(offer, refused=short.words, lacks=short.quota) if short else offer


def _elsewhere(_kind: MachineType, offer: Offer, wish: Wish, known: Known) -> str:
    terms, region = wish.terms, region_of(offer.place)
    if terms.zone and offer.place != terms.zone:
        return f"not in --zone {terms.zone}"
    if terms.regions and region not in terms.regions:
        return f"not in --region {' '.join(terms.regions)}"
    if known.regions is not None and region not in known.regions:
        return f"the network has no subnet in {region}"
    return ""


def _shut_in(_kind: MachineType, offer: Offer, wish: Wish, known: Known) -> str:
    region = region_of(offer.place)
    if not wish.terms.iap or known.outlets is None or region in known.outlets:
        return ""
    if not known.outlets:
        return (
            "--iap needs Cloud NAT, and the network has none: `llmhost doctor` says how to make it"
        )
    return f"--iap needs Cloud NAT, and {region} has none"


def _unlisted(kind: MachineType, offer: Offer, _wish: Wish, known: Known) -> str:
    if known.zones is None or offer.place in known.zones.get(offer.machine_type, frozenset()):
        return ""
    which = " with its GPU" if kind.attach else ""
    return f"{offer.place} does not list {offer.machine_type}{which}"


def _other_way(kind: MachineType, offer: Offer, wish: Wish, _known: Known) -> str:
    if wish.terms.spot:
        return "" if offer.provisioning == "spot" else "--spot asks for Spot machines"
    if offer.provisioning == "spot":
        return "may be taken away at any time; --spot accepts that"
    if offer.provisioning == "flex-start" and "on_demand" in kind.buy:
        return "waits for its turn; on-demand machines are there at once"
    return ""


def _small(kind: MachineType, _offer: Offer, wish: Wish, _known: Known) -> str:
    # Weights pass through the page cache on their way to the GPU: with less RAM, twice.
    memory = wish.gpu_memory_gb * kind.gpus
    if kind.ram_gb >= memory:
        return ""
    return f"its {kind.ram_gb:g} GB of RAM are less than its GPUs' {memory:g} GB"


def _long(_kind: MachineType, offer: Offer, wish: Wish, _known: Known) -> str:
    ttl = wish.terms.ttl_seconds
    if offer.provisioning != "flex-start" or (ttl is not None and ttl <= LONGEST_FLEX_SECONDS):
        return ""
    return "flex-start machines run for 7 days at most; say a shorter --ttl"


def _dear(_kind: MachineType, offer: Offer, wish: Wish, _known: Known) -> str:
    most = wish.terms.max_usd_per_hour
    if most is None:
        return ""
    if offer.usd_per_hour is None:
        return "its price is not known, and --max-price is given"
    return "" if offer.usd_per_hour <= most else f"costs more than --max-price {most:g}"
