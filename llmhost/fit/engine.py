"""A provider as far as memory is concerned: its profile's numbers, with every setting decided."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from llmhost.errors import UsageError
from llmhost.fit.shape import Shape, Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmhost.spec.deployment import Setting
    from llmhost.spec.machines import Gpu
    from llmhost.spec.memory import Memory
    from llmhost.spec.profile import Profile

MIB, GIB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Between:
    """An amount of which only the bounds are known."""

    least: int
    most: int

    def __add__(self, other: "Between") -> "Between":
        return Between(self.least + other.least, self.most + other.most)


@dataclass(frozen=True, slots=True)
class Engine:
    """What a provider does with the memory of one kind of GPU.

    Attributes:
        name: The provider.
        title: Its own name.
        memory: Its profile's numbers.
        gpu: The GPU model's name.
        total: Bytes that a program can have of one GPU.
        share: Its share, where a setting or the profile says it; None where it works it out itself.
        cache_type: Number format of the KV cache.
        bits: Bits per number of that.
        tokens_at_once: Tokens it computes at a time.
        requests_at_once: Requests whose next word it chooses at a time.
        split: How it spreads a model over the GPUs of a machine.
        powers_of_two: Whether only 1, 2, 4, 8 … GPUs are of use to it.
    """

    name: str
    title: str
    memory: "Memory"
    gpu: str
    total: int
    share: float | None
    cache_type: str
    bits: float
    tokens_at_once: int
    requests_at_once: int
    split: Literal["tensor", "layer", "automatic", "none"]
    powers_of_two: bool

    def spread(self, gpus: int, machines: int = 1) -> Spread:
        """How it spreads a model over so many GPUs of each of so many machines.

        Between machines layers are dealt out: dividing each of them needs a network as fast as the
        links inside a machine.
        """
        if self.split == "tensor":
            return Spread(tensor=gpus, pipeline=machines)
        return Spread(pipeline=gpus * machines)


def engine_of(
    profile: "Profile", settings: "Mapping[str, Setting]", gpu_name: str, gpu: "Gpu"
) -> Engine:
    """The engine of a profile on a GPU model.

    Raises:
        UsageError: Nobody knows what the provider does with memory, or it has no use for GPUs.
    """
    memory = profile.memory
    if memory is None or profile.gpus is None:
        raise UsageError(
            f"what {profile.title} does with the memory of a GPU is not known here",
            hint="add a `memory:` section to its profile; `llmhost schema profile` describes it",
        )
    share = settings.get(memory.share_setting) if memory.share_setting else None
    cache_type = str(settings.get(memory.cache_setting) or next(iter(memory.cache_bits)))
    tokens, requests = memory.tokens_at_once, memory.requests_at_once
    large = memory.large
    if large and gpu.usable_bytes >= large.above_gib * GIB and gpu_name not in large.except_for:
        tokens, requests = large.tokens_at_once, large.requests_at_once
    chosen = settings.get(memory.requests_setting, 0)
    if isinstance(chosen, int) and chosen > 0:
        requests = chosen
    return Engine(
        name=profile.name,
        title=profile.title,
        memory=memory,
        gpu=gpu_name,
        total=gpu.usable_bytes,
        share=float(share) if isinstance(share, int | float) else memory.share,
        cache_type=cache_type,
        # A format that is not in the list is counted as if it saved nothing.
        bits=memory.cache_bits.get(cache_type, max(memory.cache_bits.values())),
        tokens_at_once=tokens,
        requests_at_once=requests,
        split=profile.gpus.split,
        powers_of_two=profile.gpus.powers_of_two,
    )


def overhead(engine: Engine, shape: Shape, spread: Spread) -> Between:
    """What one GPU needs beside weights and KV cache: an estimate, hence two bounds.

    Activations are those of one layer: the residual stream and its copies, the feed-forward part at
    its widest, in 16 bits; and the scores of all words in 32 bits, for every request whose next
    word is chosen. Allocators and kernels with work space of their own may double that.
    """
    memory = engine.memory
    layer = engine.tokens_at_once * (4 * shape.hidden + -(-shape.wide // spread.tensor)) * 2
    words = engine.requests_at_once * shape.vocabulary * 4
    activations = Between(layer + words, 2 * (layer + words))
    parts = [memory.engine_mib, memory.graphs_mib]
    if spread.gpus > 1:
        parts.append(memory.several_mib)
    fixed = Between(sum(one.least for one in parts) * MIB, sum(one.most for one in parts) * MIB)
    return fixed + activations


def cache_room(engine: Engine, *, weights: int, overhead: int, gpus: int) -> int:
    """Bytes the engine has for the KV cache on one GPU; below 0 where there are none.

    The one place where a provider's share of memory is turned into bytes: a share of all memory
    means something else than the same share of what the weights leave.

    Args:
        engine: The engine.
        weights: Bytes of weights on the GPU.
        overhead: Bytes of everything else on it.
        gpus: All GPUs the model is spread over.
    """
    total = engine.total - engine.memory.margin_mib * MIB
    share = engine.share if engine.share is not None else _own_share(engine, gpus)
    match engine.memory.share_of:
        case "total":
            return int(engine.total * share) - engine.memory.margin_mib * MIB - weights - overhead
        case "static":
            return min(int(engine.total * share) - weights, total - weights - overhead)
        case "free":
            left = total - weights - overhead
            return int(left * share) if left > 0 else left


def budget(engine: Engine, *, gpus: int) -> int:
    """Bytes of one GPU that the engine may fill at all."""
    share = engine.share if engine.share is not None else _own_share(engine, gpus)
    whole = engine.total - engine.memory.margin_mib * MIB
    if engine.memory.share_of == "total":
        return int(engine.total * share) - engine.memory.margin_mib * MIB
    return whole


def _own_share(engine: Engine, gpus: int) -> float:
    """The share that an engine works out itself (SGLang, srt/arg_groups/memory_hook.py)."""
    rule = engine.memory.reserve
    if rule is None:
        return 1.0
    mib = rule.base_mib + rule.mib_per_token_at_once * engine.tokens_at_once
    mib += rule.mib_per_gpu * gpus
    if engine.total > rule.large_above_gib * GIB:
        mib = max(mib, rule.large_mib)
    return max(engine.total - mib * MIB, 0) / engine.total
