"""Which layers of a model keep what, from the many ways in which a `config.json` says it."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from llmhost.fit.reading import Description, ShapeError

LayerKind: TypeAlias = Literal["full", "window", "state", "none"]

# Words of `layer_types` and of its older spellings. Chunked attention looks back to the beginning
# of its chunk at most, which is a window as long as the chunk.
_SPELLINGS: Mapping[LayerKind, str] = {
    "full": "full_attention attention full global deepseek_sparse_attention",
    "window": "sliding_attention chunked_attention local sliding",
    "state": "linear_attention mamba mamba2 recurrent conv linear",
    "none": "mlp moe none",
}
_WORDS = {word: kind for kind, words in _SPELLINGS.items() for word in words.split()}
# Letters of Nemotron-H's `hybrid_override_pattern`: Mamba, attention, and parts that keep nothing.
_LETTERS: Mapping[str, LayerKind] = {"M": "state", "*": "full", "-": "none", "E": "none"}


def layer_kinds(of: Description, depth: int) -> list[LayerKind]:
    """One kind per layer, from the first to the last.

    Raises:
        ShapeError: A layer is of a kind that is not known here.
    """
    kinds = _said(of, depth)
    shared = of.number("num_kv_shared_layers", default=0, least=0)
    if shared:  # the last layers read what an earlier one of their kind keeps (Gemma 3n)
        kinds[max(depth - shared, 0) :] = ["none"] * min(shared, depth)
    return kinds


def window_of(of: Description) -> int:
    """Tokens a window layer looks back; 0 where nothing limits it."""
    if of.get("use_sliding_window") is False:
        return 0
    return of.number("sliding_window", "sliding_window_size", "attention_chunk_size", default=0)


def _said(of: Description, depth: int) -> list[LayerKind]:
    if words := of.items("layer_types", "layers_block_type"):
        return [_word(word) for word in words[:depth]]
    if letters := of.text("hybrid_override_pattern"):
        return [_LETTERS.get(letter, "none") for letter in letters[:depth]]
    if marks := of.items("hybrid_layer_pattern"):  # MiMo: 1 is a window
        return ["window" if mark == 1 else "full" for mark in marks[:depth]]
    if linear := of.inner("linear_attn_config"):  # Kimi Linear counts its layers from 1
        return _numbered(linear, depth)
    if marks := of.items("attn_type_list"):  # MiniMax 01: 0 is linear
        return ["full" if mark == 1 else "state" for mark in marks[:depth]]
    return _every(of, depth)


def _every(of: Description, depth: int) -> list[LayerKind]:
    """Where every so many layers one is different."""
    if interval := of.number("full_attention_interval", default=0, least=0):
        return ["full" if not (place + 1) % interval else "state" for place in range(depth)]
    if period := of.number("attn_layer_period", default=0, least=0):
        offset = of.number("attn_layer_offset", default=0, least=0)
        return ["full" if place % period == offset else "state" for place in range(depth)]
    if not window_of(of):
        return ["full"] * depth
    every = of.number("sliding_window_pattern", "no_rope_layer_interval", default=0, least=0)
    if every:
        return ["full" if not (place + 1) % every else "window" for place in range(depth)]
    # Without any word on which layers: all of them (Mistral 7B v0.1, Phi 3). Qwen 2 leaves the
    # first `max_window_layers` out, whose window is not used in any model that was published.
    first = of.number("max_window_layers", default=0, least=0)
    return ["full" if place < first else "window" for place in range(depth)]


def _numbered(linear: Mapping[str, object], depth: int) -> list[LayerKind]:
    full = linear.get("full_attn_layers")
    chosen: Sequence[object] = full if isinstance(full, list) else ()
    return ["full" if place + 1 in chosen else "state" for place in range(depth)]


def _word(word: object) -> LayerKind:
    if isinstance(word, str) and word in _WORDS:
        return _WORDS[word]
    raise ShapeError(f"a layer is of the kind `{str(word)[:40]}`, which is not known here")
