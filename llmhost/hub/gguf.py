"""The header of a GGUF file: what kind of model it is, and where every tensor lies.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, 2026-11-20. The words of the
tokenizer stand in the middle and take megabytes; they are counted and, where nothing after them is
wanted, not fetched.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from llmhost.hub.cursor import Cursor
from llmhost.hub.ggml import FORMATS
from llmhost.hub.refusals import BrokenFileError
from llmhost.hub.tensors import Tensors, is_replicated

# Headers of 2026 are below 20 MB: 260,000 words, as many merges, and one entry per tensor.
MOST_HEADER_BYTES = 48 << 20
_MOST_KEYS, _MOST_TENSORS = 4096, 1 << 18
_MOST_TEXT = 1 << 20
_MOST_KEPT = 4096  # longer lists are words of a tokenizer, not one number per layer
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 10, 11, 12), "BbHhIifQqd", strict=True))
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_BOOL, _TEXT, _LIST = 7, 8, 9
_WORDS = "tokenizer.ggml.tokens"
VOCABULARY = "llmhost.vocabulary"
"""Under this key `Gguf.metadata` has the number of words in the tokenizer's vocabulary."""

Value: TypeAlias = int | float | bool | str | tuple[int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Gguf:
    """A header.

    Attributes:
        metadata: Scalars, and lists of as many numbers as a model may have layers.
        tensors: None where only the metadata was wanted.
    """

    metadata: Mapping[str, Value]
    tensors: Tensors | None


def read_gguf(cursor: Cursor, *, tensors: bool) -> Gguf:
    """Reads a header.

    Args:
        cursor: At the beginning of the file.
        tensors: Whether the tensors are wanted as well; they come after the tokenizer's words.

    Raises:
        BrokenFileError: It is no GGUF file, or its header is broken, cut or makes no sense.
    """
    if cursor.take(4) != b"GGUF":
        raise BrokenFileError("it is no GGUF file: its first bytes are others")
    version = int(cursor.number("<I"))
    if version not in {2, 3}:
        raise BrokenFileError(f"GGUF version {version} is not known here; 2 and 3 are")
    count = _count(cursor, _MOST_TENSORS, "tensors")
    keys = _count(cursor, _MOST_KEYS, "keys")
    metadata: dict[str, Value] = {}
    for _ in range(keys):
        key = _text(cursor)
        if not tensors and key == _WORDS and _is_enough(metadata):
            cursor.skip(4 + 4)
            metadata[VOCABULARY] = int(cursor.number("<Q"))
            return Gguf(MappingProxyType(metadata), None)
        _value(cursor, key, metadata)
    placed = _tensors(cursor, count) if tensors else None
    return Gguf(MappingProxyType(metadata), placed)


def _is_enough(metadata: Mapping[str, Value]) -> bool:
    """Whether the model's shape is known, so that what follows may be left alone."""
    kind = metadata.get("general.architecture")
    return f"{kind}.block_count" in metadata and f"{kind}.attention.head_count" in metadata


def _value(cursor: Cursor, key: str, into: dict[str, Value]) -> None:
    kind = int(cursor.number("<I"))
    if kind == _LIST:
        _list(cursor, key, into)
    elif kind == _TEXT:
        into[key] = _text(cursor)
    else:
        into[key] = _scalar(cursor, kind)


def _scalar(cursor: Cursor, kind: int) -> int | float | bool:
    if kind == _BOOL:
        return bool(cursor.take(1)[0])
    if kind not in _NUMBERS:
        raise BrokenFileError(f"a GGUF header has a value of the unknown kind {kind}")
    return cursor.number(f"<{_NUMBERS[kind]}")


def _list(cursor: Cursor, key: str, into: dict[str, Value]) -> None:
    kind, count = int(cursor.number("<I")), int(cursor.number("<Q"))
    if key == _WORDS:
        into[VOCABULARY] = count
    if kind == _TEXT:
        if count > cursor.limit // 8:
            raise BrokenFileError(f"a GGUF header has a list of {count} texts")
        cursor.skip_texts(count)
    elif kind not in _SIZES:  # lists of lists are allowed by the format, and written by nobody
        raise BrokenFileError(f"a GGUF header has a list of the unknown kind {kind}")
    elif count <= _MOST_KEPT:
        into[key] = tuple(_scalar(cursor, kind) for _ in range(count))
    else:
        cursor.skip(count * _SIZES[kind])


def _tensors(cursor: Cursor, count: int) -> Tensors:
    size = elements = replicated = 0
    formats: dict[str, int] = {}
    for _ in range(count):
        name = _text(cursor)
        dimensions = int(cursor.number("<I"))
        if dimensions > 8:  # noqa: PLR2004  ggml has four
            raise BrokenFileError(f"tensor `{name[:80]}` has {dimensions} dimensions")
        shape = [int(cursor.number("<Q")) for _ in range(dimensions)]
        kind, _offset = int(cursor.number("<I")), cursor.take(8)
        taken = _taken(name, shape, kind)
        size, elements = size + taken, elements + math.prod(shape)
        formats[FORMATS[kind][0]] = formats.get(FORMATS[kind][0], 0) + taken
        replicated += taken if is_replicated(name, dimensions) else 0
    return Tensors(size, elements, count, replicated, MappingProxyType(formats))


def _taken(name: str, shape: Sequence[int], kind: int) -> int:
    if kind not in FORMATS:
        raise BrokenFileError(f"tensor `{name[:80]}` has the unknown number format {kind}")
    _, block, size = FORMATS[kind]
    elements = math.prod(shape)
    if elements % block or elements >= 1 << 48:
        raise BrokenFileError(f"tensor `{name[:80]}` has a shape that cannot be")
    return elements // block * size


def _count(cursor: Cursor, most: int, what: str) -> int:
    count = int(cursor.number("<Q"))
    if count > most:
        raise BrokenFileError(f"a GGUF header of {count} {what} makes no sense")
    return count


def _text(cursor: Cursor) -> str:
    size = int(cursor.number("<Q"))
    if size > _MOST_TEXT:
        raise BrokenFileError(f"a GGUF header has a text of {size} bytes")
    return cursor.take(size).decode("utf-8", "replace")
