"""The verdict: whether a model fits on GPUs, and how long a context then has room."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from llmhost.fit.budget import budget, cache_room, overhead
from llmhost.fit.cache import Use, bytes_per_token, cache_bytes
from llmhost.fit.division import remarks
from llmhost.fit.engine import Between, Engine
from llmhost.fit.likely import Cause, likely
from llmhost.fit.longest import longest_in, tokens_in
from llmhost.fit.refusals import Refusal, beyond, excesses, refusals
from llmhost.fit.shape import Shape, Spread
from llmhost.fit.weights import Weights, on_one_gpu

Verdict: TypeAlias = Literal["fits", "tight", "does not fit"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a model: its id, its shape, its weights."""

    id: str
    shape: Shape
    weights: Weights


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked.

    Attributes:
        gpus: How many GPUs on each machine.
        context: Tokens of each request, prompt and answer together.
        requests: How many at a time.
        machines: How many machines; layers are dealt out among them.
    """

    gpus: int
    context: int
    requests: int = 1
    machines: int = 1


@dataclass(frozen=True, slots=True)
class PerGpu:
    """The memory of the fullest GPU, in bytes.

    Attributes:
        total: What a program can have of it.
        budget: What the provider may fill of that.
        weights: Its part of the weights.
        cache: The KV cache of the requests that were asked for.
        overhead: Everything else: an estimate with two bounds.
        room: What is left for the KV cache, least and most.
    """

    total: int
    budget: int
    weights: int
    cache: int
    overhead: Between
    room: Between


@dataclass(frozen=True, slots=True)
class Fit:
    """A verdict with all that it rests on.

    Attributes:
        model: The model's id.
        provider: The provider's name.
        gpu: GPU model.
        gpus: How many on each machine.
        machines: How many machines.
        context: Tokens of each request.
        requests: How many at a time; as many as the provider was told to make room for.
        told: The context the provider is told: all requests together where they share one.
        settings: The provider's settings that are not at their defaults, and make this so.
        verdict: `fits` even if everything else takes as much as reports go; `tight` if it fits only
            where it takes as little; otherwise `does not fit`.
        reasons: Why it does not fit, or is tight.
        likely: What is likely to happen where somebody goes on all the same; empty where it fits.
        remarks: What is worth knowing besides.
        spread: How the model is spread.
        weights: All weights.
        per_gpu: The fullest GPU.
        bytes_per_token: What one token takes in the KV cache of one GPU, before windows are full.
        cache_bits: Bits per number of the KV cache.
        cache_tokens: Tokens the whole KV cache has room for, in requests of the asked length.
        longest: Longest context for so many requests at a time, no longer than the model was made
            for.
        trained: The longest context the model was made for; 0 where it is not said.
    """

    model: str
    provider: str
    gpu: str
    gpus: int
    machines: int
    context: int
    requests: int
    told: int
    settings: Mapping[str, str]
    verdict: Verdict
    reasons: tuple[str, ...]
    likely: str
    remarks: tuple[str, ...]
    spread: Spread
    weights: Weights
    per_gpu: PerGpu
    bytes_per_token: float
    cache_bits: float
    cache_tokens: Between
    longest: Between
    trained: int


def judge(known: Known, engine: Engine, demand: Demand) -> Fit:
    """Judges whether a model fits; the provider is told to take so many requests at a time."""
    engine = engine.taking(demand.requests)
    spread, shape = engine.spread(demand.gpus, demand.machines), known.shape
    use = _use(engine, demand)
    per_gpu = _per_gpu(known, engine, spread, use)
    refused = (
        *refusals(engine, shape, known.weights, spread),
        *excesses(engine, shape, context=demand.context, requests=demand.requests),
    )
    verdict, cause, reason = _verdict(per_gpu, use, refused, engine)
    return Fit(
        model=known.id,
        provider=engine.name,
        gpu=engine.gpu,
        gpus=demand.gpus,
        machines=demand.machines,
        context=use.context,
        requests=use.requests,
        told=use.context * use.requests if use.sharing else use.context,
        settings={name: _typed(value) for name, value in engine.said.items()},
        verdict=verdict,
        reasons=(*(one.why for one in refused), *reason),
        likely=likely(engine, cause),
        remarks=(*beyond(demand.machines), *remarks(shape, spread), *shape.doubts),
        spread=spread,
        weights=known.weights,
        per_gpu=per_gpu,
        bytes_per_token=bytes_per_token(shape, bits=engine.bits, spread=spread),
        cache_bits=engine.bits,
        cache_tokens=tokens_in(per_gpu.room, per_gpu.cache, use.context * use.requests),
        longest=longest_in(shape, use, spread, per_gpu.room),
        trained=shape.longest,
    )


def _use(engine: Engine, demand: Demand) -> Use:
    """What the engine makes room for; some make it for every request they may get at a time."""
    of, requests = engine.memory.slots, demand.requests
    use = Use(demand.context, requests, engine.bits, engine.tokens_at_once)
    if of is None or engine.slots is None or of.cache == "paged":
        return use
    most = max(requests, engine.slots)
    return replace(use, requests=most) if of.cache == "each" else replace(use, sharing=most)


def _per_gpu(known: Known, engine: Engine, spread: Spread, use: Use) -> PerGpu:
    weights = on_one_gpu(known.weights, known.shape, spread)
    beside = overhead(engine, known.shape, spread)

    def room(taken: int) -> int:
        return cache_room(engine, weights=weights, overhead=taken, gpus=spread.gpus)

    return PerGpu(
        total=engine.total,
        budget=budget(engine, gpus=spread.gpus),
        weights=weights,
        cache=cache_bytes(known.shape, use, spread),
        overhead=beside,
        room=Between(room(beside.most), room(beside.least)),
    )


def _verdict(
    per_gpu: PerGpu, use: Use, refused: tuple[Refusal, ...], engine: Engine
) -> tuple[Verdict, Cause, tuple[str, ...]]:
    """The verdict, what decides about the outcome, and the reason that lies in memory."""
    first: Cause = next((one.cause for one in refused), "")
    if per_gpu.cache <= per_gpu.room.most and per_gpu.room.most > 0:
        if first:
            return "does not fit", first, ()
        if per_gpu.cache <= per_gpu.room.least:
            return "fits", "", ()
        why = "it fits only if everything else takes as little as reports go"
        return "tight", "tight", (why,)
    cause, why = _lack(per_gpu, use, engine)
    return "does not fit", first if first in {"division", "context"} else cause, (why,)


def _lack(per_gpu: PerGpu, use: Use, engine: Engine) -> tuple[Cause, str]:
    """What there is no memory for."""
    if per_gpu.weights > per_gpu.budget:
        return "weights", "the weights alone are larger than what the GPU has for them"
    if per_gpu.room.most <= 0:
        return "cache", "the weights leave no room for a KV cache"
    paged = engine.memory.slots is None or engine.memory.slots.cache == "paged"
    waits = paged and per_gpu.cache <= per_gpu.room.least * use.requests
    why = "the KV cache of these requests is larger than what is left"
    return "wait" if waits else "cache", why


def _typed(value: object) -> str:
    """A setting as it is typed after `--set`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
