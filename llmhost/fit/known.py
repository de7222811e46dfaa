"""From what is published or written down about a model to what is known of it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from llmhost.fit.blocks import Blocks, blocks_of, quantisation, usual_blocks
from llmhost.fit.config import shape_of_config
from llmhost.fit.ggufshape import shape_of_gguf
from llmhost.fit.judge import Known
from llmhost.fit.weights import Weights

if TYPE_CHECKING:
    from llmhost.hub.published import Published
    from llmhost.spec.wellknown import WellKnown, WellKnownTable

# `general.file_type` of GGUF files (llama_ftype in include/llama.h of llama.cpp, 2026-11-20).
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip


def from_published(published: "Published") -> Known:
    """A model as its registry has it.

    Raises:
        ShapeError: Its description does not say what is needed.
    """
    gguf = published.kind == "gguf"
    shape = shape_of_gguf(published.config) if gguf else shape_of_config(published.config)
    weights = Weights(
        size=published.weights,
        certainty="exact" if published.exact else "estimate",
        evidence=published.evidence,
        format=_gguf_format(published.config) if gguf else _format(published),
        replicated=published.replicated,
        download=published.download,
        blocks=Blocks() if gguf else blocks_of(published.config),
    )
    return Known(published.id, shape, weights)


def from_catalogue(name: str, table: "WellKnownTable") -> Known:
    """A well-known model."""
    model = table.models[name]
    described = model if model.config else table.models[model.of]
    exact = model.bytes > 0 and model.certainty == "exact"
    if model.bytes:
        evidence = f"llmhost's catalogue: {table.sources[model.bytes_source].short}"
    else:
        evidence = f"{model.parameters:,} parameters of {model.bits:g} bits"
    weights = Weights(
        size=model.bytes or int(model.parameters * model.bits / 8),
        certainty="exact" if exact else "estimate",
        evidence=evidence,
        format=model.format,
        blocks=usual_blocks(model.format, model.block),
    )
    return Known(name, shape_of_config(described.config), weights)


def table_with(name: str, tables: "Iterable[WellKnownTable]") -> "WellKnownTable | None":
    """The family a model belongs to; None where it is not well known."""
    return next((table for table in tables if name in table.models), None)


def siblings(name: str, table: "WellKnownTable") -> tuple[str, ...]:
    """Smaller versions of the same model for the same providers, the largest first."""
    asked = table.models[name]
    base = asked.of or name
    smaller = [
        (_size(other), other_name)
        for other_name, other in table.models.items()
        if other.of == base and other.kind == asked.kind and _size(other) < _size(asked)
    ]
    return tuple(other for _, other in sorted(smaller, reverse=True))


def _size(model: "WellKnown") -> float:
    return model.bytes or model.parameters * model.bits / 8


def _format(published: "Published") -> str:
    quantised = quantisation(published.config)
    if isinstance(method := quantised.get("quant_method"), str):
        bits = quantised.get("bits")
        method = method.upper()
        return f"{method} {bits} bit" if isinstance(bits, int) else method
    return max(published.formats, key=lambda name: published.formats[name], default="")


def _gguf_format(metadata: Mapping[str, object]) -> str:
    number = metadata.get("general.file_type")
    name = _FILE_TYPES.get(number, "") if isinstance(number, int) else ""
    return f"GGUF {name}".rstrip()
