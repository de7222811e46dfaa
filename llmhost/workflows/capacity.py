"""How many GPUs a load needs, what they cost, and from when on that beats a stated price."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from llmhost.errors import UsageError
from llmhost.fit.capacity import Cost, Count, Load, cost, count, within
from llmhost.fit.judge import Demand, Fit, judge
from llmhost.fit.remedies import Market, Remedy, command, holders
from llmhost.spec.catalog import Catalog
from llmhost.spec.gpuchoice import gpu_model
from llmhost.spec.modelname import read_model
from llmhost.workflows.known import Found, find
from llmhost.workflows.market import market_of, provider_of, refuse_other_kind, remarks_on

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
        requests_each: Requests that one machine holds at a time, and its provider answers.
        command: What makes one of these machines; empty where no model is named or `up` does not.
        machines: How many machines.
        gpus: How many GPUs.
        cost: What they cost; None where no price is known.
        remark: Where the model's figures come from, if not from its registry, and that `up` does
            not have the provider.
    """

    at_once: int
    cache_per_request: int
    cache: int
    model: str
    machine: str
    gpu: str
    gpus_each: int
    requests_each: int
    command: str
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
    if wish.api_usd_per_million is not None:
        within("--api-price", wish.api_usd_per_million, least=0.0001, most=1e5)
    if wish.model is None:
        return _by_cache(wish, catalog)
    if wish.cache_gb is not None:
        raise UsageError(
            "--kv-gb counts without a model, and one is named",
            hint="leave out one of them: of a model the KV cache is worked out",
        )
    profile = catalog.described(wish.provider or provider_of(wish.model))
    model = read_model(wish.model, profile)
    found = find(model, catalog, environ, ask_first=True, offline=wish.offline)
    refuse_other_kind(found, profile)
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
    return replace(min(candidates, key=_price), remark=remarks_on(found, profile, market))


def _every(wish: Wish, found: Found, market: Market) -> list[Remedy]:
    """Every machine that surely holds one request, whatever its price."""
    demand = Demand(gpus=1, context=wish.load.tokens)
    each = [replace(market, machines=(machine,)) for machine in market.machines]
    held = [one for choice in each for one in holders(found.known, choice, demand)]
    return [one for one in held if one.fit.verdict == "fits"]


def _most_at_once(wish: Wish, found: Found, market: Market, machine: Remedy) -> Fit:
    """The most requests at a time that one machine surely holds and its provider answers.

    Found by halving: more requests never fit better.
    """
    fit = machine.fit
    engine = market.engine(fit.gpu)
    slots = engine.slots if engine.most_slots is None else engine.most_slots
    low, high = fit, min(wish.load.at_once, slots or wish.load.at_once)
    while low.requests < high:
        middle = (low.requests + high + 1) // 2
        tried = judge(found.known, engine, Demand(fit.gpus, wish.load.tokens, middle))
        if tried.verdict == "fits":
            low = tried
        else:
            high = middle - 1
    return low


def _on(wish: Wish, found: Found, market: Market, machine: Remedy) -> Needed:
    """How many of one machine the load needs, counted with the less sure bound."""
    fit = _most_at_once(wish, found, market, machine)
    each = fit.requests
    load = wish.load
    machines = count(load.at_once, each, load.headroom)
    usd = machine.usd_per_hour
    whole = -(-machine.fit.per_gpu.cache // machine.fit.requests) * fit.gpus
    return Needed(
        at_once=load.at_once,
        cache_per_request=whole,
        cache=whole * load.at_once,
        model=found.known.id,
        machine=machine.machine,
        gpu=fit.gpu,
        gpus_each=fit.gpus,
        requests_each=each,
        command=command(fit, market),
        machines=machines,
        gpus=Count(machines.least * fit.gpus, machines.wanted * fit.gpus),
        cost=None
        if usd is None
        else cost(load, usd * machines.wanted, api_usd_per_million=wish.api_usd_per_million),
    )


def _by_cache(wish: Wish, catalog: Catalog) -> Needed:
    """Without a model: GPUs by their name's memory, as one counts on the back of an envelope."""
    if wish.cache_gb is None or wish.gpu is None:
        raise UsageError(
            "no model is named", hint="name one, or say --kv-gb and --gpu to count without weights"
        )
    profile = catalog.described(wish.provider or "vllm")
    gpus = catalog.gpus()
    name = gpu_model(profile, wish.gpu, gpus)
    within("--kv-gb", wish.cache_gb, least=1e-6, most=1e5)
    load, each = wish.load, int(wish.cache_gb * _GB)
    if each > gpus[name].memory_gb * _GB:
        raise UsageError(
            f"a request of {wish.cache_gb:g} GB has no room on {gpus[name].title}",
            why=f"it has {gpus[name].memory_gb} GB, and a request lies on one GPU here",
            hint="take a larger GPU, or name the model: then several GPUs are counted as one",
        )
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
        command="",
        machines=number,
        gpus=number,
        cost=None
        if usd is None
        else cost(load, usd * number.wanted, api_usd_per_million=wish.api_usd_per_million),
    )


def _price(needed: Needed) -> tuple[float, int]:
    usd = needed.cost.usd_per_hour if needed.cost else float("inf")
    return usd, needed.gpus.wanted
