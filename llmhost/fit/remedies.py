"""What would make a model fit, in order of price, each as a command to copy."""

import math
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from llmhost.errors import UsageError
from llmhost.fit.engine import Engine
from llmhost.fit.judge import Demand, Fit, Known, judge

if TYPE_CHECKING:
    from llmhost.fit.offers import Machine

_SHORTEST_CONTEXT = 2048  # below this a shorter context is no help to anybody
_ROUND = 1024
_MOST = 8


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that fits.

    Attributes:
        what: What is different, in a few words.
        command: What to type; empty where `up` does not make that.
        machine: The cloud's name for the machine; empty where the GPUs stay as they were asked for.
        usd_per_hour: Price in US dollars per hour; None where it is not known.
        bought: How, where a plain request is refused.
        fit: The verdict.
    """

    what: str
    command: str
    machine: str
    usd_per_hour: float | None
    bought: str
    fit: Fit

    @property
    def rank(self) -> tuple[float, bool]:
        """For sorting: by price, and what fits before what is tight."""
        usd = math.inf if self.usd_per_hour is None else self.usd_per_hour
        return usd, self.fit.verdict != "fits"


@dataclass(frozen=True, slots=True)
class Market:
    """What there is to choose from.

    Attributes:
        machines: Machines that can be bought, the cheapest first.
        engine: The provider on a GPU model; a `UsageError` where it cannot use that.
        siblings: Smaller versions of the model, the largest first.
        usual_context: The provider's own default, which needs no flag.
        names: How a model is typed whose id alone does not say which of its versions was meant.
        environment: What is added to the provider's environment, as `--set env.NAME=VALUE`.
        own: The GPU model of a host of one's own, which `up` finds there; empty for any other.
        deploys: Whether `up` has the provider.
    """

    machines: "tuple[Machine, ...]"
    engine: Callable[[str], Engine]
    siblings: tuple[Known, ...] = ()
    usual_context: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    deploys: bool = True


def remedies(asked: Fit, known: Known, market: Market) -> tuple[Remedy, ...]:
    """What would make it fit, the cheapest first: at most eight things."""
    found = [
        *_shorter(asked, known, market),
        *_smaller(asked, market),
        *_elsewhere(asked, known, market),
    ]
    return tuple(sorted(found, key=lambda one: one.rank)[:_MOST])


def holders(known: Known, market: Market, demand: Demand) -> tuple[Remedy, ...]:
    """The cheapest machine of every GPU model that holds a model, the cheapest first."""
    best: dict[str, Remedy] = {}
    for machine in market.machines:
        have = best.get(machine.gpu)
        if have is None or have.fit.verdict != "fits":
            found = _on(known, machine, market, demand)
            if found and (have is None or found.fit.verdict == "fits"):
                best[machine.gpu] = found
    return tuple(sorted(best.values(), key=lambda one: one.rank))


def _on(known: Known, machine: "Machine", market: Market, demand: Demand) -> Remedy | None:
    try:
        engine = market.engine(machine.gpu)
    except UsageError:  # the provider does not run on this GPU
        return None
    fit = judge(known, engine, replace(demand, gpus=machine.gpus, machines=1))
    if fit.verdict == "does not fit":
        return None
    what = f"{machine.gpus} x {machine.gpu} ({machine.name})"
    return Remedy(
        what, command(fit, market), machine.name, machine.usd_per_hour, machine.bought, fit
    )


def _elsewhere(asked: Fit, known: Known, market: Market) -> Iterator[Remedy]:
    demand = Demand(asked.gpus, asked.context, asked.requests)
    for one in holders(known, market, demand):
        if (one.fit.gpu, one.fit.gpus) != (asked.gpu, asked.gpus):
            yield one


def _smaller(asked: Fit, market: Market) -> Iterator[Remedy]:
    """A quantised version: on the GPUs that were asked for, or on the cheapest that hold it."""
    demand = Demand(asked.gpus, asked.context, asked.requests)
    for sibling in market.siblings:
        what = f"{sibling.id}, {sibling.weights.format}"
        fit = judge(sibling, market.engine(asked.gpu), demand)
        if fit.verdict != "does not fit":
            yield _same(fit, what, market)
        elif cheapest := next(iter(holders(sibling, market, demand)), None):
            yield replace(cheapest, what=f"{what}, on {cheapest.what}")


def _shorter(asked: Fit, known: Known, market: Market) -> Iterator[Remedy]:
    """A shorter context on the GPUs that were asked for."""
    tokens = asked.longest.least // _ROUND * _ROUND
    if _SHORTEST_CONTEXT <= tokens < asked.context:
        demand = Demand(asked.gpus, tokens, asked.requests, asked.machines)
        fit = judge(known, market.engine(asked.gpu), demand)
        if fit.verdict == "fits":
            on = f" on {fit.machines} machines" if fit.machines > 1 else ""
            yield _same(fit, f"a context of {tokens:,} tokens{on}", market)


def _same(fit: Fit, what: str, market: Market) -> Remedy:
    """The GPUs that were asked for, with their price where a machine has exactly those."""
    machine = _machine(market.machines, fit.gpu, fit.gpus)
    usd, bought = (machine.usd_per_hour, machine.bought) if machine else (None, "")
    whole = None if usd is None else usd * fit.machines
    return Remedy(what, command(fit, market), machine.name if machine else "", whole, bought, fit)


def _machine(machines: "Iterable[Machine]", gpu: str, gpus: int) -> "Machine | None":
    return next((one for one in machines if (one.gpu, one.gpus) == (gpu, gpus)), None)


def command(fit: Fit, market: Market) -> str:
    """What `up` is told so that it makes just what was judged; empty where it cannot be told."""
    if fit.machines > 1 or not market.deploys:
        return ""
    context = ["--context", str(fit.told)] if fit.told != market.usual_context else []
    said = {**fit.settings, **{f"env.{name}": value for name, value in market.environment.items()}}
    gpu = ["--gpu", fit.gpu] if fit.gpu != market.own else []
    return shlex.join(
        [
            *("llmhost", "up", fit.provider, "--model", market.names.get(fit.model, fit.model)),
            *(*gpu, "--gpus", str(fit.gpus), *context),
            *(word for name, value in said.items() for word in ("--set", f"{name}={value}")),
        ]
    )
