"""A tiny Llama with random weights: made on the spot, and real enough to be served."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

# A random byte stands for one of 256 numbers, from -0.25 to 0.248 in steps of 1/512. All are exact
# in bfloat16, whose two bytes are the upper half of a float32.
STEP = 1 / 512
ONE = b"\x80\x3f"  # 1.0 in bfloat16


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Llama, named as in its `config.json`.

    There are as many heads as the largest tensor parallel size a machine can ask for, 16 GPUs.
    """

    vocab_size: int
    hidden_size: int = 128
    intermediate_size: int = 256
    num_hidden_layers: int = 2
    num_attention_heads: int = 16
    num_key_value_heads: int = 8
    head_dim: int = 32
    max_position_embeddings: int = 131072
    rms_norm_eps: float = 1e-5
    rope_theta: float = 10000.0


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of bfloat16 numbers, in the order and by the names of Hugging Face's Llama."""

    name: str
    shape: tuple[int, ...]
    data: bytes


def tensors(shape: Shape) -> Iterator[Tensor]:
    """The weights, the same at every call."""
    hidden, wide = shape.hidden_size, shape.intermediate_size
    queries = shape.num_attention_heads * shape.head_dim
    keys = shape.num_key_value_heads * shape.head_dim
    yield _random("model.embed_tokens.weight", shape.vocab_size, hidden)
    for number in range(shape.num_hidden_layers):
        layer = f"model.layers.{number}"
        yield _ones(f"{layer}.input_layernorm.weight", hidden)
        yield _random(f"{layer}.self_attn.q_proj.weight", queries, hidden)
        yield _random(f"{layer}.self_attn.k_proj.weight", keys, hidden)
        yield _random(f"{layer}.self_attn.v_proj.weight", keys, hidden)
        yield _random(f"{layer}.self_attn.o_proj.weight", hidden, queries)
        yield _ones(f"{layer}.post_attention_layernorm.weight", hidden)
        yield _random(f"{layer}.mlp.gate_proj.weight", wide, hidden)
        yield _random(f"{layer}.mlp.up_proj.weight", wide, hidden)
        yield _random(f"{layer}.mlp.down_proj.weight", hidden, wide)
    yield _ones("model.norm.weight", hidden)
    yield _random("lm_head.weight", shape.vocab_size, hidden)


def _ones(name: str, size: int) -> Tensor:
    return Tensor(name, (size,), ONE * size)


def _random(name: str, rows: int, columns: int) -> Tensor:
    noise = hashlib.shake_256(name.encode()).digest(rows * columns)
    return Tensor(name, (rows, columns), b"".join(map(_NUMBERS.__getitem__, noise)))


def _bfloat16(number: float) -> bytes:
    return struct.pack("<f", number)[2:]


_NUMBERS = tuple(_bfloat16((byte - 128) * STEP) for byte in range(256))
