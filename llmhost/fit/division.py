"""Whether a model can be divided among so many GPUs at all, whatever their memory."""

from collections.abc import Iterable

from llmhost.fit.blocks import Blocks
from llmhost.fit.engine import Engine
from llmhost.fit.shape import Shape, Spread, Width

_COUNTS = (1, 2, 4, 8, 16)


def indivisible(engine: Engine, shape: Shape, spread: Spread) -> tuple[str, ...]:
    """Why it cannot be; empty where it can.

    vLLM divides every layer: attention heads must come out even, and so must the heads of linear
    attention (config/model.py, verify_with_parallel_config, vllm 0.33.0, 2026-11-20).
    """
    gpus = spread.tensor
    reasons = []
    if engine.split == "none" and spread.gpus > 1:
        reasons.append(f"{engine.title} uses one GPU only")
    if shape.heads % gpus:
        reasons.append(
            f"{shape.heads} attention heads cannot be divided among {gpus} GPUs; "
            f"{_some(count for count in _COUNTS if shape.heads % count == 0)} will do"
        )
    reasons += [
        f"{number} {what} cannot be divided among {gpus} GPUs"
        for number, what in shape.also_divide
        if number % gpus
    ]
    heads = shape.kv_heads
    if heads and max(heads, gpus) % min(heads, gpus):
        reasons.append(f"{heads} heads with keys and values cannot be divided among {gpus} GPUs")
    if engine.powers_of_two and gpus & (gpus - 1) and not reasons:
        reasons.append(f"{engine.title} divides models among 1, 2, 4, 8 or 16 GPUs, not {gpus}")
    if spread.pipeline > shape.depth:
        reasons.append(f"{shape.depth} layers cannot be dealt out to {spread.pipeline} GPUs")
    return tuple(reasons)


def cut_blocks(shape: Shape, blocks: Blocks, spread: Spread) -> tuple[str, ...]:
    """Why quantised weights cannot be cut into so many shards; empty where they can."""
    gpus = spread.tensor
    cut = [
        width for width in shape.widths if gpus > 1 and width.size % (gpus * _block(width, blocks))
    ]
    if not cut:
        return ()
    counts = [count for count in _COUNTS if count == 1 or not _cuts(shape, blocks, count)]
    worst = cut[0]
    each = f"among {gpus} GPUs that is {worst.size / gpus:,g} each"
    together = f"which cuts blocks of {_block(worst, blocks)} that were quantised together"
    return (f"{worst.what} {worst.size:,} wide: {each}, {together}; {_some(counts)} will do",)


def remarks(shape: Shape, spread: Spread) -> tuple[str, ...]:
    """What is worth knowing about a division that is possible."""
    heads = shape.kv_heads
    if heads and spread.tensor > heads:
        copies = f"every one of them is kept {spread.tensor // heads} times"
        return (f"{heads} heads with keys and values on {spread.tensor} GPUs: {copies}",)
    if spread.tensor > 1 and any(group.kind == "latent" for group in shape.layers):
        return ("latent attention keeps its whole cache on every GPU",)
    return ()


def _cuts(shape: Shape, blocks: Blocks, gpus: int) -> bool:
    return any(width.size % (gpus * _block(width, blocks)) for width in shape.widths)


def _block(width: Width, blocks: Blocks) -> int:
    return max(blocks.experts if width.experts else blocks.layers, 1)


def _some(counts: Iterable[int]) -> str:
    words = [str(count) for count in counts]
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else words[0]
