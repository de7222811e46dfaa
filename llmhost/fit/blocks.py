"""Blocks of quantised weights: numbers in a row that share a scale, and must stay on one GPU.

Engines refuse a shard that cuts a block: FP8 in blocks of 128 x 128 everywhere, AWQ and GPTQ in the
layers outside of experts (`validate_fp8_block_shape` and the check of group sizes in vLLM's
model_executor/layers/quantization, `moe_wna16.py` of the same, vLLM issue 17569, 2026-11-20).
"""

from collections.abc import Mapping
from dataclasses import dataclass

_USUAL = 128  # of every FP8, AWQ and GPTQ version in the catalogue that does not say otherwise
# The kernels for 4-bit experts halve their groups until the shards come out even, down to this.
_LEAST_OF_EXPERTS = 32


@dataclass(frozen=True, slots=True)
class Blocks:
    """How many numbers in a row must stay together; 0 where any cut will do.

    Attributes:
        layers: In the layers that every token passes.
        experts: In the experts of a mixture.
    """

    layers: int = 0
    experts: int = 0


def blocks_of(config: Mapping[str, object]) -> Blocks:
    """The blocks by the `quantization_config` of a `config.json`."""
    said = quantisation(config)
    method = str(said.get("quant_method", "")).lower()
    if method == "fp8":
        size = _first(said.get("weight_block_size"))
        return Blocks(size, size)
    if method in {"awq", "gptq", "awq_marlin", "gptq_marlin", "auto-round"}:
        return _grouped(said.get("group_size", said.get("q_group_size")))
    if method == "compressed-tensors":
        return _compressed(said)
    return Blocks()


def usual_blocks(name: str, size: int | None) -> Blocks:
    """The blocks of a number format by its name, as the catalogue writes it.

    Args:
        name: Such as `FP8` or `AWQ 4 bit`.
        size: What the catalogue says of them; None for what is usual.
    """
    method = name.partition(" ")[0].upper()
    usual = _USUAL if size is None else size
    if method == "FP8":
        return Blocks(usual, usual)
    return _grouped(usual) if method in {"AWQ", "GPTQ"} else Blocks()


def quantisation(config: Mapping[str, object]) -> Mapping[str, object]:
    """What a `config.json` says of its quantisation; empty where it says nothing."""
    said = config.get("quantization_config")
    if not isinstance(said, Mapping):
        inner = config.get("text_config")
        said = inner.get("quantization_config") if isinstance(inner, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def _compressed(said: Mapping[str, object]) -> Blocks:
    """The format of llm-compressor: groups of layers, each with the scheme of its weights."""
    groups = said.get("config_groups")
    for group in groups.values() if isinstance(groups, Mapping) else ():
        weights = group.get("weights") if isinstance(group, Mapping) else None
        if not isinstance(weights, Mapping):
            continue
        if weights.get("strategy") == "block":
            size = _first(weights.get("block_structure"))
            return Blocks(size, size)
        if weights.get("strategy") == "group":
            return _grouped(weights.get("group_size"))
    return Blocks()


def _grouped(size: object) -> Blocks:
    """Groups along the rows; -1 and 0 stand for whole rows, which anything may cut."""
    size = _whole(size)
    return Blocks(size, min(size, _LEAST_OF_EXPERTS))


def _first(sizes: object) -> int:
    return _whole(sizes[0]) if isinstance(sizes, list | tuple) and sizes else 0


def _whole(size: object) -> int:
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 1 else 0
