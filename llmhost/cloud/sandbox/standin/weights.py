"""Reads a model's files as an engine does: what is missing or cut short is noticed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INDEX = "model.safetensors.index.json"
GGUF_MAGIC = b"GGUF"


class Broken(Exception):  # noqa: N818 - its text is what the engine says
    """The files are not a model; the text says why."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model on disk.

    Attributes:
        where: Its folder or its one file.
        size: Bytes of weights.
        shards: Files of weights.
        config: Its `config.json`; empty for GGUF.
    """

    where: Path
    size: int
    shards: Sequence[Path]
    config: Mapping[str, Any]


def safetensors_model(folder: Path) -> Weights:
    """The model in a folder of Hugging Face's layout.

    Raises:
        Broken: The configuration or weights are missing, or a file was cut short.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Broken("config.json") from None
    shards = _shards(folder)
    if not shards:
        raise Broken("no weights")
    for shard in shards:
        _check(shard)
    return Weights(folder, sum(shard.stat().st_size for shard in shards), shards, config)


def gguf_model(file: Path) -> Weights:
    """The model in a GGUF file.

    Raises:
        Broken: There is no such file, or it is not GGUF.
    """
    try:
        with file.open("rb") as content:
            magic = content.read(len(GGUF_MAGIC))
    except OSError as error:
        raise Broken(f"failed to open GGUF file '{file}' ({error.strerror})") from None
    if magic != GGUF_MAGIC:
        said = magic.decode(errors="replace")
        raise Broken(f"invalid magic characters: '{said}', expected 'GGUF'")
    return Weights(file, file.stat().st_size, (file,), {})


def _shards(folder: Path) -> list[Path]:
    index = folder / INDEX
    if not index.exists():
        return sorted(folder.glob("*.safetensors"))
    names = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    return [folder / name for name in sorted(set(names))]


def _check(shard: Path) -> None:
    if not shard.exists():
        raise Broken(f"No such file or directory: {shard}")
    with shard.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        text = file.read(length)
    try:
        header = json.loads(text)
        ends = [entry["data_offsets"][1] for entry in header.values() if "data_offsets" in entry]
    except ValueError:
        raise Broken(f"Error while deserializing header: invalid header ({shard})") from None
    if shard.stat().st_size != 8 + length + max(ends):
        raise Broken(
            "Error while deserializing header: incomplete metadata, file not fully covered"
            f" ({shard})"
        )
