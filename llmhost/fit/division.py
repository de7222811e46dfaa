"""Whether a model can be divided among so many GPUs at all, whatever their memory."""

from llmhost.fit.engine import Engine
from llmhost.fit.shape import Shape, Spread


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
            f"{_some(shape.heads)} will do"
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


def remarks(shape: Shape, spread: Spread) -> tuple[str, ...]:
    """What is worth knowing about a division that is possible."""
    heads = shape.kv_heads
    if heads and spread.tensor > heads:
        copies = f"every one of them is kept {spread.tensor // heads} times"
        return (f"{heads} heads with keys and values on {spread.tensor} GPUs: {copies}",)
    if spread.tensor > 1 and any(group.kind == "latent" for group in shape.layers):
        return ("latent attention keeps its whole cache on every GPU",)
    return ()


def _some(heads: int) -> str:
    counts = [str(count) for count in (1, 2, 4, 8, 16) if heads % count == 0]
    return ", ".join(counts[:-1]) + f" or {counts[-1]}" if len(counts) > 1 else counts[0]
