"""The verdict: whether a model fits on GPUs, and how long a context then has room."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.fit.cache import Use, bytes_per_token, cache_bytes
from llmhost.fit.division import indivisible, remarks
from llmhost.fit.engine import Between, Engine, budget, cache_room, overhead
from llmhost.fit.shape import Shape, Spread
from llmhost.fit.weights import Weights, on_one_gpu

Verdict: TypeAlias = Literal["fits", "tight", "does not fit"]

_MOST_TOKENS = 1 << 24  # no model of 2026-11 goes beyond ten million


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
        requests: How many at a time.
        verdict: `fits` even if everything else takes as much as reports go; `tight` if it fits only
            where it takes as little; otherwise `does not fit`.
        reasons: Why it does not fit, or is tight.
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
    verdict: Verdict
    reasons: tuple[str, ...]
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
    """Judges whether a model fits."""
    spread, shape = engine.spread(demand.gpus, demand.machines), known.shape
    use = Use(demand.context, demand.requests, engine.bits, engine.tokens_at_once)
    per_gpu = _per_gpu(known, engine, spread, use)
    refusals = (*indivisible(engine, shape, spread), *_too_long(engine, shape, use.context))
    verdict, reason = _verdict(per_gpu, refused=bool(refusals))
    return Fit(
        model=known.id,
        provider=engine.name,
        gpu=engine.gpu,
        gpus=demand.gpus,
        machines=demand.machines,
        context=use.context,
        requests=use.requests,
        verdict=verdict,
        reasons=(*refusals, *reason),
        remarks=(*remarks(shape, spread), *shape.doubts),
        spread=spread,
        weights=known.weights,
        per_gpu=per_gpu,
        bytes_per_token=bytes_per_token(shape, bits=engine.bits, spread=spread),
        cache_bits=engine.bits,
        cache_tokens=_tokens(per_gpu.room, per_gpu.cache, use.context * use.requests),
        longest=_longest(shape, use, spread, per_gpu.room),
        trained=shape.longest,
    )


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


def _verdict(per_gpu: PerGpu, *, refused: bool) -> tuple[Verdict, tuple[str, ...]]:
    if per_gpu.weights > per_gpu.budget:
        return "does not fit", ("the weights alone are larger than what the GPU has for them",)
    if per_gpu.room.most <= 0:
        return "does not fit", ("the weights leave no room for a KV cache",)
    if per_gpu.cache > per_gpu.room.most:
        return "does not fit", ("the KV cache of these requests is larger than what is left",)
    if refused:
        return "does not fit", ()
    if per_gpu.cache > per_gpu.room.least:
        return "tight", ("it fits only if everything else takes as little as reports go",)
    return "fits", ()


def _too_long(engine: Engine, shape: Shape, context: int) -> tuple[str, ...]:
    if engine.memory.beyond_training or not shape.longest or context <= shape.longest:
        return ()
    made = f"the model was made for {shape.longest:,} tokens"
    return (f"{made}, and {engine.title} refuses a context of {context:,}",)


def _tokens(room: Between, cache: int, tokens: int) -> Between:
    if cache <= 0:
        return Between(0, 0)
    return Between(*(max(part, 0) * tokens // cache for part in (room.least, room.most)))


def _longest(shape: Shape, use: Use, spread: Spread, room: Between) -> Between:
    return Between(*(_fitting(shape, use, spread, part) for part in (room.least, room.most)))


def _fitting(shape: Shape, use: Use, spread: Spread, room: int) -> int:
    """The longest context whose cache has room, by halving; 0 where none has."""
    low, high = 0, shape.longest or _MOST_TOKENS
    while low < high:
        middle = (low + high + 1) // 2
        asked = Use(middle, use.requests, use.bits, use.ahead)
        if cache_bytes(shape, asked, spread) <= room:
            low = middle
        else:
            high = middle - 1
    return low
