"""The shape of a model, as far as it decides how much memory serving it takes."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["full", "window", "latent", "state"]


@dataclass(frozen=True, slots=True)
class Layers:
    """Layers of one kind, all alike in what they keep of a request.

    Attributes:
        kind: `full` keeps keys and values of every token (MHA, GQA and MQA differ in `kv_heads`
            alone), `window` of the last tokens, `latent` one compressed vector per token (MLA),
            `state` the same amount however long the request is (Mamba, linear attention).
        count: How many there are. Layers that keep nothing, or share what another keeps, are none.
        kv_heads: Heads with keys and values of their own.
        key: Numbers in the key of one head.
        value: Numbers in the value of one head.
        window: Tokens that are kept, of `window` layers.
        latent: Numbers in the compressed vector, of `latent` layers.
        beside: Bytes per token besides, in a number format of their own: the index of sparse
            attention.
        state: Bytes per request, of `state` layers.
    """

    kind: Kind
    count: int
    kv_heads: int = 0
    key: int = 0
    value: int = 0
    window: int = 0
    latent: int = 0
    beside: int = 0
    state: int = 0


@dataclass(frozen=True, slots=True)
class Width:
    """A side of a matrix that tensor parallelism cuts.

    Attributes:
        size: Numbers.
        what: What it is of, with its verb.
        experts: Whether it is one of experts, whose blocks are kept otherwise.
    """

    size: int
    what: str
    experts: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's shape.

    Attributes:
        layers: All layers that keep something, grouped.
        depth: All layers.
        heads: Attention heads; tensor parallelism divides them.
        hidden: Numbers that represent a token between layers.
        wide: Numbers a token needs inside a layer's feed-forward part; of a mixture of experts, in
            all experts that see it.
        vocabulary: Words of the tokenizer.
        longest: Tokens of the longest context the model was made for; 0 where it is not said.
        also_divide: Further numbers tensor parallelism must divide, each with what it is a number
            of.
        widths: What tensor parallelism cuts: blocks of quantised weights must come out whole.
        doubts: What of the description is not understood here, and how it was counted instead.
    """

    layers: tuple[Layers, ...]
    depth: int
    heads: int
    hidden: int
    wide: int
    vocabulary: int
    longest: int = 0
    also_divide: tuple[tuple[int, str], ...] = ()
    widths: tuple[Width, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def kv_heads(self) -> int:
        """The most heads with keys and values that any layer has; 0 without such layers."""
        return max((group.kv_heads for group in self.layers), default=0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a model is spread over GPUs.

    Attributes:
        tensor: Every layer is divided among so many GPUs.
        pipeline: The layers are dealt out to so many groups of those.
    """

    tensor: int = 1
    pipeline: int = 1

    @property
    def gpus(self) -> int:
        """How many GPUs that takes."""
        return self.tensor * self.pipeline
