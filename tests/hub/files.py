"""Weights files for the tests, written by the real libraries or byte by byte."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter
from safetensors.numpy import save_file

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "vocab_size": 256,
    "max_position_embeddings": 4096,
}


def tensors(layer: int, *, hidden: int = 64) -> dict[str, Any]:
    """The tensors of a layer: three matrices, a norm, and a router that no GPU shares."""
    name = f"model.layers.{layer}"
    return {
        f"{name}.self_attn.q_proj.weight": np.zeros((hidden, hidden), np.float16),
        f"{name}.mlp.up_proj.weight": np.zeros((2 * hidden, hidden), np.float16),
        f"{name}.mlp.gate.weight": np.zeros((4, hidden), np.float32),
        f"{name}.input_layernorm.weight": np.zeros((hidden,), np.float16),
    }


def single(folder: Path, config: Mapping[str, Any] = CONFIG) -> Path:
    """A repository with one file, by the real library."""
    folder.mkdir(parents=True)
    save_file(tensors(0) | tensors(1), folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def sharded(folder: Path, *, shards: int = 2, total: int | None = None) -> Path:
    """A repository with several files and an index, by the real library."""
    folder.mkdir(parents=True)
    places = {}
    size = 0
    for shard in range(shards):
        name = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        held = tensors(shard)
        save_file(held, folder / name)
        places.update(dict.fromkeys(held, name))
        size += sum(one.nbytes for one in held.values())
    index = {"metadata": {"total_size": total or size}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def gguf(path: Path, *, words: int = 300, fill: int = 1 << 16, split: int = 0) -> Path:
    """A GGUF file with a vocabulary, by the real library.

    Args:
        path: Where it is written.
        words: In the vocabulary.
        fill: Numbers in its largest tensor.
        split: Tensors per file; 0 for all in one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama", split_max_tensors=split)
    writer.add_block_count(2)
    writer.add_context_length(4096)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(8)
    writer.add_head_count_kv(2)
    writer.add_file_type(1)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"word{number}" for number in range(words)])
    writer.add_tensor("token_embd.weight", np.zeros((words, 64), np.float16))
    writer.add_tensor("blk.0.attn_q.weight", np.zeros((fill // 64, 64), np.float32))
    writer.add_tensor("blk.0.attn_norm.weight", np.zeros((64,), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def header(document: object) -> bytes:
    """A safetensors file without tensors, byte by byte."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return struct.pack("<Q", len(text)) + text
