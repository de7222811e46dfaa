"""Writes the same weights as GGUF, which llama.cpp and everything built on it reads.

Format: version 3, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, 2026-11-20.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from llmhost.cloud.sandbox.stock import tokenizer
from llmhost.cloud.sandbox.stock.llama import Shape, Tensor

Value: TypeAlias = int | float | bool | str | list[str] | list[int]

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9  # types of values
F32, BF16 = 0, 30  # types of tensors
MOSTLY_BF16 = 32  # general.file_type
NORMAL, CONTROL, UNUSED = 1, 3, 5  # kinds of tokens
# Names of llama.cpp's tensors: gguf-py/gguf/tensor_mapping.py of the same repository.
NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A tensor as it lies in the file."""

    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes


def gguf(name: str, shape: Shape, tensors: Sequence[Tensor]) -> bytes:
    """One file with the model `name`, its tokenizer and its chat template."""
    entries = [_entry(tensor, shape) for tensor in tensors]
    values = {**_model(name, shape), **_tokens(shape.vocab_size)}
    head = b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(values))
    head += b"".join(_text(key) + _typed(value) for key, value in values.items())
    head += b"".join(_listing(entries))
    return _padded(head) + b"".join(_padded(entry.data) for entry in entries)


def _model(name: str, shape: Shape) -> dict[str, Value]:
    return {
        "general.architecture": "llama",
        "general.name": name,
        "general.file_type": MOSTLY_BF16,
        "llama.vocab_size": shape.vocab_size,
        "llama.context_length": shape.max_position_embeddings,
        "llama.embedding_length": shape.hidden_size,
        "llama.block_count": shape.num_hidden_layers,
        "llama.feed_forward_length": shape.intermediate_size,
        "llama.attention.head_count": shape.num_attention_heads,
        "llama.attention.head_count_kv": shape.num_key_value_heads,
        "llama.attention.key_length": shape.head_dim,
        "llama.attention.value_length": shape.head_dim,
        "llama.attention.layer_norm_rms_epsilon": shape.rms_norm_eps,
        "llama.rope.freq_base": shape.rope_theta,
        "llama.rope.dimension_count": shape.head_dim,
    }


def _tokens(size: int) -> dict[str, Value]:
    tokens = list(tokenizer.vocabulary())
    special = len(tokenizer.SPECIAL)
    kinds = [CONTROL] * special + [NORMAL] * (len(tokens) - special)
    spare = size - len(tokens)
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens + [f"[PAD{number}]" for number in range(spare)],
        "tokenizer.ggml.token_type": kinds + [UNUSED] * spare,
        "tokenizer.ggml.merges": [" ".join(pair) for pair in tokenizer.merges()],
        "tokenizer.ggml.bos_token_id": tokenizer.BOS,
        "tokenizer.ggml.eos_token_id": tokenizer.EOS,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": tokenizer.CHAT_TEMPLATE,
    }


def _entry(tensor: Tensor, shape: Shape) -> _Entry:
    name = tensor.name.removesuffix(".weight")
    block = ""
    if name.startswith("model.layers."):
        _, _, number, name = name.split(".", 3)
        block = f"blk.{number}."
    data, kind = tensor.data, BF16
    if len(tensor.shape) == 1:  # llama.cpp multiplies by norms in float32
        data, kind = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2)), F32
    elif name == "self_attn.q_proj":
        data = _interleaved(tensor, shape.num_attention_heads)
    elif name == "self_attn.k_proj":
        data = _interleaved(tensor, shape.num_key_value_heads)
    return _Entry(f"{block}{NAMES[name]}.weight", tensor.shape, kind, data)


def _interleaved(tensor: Tensor, heads: int) -> bytes:
    """Reorders a head's rows from halves side by side to pairs, as llama.cpp rotates them."""
    rows, columns = tensor.shape
    width = columns * 2
    half = rows // heads // 2
    order = (
        head * 2 * half + part * half + number
        for head in range(heads)
        for number in range(half)
        for part in (0, 1)
    )
    return b"".join(tensor.data[row * width : (row + 1) * width] for row in order)


def _listing(entries: Sequence[_Entry]) -> Iterator[bytes]:
    place = 0
    for entry in entries:
        sizes = struct.pack(f"<{len(entry.shape)}Q", *reversed(entry.shape))
        yield _text(entry.name) + struct.pack("<I", len(entry.shape)) + sizes
        yield struct.pack("<IQ", entry.kind, place)
        place += len(_padded(entry.data))


def _typed(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", BOOL, value)
        case int():
            return struct.pack("<II", UINT32, value)
        case float():
            return struct.pack("<If", FLOAT32, value)
        case str():
            return struct.pack("<I", STRING) + _text(value)
        case list():
            kind = STRING if isinstance(value[0], str) else INT32
            items = (_text(i) if isinstance(i, str) else struct.pack("<i", i) for i in value)
            return struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(items)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
