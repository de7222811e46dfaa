"""From the header of a GGUF file to the model's shape.

Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and gguf-py/gguf/constants.py of
llama.cpp, 2026-11-20. How llama.cpp keeps each kind of layer: src/llama-kv-cache.cpp and
src/llama-memory-recurrent.cpp of the same.
"""

from collections import Counter
from collections.abc import Mapping

from llmhost.fit.reading import Description, ShapeError
from llmhost.fit.shape import Layers, Shape

# Every so many layers one looks back without limit, where the header does not say so itself
# (set_swa_pattern in src/llama-model.cpp of llama.cpp, 2026-11-20).
_PATTERNS: Mapping[str, int] = {
    "gemma2": 2, "gemma3": 6, "gemma3n": 5, "cohere2": 4, "llama4": 4, "gpt-oss": 2, "olmo2": 4,
    "exaone4": 4,
}  # fmt: skip


def shape_of_gguf(metadata: Mapping[str, object]) -> Shape:
    """The shape of a model by the header of its GGUF file.

    Raises:
        ShapeError: It does not say what is needed, or says what cannot be.
    """
    family = metadata.get("general.architecture")
    if not isinstance(family, str) or not family:
        raise ShapeError("the GGUF header does not say what kind of model it is")
    of = Description(
        {
            key.removeprefix(f"{family}."): value
            for key, value in metadata.items()
            if key.startswith(f"{family}.")
        },
        {"vocab_size": metadata.get("vocab_size")},
    )
    depth = of.depth("block_count", each="attention.head_count_kv")
    hidden = of.number("embedding_length")
    heads = of.number("attention.head_count")
    return Shape(
        layers=_layers(of, family, depth, max(hidden // heads, 1)),
        depth=depth,
        heads=heads,
        hidden=hidden,
        wide=_wide(of, hidden),
        vocabulary=of.number("vocab_size", default=0, least=0),
        longest=of.number("context_length", default=0, least=0),
    )


def _layers(of: Description, family: str, depth: int, per_head: int) -> tuple[Layers, ...]:
    # Files from before llama.cpp's pull request 12801 (2025-04) have the rank too, but not the
    # matrices to work with it: keys and values of every head are kept. This key tells which it is.
    if of.number("attention.key_length_mla", default=0, least=0):
        rank = of.number("attention.kv_lora_rank")
        latent = rank + of.number("rope.dimension_count", default=0, least=0)
        return (Layers("latent", depth, latent=latent),)
    key = of.number("attention.key_length", default=per_head)
    value = of.number("attention.value_length", default=key)
    window = of.number("attention.sliding_window", default=0, least=0)
    state = _state(of)
    groups: Counter[Layers] = Counter()
    for place, (kv_heads, is_window) in enumerate(_each(of, family, depth)):
        if kv_heads and is_window and window:
            layer = Layers("window", 1, kv_heads=kv_heads, key=key, value=value, window=window)
        elif kv_heads and not _keeps_state(of, place, state):
            layer = Layers("full", 1, kv_heads=kv_heads, key=key, value=value)
        elif state:
            layer = Layers("state", 1, state=state)
        else:
            continue
        groups[layer] += 1
    return tuple(_counted(layer, count) for layer, count in groups.items())


def _each(of: Description, family: str, depth: int) -> list[tuple[int, bool]]:
    """Heads with keys and values, and whether it has a window, of every layer."""
    said = of.items("attention.head_count_kv")
    one = of.number("attention.head_count_kv", "attention.head_count", least=0)
    counts = [value if isinstance(value, int) else one for value in said] or [one] * depth
    marks = of.items("attention.sliding_window_pattern")
    every = 0 if marks else _every(of, family)
    shared = of.number("attention.shared_kv_layers", default=0, least=0)
    found: list[tuple[int, bool]] = []
    for place in range(depth):
        kv_heads = counts[place] if place < len(counts) else one
        is_window = (
            bool(marks[place]) if place < len(marks) else bool(every and (place + 1) % every)
        )
        found.append((0 if place >= depth - shared else max(kv_heads, 0), is_window))
    return found


def _every(of: Description, family: str) -> int:
    said = of.get("attention.sliding_window_pattern")
    return said if isinstance(said, int) and said > 0 else _PATTERNS.get(family, 0)


def _keeps_state(of: Description, place: int, state: int) -> bool:
    """Whether a layer of a hybrid keeps a state although the header gives it heads."""
    interval = of.number("full_attention_interval", default=0, least=0)
    return bool(state and interval and (place + 1) % interval)


def _state(of: Description) -> int:
    """Bytes a recurrent layer keeps of a request: 32 bits per number."""
    inner = of.number("ssm.inner_size", default=0, least=0)
    if not inner:
        return 0
    size = of.number("ssm.state_size")
    groups = of.number("ssm.group_count", default=0, least=0)
    before = of.number("ssm.conv_kernel", default=4) - 1
    return 4 * (before * (inner + 2 * groups * size) + inner * size)


def _wide(of: Description, hidden: int) -> int:
    inner = of.number("feed_forward_length", default=4 * hidden, least=0)
    chosen = of.number("expert_used_count", default=0, least=0)
    expert = of.number("expert_feed_forward_length", default=inner, least=0)
    return max(2 * inner, chosen * (2 * expert + hidden), 1)


def _counted(layer: Layers, count: int) -> Layers:
    return Layers(
        layer.kind,
        count,
        kv_heads=layer.kv_heads,
        key=layer.key,
        value=layer.value,
        window=layer.window,
        state=layer.state,
    )
