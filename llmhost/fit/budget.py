"""What an engine has of a GPU for weights, KV cache and everything else, in bytes."""

from llmhost.fit.engine import Between, Engine
from llmhost.fit.shape import Shape, Spread

_MIB, _GIB = 1 << 20, 1 << 30


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
    fixed = Between(sum(one.least for one in parts) * _MIB, sum(one.most for one in parts) * _MIB)
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
    total = engine.total - engine.memory.margin_mib * _MIB
    share = engine.share if engine.share is not None else _own_share(engine, gpus)
    match engine.memory.share_of:
        case "total":
            return int(engine.total * share) - engine.memory.margin_mib * _MIB - weights - overhead
        case "static":
            return min(int(engine.total * share) - weights, total - weights - overhead)
        case "free":
            left = total - weights - overhead
            return int(left * share) if left > 0 else left


def budget(engine: Engine, *, gpus: int) -> int:
    """Bytes of one GPU that the engine may fill at all."""
    share = engine.share if engine.share is not None else _own_share(engine, gpus)
    whole = engine.total - engine.memory.margin_mib * _MIB
    if engine.memory.share_of == "total":
        return int(engine.total * share) - engine.memory.margin_mib * _MIB
    return whole


def _own_share(engine: Engine, gpus: int) -> float:
    """The share that an engine works out itself (SGLang, srt/arg_groups/memory_hook.py)."""
    rule = engine.memory.reserve
    if rule is None:
        return 1.0
    mib = rule.base_mib + rule.mib_per_token_at_once * engine.tokens_at_once
    mib += rule.mib_per_gpu * gpus
    if engine.total > rule.large_above_gib * _GIB:
        mib = max(mib, rule.large_mib)
    return max(engine.total - mib * _MIB, 0) / engine.total
