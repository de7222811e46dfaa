"""How many GPUs a load needs, what they cost, and from when on that beats a stated price."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from llmhost.errors import UsageError
from llmhost.fit.capacity import Cost, Count, Load, cost, count
from llmhost.fit.judge import Demand, judge
from llmhost.fit.remedies import Market, Remedy, holders
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask
from llmhost.spec.gpuchoice import choose_gpus
from llmhost.spec.modelname import read_model
from llmhost.workflows.fit import market_of, provider_of
from llmhost.workflows.known import Found, find

_GB = 10**9


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked; None where nothing was said.

    Attributes:
        load: What is to be served.
        model: The model; None counts with `cache_gb` alone.
        provider: What is to serve it; None takes the one its name belongs to.
        gpu: GPU model; None takes the cheapest.
        cache_gb: GB of KV cache per request; None works it out from the model.
        api_usd_per_million: A price per million tokens to compare with.
        offline: Asks nobody.
    """

    load: Load
    model: str | None = None
    provider: str | None = None
    gpu: str | None = None
    cache_gb: float | None = None
    api_usd_per_million: float | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """What a load needs.

    Attributes:
        at_once: Requests under way at the busiest.
        cache_per_request: Bytes of KV cache of one request, on all GPUs of a machine together.
        cache: Bytes of KV cache of all of them.
        model: The model; empty where none was named and weights were not counted.
        machine: The cloud's name for the machine; empty without a model.
        gpu: GPU model.
        gpus_each: GPUs of one machine.
        requests_each: Requests that one machine holds at a time.
        machines: How many machines.
        gpus: How many GPUs.
        cost: What they cost; None where no price is known.
        remark: Where the model's figures come from, if not from its registry.
    """

    at_once: int
    cache_per_request: int
    cache: int
    model: str
    machine: str
    gpu: str
    gpus_each: int
    requests_each: int
    machines: Count
    gpus: Count
    cost: Cost | None
    remark: str = ""


def capacity(wish: Wish, environ: Mapping[str, str] = os.environ) -> Needed:
    """Counts machines for a load.

    Raises:
        UsageError: What is asked cannot be, or no machine holds the model.
        HubError: The model's registry refuses.
    """
    catalog = Catalog.default(environ)
    if wish.model is None:
        return _by_cache(wish, catalog)
    profile = catalog.profile(wish.provider or provider_of(wish.model))
    model = read_model(wish.model, profile)
    found = find(model, catalog, environ, ask_first=True, offline=wish.offline)
    market = market_of(catalog, profile, found)
    if wish.gpu is not None:
        name = market.engine(wish.gpu).gpu
        market = replace(market, machines=tuple(m for m in market.machines if m.gpu == name))
    candidates = [_on(wish, found, market, one) for one in _every(wish, found, market)]
    if not candidates:
        raise UsageError(
            f"no machine in the table holds {found.known.id} with {wish.load.tokens} tokens",
            hint=f"llmhost fit {wish.model} says why",
        )
    return min(candidates, key=_price)


def _every(wish: Wish, found: Found, market: Market) -> list[Remedy]:
    """Every machine that surely holds one request, whatever its price."""
    demand = Demand(gpus=1, context=wish.load.tokens)
    each = [replace(market, machines=(machine,)) for machine in market.machines]
    held = [one for choice in each for one in holders(found.known, choice, demand)]
    return [one for one in held if one.fit.verdict == "fits"]


def _on(wish: Wish, found: Found, market: Market, machine: Remedy) -> Needed:
    """How many of one machine the load needs, counted with the less sure bound."""
    fit = machine.fit
    each = fit.per_gpu.room.least // fit.per_gpu.cache if fit.per_gpu.cache else 0
    engine = market.engine(fit.gpu)
    while each > 1 and judge(
        found.known, engine, Demand(fit.gpus, wish.load.tokens, each)
    ).verdict != "fits":  # fmt: skip
        each -= 1
    load = wish.load
    machines = count(load.at_once, max(each, 1), load.headroom)
    usd = machine.usd_per_hour
    whole = fit.per_gpu.cache * fit.gpus
    return Needed(
        at_once=load.at_once,
        cache_per_request=whole,
        cache=whole * load.at_once,
        model=found.known.id,
        machine=machine.machine,
        gpu=fit.gpu,
        gpus_each=fit.gpus,
        requests_each=max(each, 1),
        machines=machines,
        gpus=Count(machines.least * fit.gpus, machines.wanted * fit.gpus),
        cost=None
        if usd is None
        else cost(load, usd * machines.wanted, api_usd_per_million=wish.api_usd_per_million),
        remark=found.remark,
    )


def _by_cache(wish: Wish, catalog: Catalog) -> Needed:
    """Without a model: GPUs by their name's memory, as one counts on the back of an envelope."""
    if wish.cache_gb is None or wish.gpu is None:
        raise UsageError(
            "no model is named", hint="name one, or say --kv-gb and --gpu to count without weights"
        )
    profile = catalog.profile(wish.provider or "vllm")
    gpus = catalog.gpus()
    name, _ = choose_gpus(profile, Ask(profile.name, gpu=wish.gpu, gpus=1), gpus)
    load, each = wish.load, int(wish.cache_gb * _GB)
    total = each * load.at_once
    number = count(total, gpus[name].memory_gb * _GB, load.headroom)
    machine = next(
        (one for one in market_of(catalog, profile).machines if (one.gpu, one.gpus) == (name, 1)),
        None,
    )
    usd = machine.usd_per_hour if machine else None
    return Needed(
        at_once=load.at_once,
        cache_per_request=each,
        cache=total,
        model="",
        machine=machine.name if machine else "",
        gpu=name,
        gpus_each=1,
        requests_each=gpus[name].memory_gb * _GB // each,
        machines=number,
        gpus=number,
        cost=None
        if usd is None
        else cost(load, usd * number.wanted, api_usd_per_million=wish.api_usd_per_million),
    )


def _price(needed: Needed) -> tuple[float, int]:
    usd = needed.cost.usd_per_hour if needed.cost else float("inf")
    return usd, needed.gpus.wanted
