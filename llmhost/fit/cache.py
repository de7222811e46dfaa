"""The KV cache: what a model keeps of every token while it answers, in bytes on one GPU.

Formulas: keys and values of every layer, `2 x layers x kv_heads x head_dim` numbers per token;
latent attention keeps `layers x (kv_lora_rank + qk_rope_head_dim)` numbers, whole on every GPU
(vllm 0.33.0, v1/kv_cache_interface.py, 2026-11-20).
"""

from dataclasses import dataclass

from llmhost.fit.shape import Layers, Shape, Spread

ALONE = Spread()


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked of a cache.

    Attributes:
        context: Tokens of each request, prompt and answer together.
        requests: How many at a time.
        bits: Of each number in the cache.
        ahead: Tokens computed at a time; window layers keep them beside their window.
        sharing: How many requests may share one cache of `requests` x `context` tokens that is made
            at the start; 0 where each has its own.
    """

    context: int
    requests: int = 1
    bits: float = 16
    ahead: int = 0
    sharing: int = 0


def bytes_per_token(
    shape: Shape, *, bits: float = 16, spread: Spread = ALONE, at: int = 0
) -> float:
    """What one more token takes on one GPU.

    Args:
        shape: The model's shape.
        bits: Of each number in the cache.
        spread: How the model is spread.
        at: How many tokens the request has already; windows that are full take no more.
    """
    return sum(
        _on_gpu(group, spread) * _per_token(group, bits, spread)
        for group in shape.layers
        if group.kind != "window" or at < group.window
    )


def cache_bytes(shape: Shape, use: Use, spread: Spread = ALONE) -> int:
    """What the requests of a use take on one GPU."""
    whole = 0.0
    for group in shape.layers:
        states = (use.sharing or use.requests) * -(-group.state // spread.tensor)
        tokens = _tokens(group, use) * _per_token(group, use.bits, spread)
        whole += _on_gpu(group, spread) * (tokens + states)
    return -int(-whole // 1)


def _tokens(group: Layers, use: Use) -> int:
    """Tokens of all requests that a layer keeps.

    A shared cache has a window for each of those who may share it, and once the tokens that are
    computed at a time (src/llama-kv-cache-iswa.cpp of llama.cpp, 2026-11-20).
    """
    if group.kind == "state":
        return 0
    if group.kind != "window":
        return use.requests * use.context
    if use.sharing:
        return min(use.requests * use.context, use.sharing * group.window + use.ahead)
    return use.requests * min(use.context, group.window + use.ahead)


def _per_token(group: Layers, bits: float, spread: Spread) -> float:
    """Bytes per token of one layer on one GPU.

    Heads are whole: where there are more GPUs than heads, several GPUs keep the same head.
    """
    heads = -(-group.kv_heads // spread.tensor)
    return (heads * (group.key + group.value) + group.latent) * bits / 8 + group.beside


def _on_gpu(group: Layers, spread: Spread) -> int:
    """How many of the layers the fullest group of GPUs has."""
    return -(-group.count // spread.pipeline)
