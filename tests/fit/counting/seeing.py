"""The part of each family that sees, in numbers."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tests.fit.counting.parts import Config

Numbers: TypeAlias = Any
"""An `int`, of values that a configuration has as anything."""


def _linear(into: int, out: int, *, bias: bool = True) -> int:
    return into * out + (out if bias else 0)


def _siglip(config: Config) -> Numbers:
    """SigLIP and the projector below Gemma 3."""
    vision, hidden = config["vision_config"], config["text_config"]["hidden_size"]
    wide, inner = vision["hidden_size"], vision["intermediate_size"]
    layer = 4 * _linear(wide, wide) + _linear(wide, inner) + _linear(inner, wide) + 4 * wide
    patch = vision["num_channels"] * vision["patch_size"] ** 2
    places = (vision["image_size"] // vision["patch_size"]) ** 2 * wide
    before = _linear(patch, wide) + places + 2 * wide
    return vision["num_hidden_layers"] * layer + before + wide * hidden + wide


def _gemma4(config: Config) -> Numbers:
    """The encoder of Gemma 4, gated as its language part is; two axes of positions."""
    vision, hidden = config["vision_config"], config["text_config"]["hidden_size"]
    wide, inner, head = vision["hidden_size"], vision["intermediate_size"], vision["head_dim"]
    layer = 4 * wide * wide + 3 * wide * inner + 4 * wide + 2 * head
    before = 3 * vision["patch_size"] ** 2 * wide + 2 * vision["position_embedding_size"] * wide
    # Two vectors that its configuration says are not used stand in the file all the same.
    return vision["num_hidden_layers"] * layer + before + 2 * wide + wide * hidden


def _qwen2(config: Config) -> Numbers:
    """The encoder of Qwen 2 VL."""
    vision = config["vision_config"]
    wide = vision["embed_dim"]
    inner = wide * vision["mlp_ratio"]
    layer = _linear(wide, 3 * wide) + _linear(wide, wide) + 4 * wide
    layer += _linear(wide, inner) + _linear(inner, wide)
    merged = wide * vision["spatial_merge_size"] ** 2
    merger = 2 * wide + _linear(merged, merged) + _linear(merged, vision["hidden_size"])
    return vision["depth"] * layer + _patch(vision) * wide + merger


def _qwen25(config: Config) -> Numbers:
    """The encoder of Qwen 2.5 VL: gated, norms without biases."""
    vision = config["vision_config"]
    wide, inner = vision["hidden_size"], vision["intermediate_size"]
    layer = _linear(wide, 3 * wide) + _linear(wide, wide) + 2 * wide
    layer += 2 * _linear(wide, inner) + _linear(inner, wide)
    merged = wide * vision["spatial_merge_size"] ** 2
    merger = wide + _linear(merged, merged) + _linear(merged, vision["out_hidden_size"])
    return vision["depth"] * layer + _patch(vision) * wide + merger


def _qwen3(config: Config) -> Numbers:
    """The encoder of Qwen 3 VL: learned positions, and mergers for deeper layers."""
    vision = config["vision_config"]
    wide, inner = vision["hidden_size"], vision["intermediate_size"]
    layer = _linear(wide, 3 * wide) + _linear(wide, wide) + 4 * wide
    layer += _linear(wide, inner) + _linear(inner, wide)
    merged = wide * vision["spatial_merge_size"] ** 2
    merger = _linear(merged, merged) + _linear(merged, vision["out_hidden_size"])
    mergers = merger + 2 * wide + len(vision["deepstack_visual_indexes"]) * (merger + 2 * merged)
    before = (_patch(vision) + 1) * wide + vision["num_position_embeddings"] * wide
    return vision["depth"] * layer + before + mergers


def _patch(vision: Config) -> Numbers:
    channels = vision.get("in_channels", vision.get("in_chans", 3))
    return channels * vision["temporal_patch_size"] * vision["patch_size"] ** 2


def _fuyu(config: Config) -> Numbers:
    """Fuyu has no encoder: patches go through one matrix."""
    return _linear(config["num_channels"] * config["patch_size"] ** 2, config["hidden_size"])


EYES: Mapping[str, Callable[[Config], Numbers]] = {
    "gemma3": _siglip,
    "gemma4": _gemma4,
    "qwen2_vl": _qwen2,
    "qwen2_5_vl": _qwen25,
    "qwen3_vl": _qwen3,
    "fuyu": _fuyu,
}
"""By `model_type`."""
