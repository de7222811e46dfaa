"""What the header of a weights file says: how many bytes, of which number formats."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Tensors:
    """The tensors of one file or of several.

    Attributes:
        size: Bytes of all tensors, as they lie in the file.
        elements: Numbers they hold; of packed formats, the packed words.
        count: How many tensors.
        replicated: Bytes of those that every GPU holds whole when layers are spread over several:
            norms, biases, routers of experts, and the compressing projections of latent attention.
        formats: Bytes by number format.
    """

    size: int = 0
    elements: int = 0
    count: int = 0
    replicated: int = 0
    formats: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def together(parts: Iterable[Tensors]) -> Tensors:
    """The tensors of several files."""
    all_parts = tuple(parts)
    formats: dict[str, int] = {}
    for part in all_parts:
        for name, size in part.formats.items():
            formats[name] = formats.get(name, 0) + size
    return Tensors(
        size=sum(part.size for part in all_parts),
        elements=sum(part.elements for part in all_parts),
        count=sum(part.count for part in all_parts),
        replicated=sum(part.replicated for part in all_parts),
        formats=MappingProxyType(formats),
    )


def is_replicated(name: str, dimensions: int) -> bool:
    """Whether tensor parallelism leaves a tensor whole on every GPU.

    vLLM splits what is a matrix over output or input channels; what has one dimension, the routers
    (`ReplicatedLinear`) and the compressing half of latent attention stay whole (vllm 0.33.0,
    model_executor/models/deepseek_v2.py and qwen3_moe.py, 2026-11-20).
    """
    if dimensions < 2:  # noqa: PLR2004  a vector
        return True
    stem = name.removesuffix(".weight").removesuffix(".weight_scale_inv")
    last = stem.rpartition(".")[2]
    return last in {"gate", "router", "q_a_proj", "kv_a_proj_with_mqa", "shared_expert_gate"}
