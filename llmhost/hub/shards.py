"""The index of weights that come in several files: `model.safetensors.index.json`."""

import json
from dataclasses import dataclass

from llmhost.hub.refusals import BrokenFileError

INDEX = "model.safetensors.index.json"
# The index of a model with a trillion parameters in 2026 is below 20 MB: one line per tensor.
MOST_INDEX_BYTES = 64 << 20
_MOST_FILES = 4096


@dataclass(frozen=True, slots=True)
class Shards:
    """What an index says.

    Attributes:
        files: The files, sorted.
        total: Bytes of all tensors; 0 where the index does not say. Some repositories write a wrong
            number there, so it is only believed where the sizes of the files agree.
    """

    files: tuple[str, ...]
    total: int


def read_index(text: bytes) -> Shards:
    """Reads an index.

    Raises:
        BrokenFileError: It is not JSON, or not an index.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError(f"{INDEX} is not JSON", why=str(error)) from error
    if not isinstance(document, dict) or not isinstance(document.get("weight_map"), dict):
        raise BrokenFileError(f"{INDEX} maps no tensors to files")
    names = set()
    for name in document["weight_map"].values():
        if not isinstance(name, str) or not _is_plain(name):
            raise BrokenFileError(f"{INDEX} names a file that cannot be one")
        names.add(name)
    if not 0 < len(names) <= _MOST_FILES:
        raise BrokenFileError(f"{INDEX} names {len(names)} files")
    metadata = document.get("metadata")
    total = metadata.get("total_size", 0) if isinstance(metadata, dict) else 0
    known = isinstance(total, int | float) and 0 < total < 1 << 63
    return Shards(tuple(sorted(names)), int(total) if known else 0)


def _is_plain(name: str) -> bool:
    """Whether it is a path inside the repository and nowhere else."""
    parts = name.split("/")
    return name.isprintable() and len(name) < 256 and not {"", ".", ".."}.intersection(parts)  # noqa: PLR2004
