"""The weights of a model: how many bytes, how surely that is known, and how many lie on one GPU."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.fit.blocks import Blocks
from llmhost.fit.shape import Shape, Spread

Certainty: TypeAlias = Literal["measured", "exact", "estimate"]


_ANYWHERE = Blocks()


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights.

    Attributes:
        size: Bytes.
        certainty: `measured` by the engine that loaded them, `exact` by the headers or sizes of the
            files that are published, `estimate` where only parameters and bits are known.
        evidence: What the number rests on.
        format: Such as `BF16`, `AWQ 4 bit`, `GGUF Q4_K_M`; empty where it is not known.
        replicated: Bytes that every GPU holds whole where each layer is divided.
        download: Bytes that are fetched to a host; 0 where only the weights are known.
        blocks: What of them must stay together.
    """

    size: int
    certainty: Certainty
    evidence: str
    format: str = ""
    replicated: int = 0
    download: int = 0
    blocks: Blocks = _ANYWHERE


def on_one_gpu(weights: Weights, shape: Shape, spread: Spread) -> int:
    """Bytes of weights on the fullest GPU.

    Where layers are dealt out, the first group also has the words' embedding and the last the
    output matrix; each is taken to be as large as in 16 bits, a quarter of the model at most.
    """
    divided = weights.size - weights.replicated
    each = -(-divided // spread.tensor) + weights.replicated
    if spread.pipeline == 1:
        return each
    end = min(2 * shape.vocabulary * shape.hidden // spread.tensor, each // 4)
    fullest = -(-shape.depth // spread.pipeline)
    return -(-(each - 2 * end) * fullest // shape.depth) + end
