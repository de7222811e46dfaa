"""Writes weights as safetensors: a JSON header, then the numbers.

Format: https://huggingface.co/docs/safetensors/index#format, 2026-11-20.
"""

import json
import struct
from collections.abc import Sequence

from llmhost.cloud.sandbox.stock.llama import Tensor

INDEX = "model.safetensors.index.json"


def shards(tensors: Sequence[Tensor], count: int) -> dict[str, bytes]:
    """The tensors in `count` files with the index that big models have."""
    names = [f"model-{number:05}-of-{count:05}.safetensors" for number in range(1, count + 1)]
    size = -(-len(tensors) // count)
    files: dict[str, bytes] = {}
    places: dict[str, str] = {}
    for number, name in enumerate(names):
        part = tensors[number * size : (number + 1) * size]
        files[name] = safetensors(part)
        places |= dict.fromkeys((tensor.name for tensor in part), name)
    total = sum(len(tensor.data) for tensor in tensors)
    index = {"metadata": {"total_size": total}, "weight_map": places}
    return {**files, INDEX: json.dumps(index, indent=1).encode()}


def safetensors(tensors: Sequence[Tensor]) -> bytes:
    """One file with these tensors."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    place = 0
    for tensor in tensors:
        end = place + len(tensor.data)
        offsets = [place, end]
        header[tensor.name] = {"dtype": "BF16", "shape": tensor.shape, "data_offsets": offsets}
        place = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(tensor.data for tensor in tensors)
