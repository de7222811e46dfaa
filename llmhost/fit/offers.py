"""Machines with GPUs and their prices, the cheapest first."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmhost.spec.machines import MachineTable, MachineType


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that can be bought.

    Attributes:
        name: The cloud's name for the type.
        gpu: GPU model.
        gpus: How many.
        usd_per_hour: Price in US dollars per hour; None where nobody publishes one.
        bought: How, where a plain request is refused: `spot` or `flex-start`; otherwise empty.
        day: Day of the newest price in the table.
    """

    name: str
    gpu: str
    gpus: int
    usd_per_hour: float | None
    bought: str
    day: str

    @property
    def rank(self) -> float:
        """For sorting: what costs nobody knows how much comes last."""
        return math.inf if self.usd_per_hour is None else self.usd_per_hour


def machines(table: "MachineTable") -> tuple[Machine, ...]:
    """The cheapest machine of every GPU model and number of them, the cheapest first."""
    day = table.as_of.isoformat()
    found: dict[tuple[str, int], Machine] = {}
    for name, kind in table.machines.items():
        usd, bought = _price(kind)
        machine = Machine(name, kind.gpu, kind.gpus, usd, bought, day)
        best = found.get((kind.gpu, kind.gpus))
        if best is None or machine.rank < best.rank:
            found[kind.gpu, kind.gpus] = machine
    return tuple(sorted(found.values(), key=lambda one: (one.rank, one.gpus, one.name)))


def _price(kind: "MachineType") -> tuple[float | None, str]:
    price = kind.price
    if price is None:
        return None, ""
    if price.on_demand is not None and "on_demand" in kind.buy:
        return price.on_demand, ""
    ways = [(price.spot, "spot"), (price.flex_start, "flex-start")]
    known = [(usd, how) for usd, how in ways if usd is not None]
    return min(known) if known else (None, "")
