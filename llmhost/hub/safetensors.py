"""The header of a safetensors file: eight bytes of length, then JSON that places every tensor.

https://github.com/huggingface/safetensors#format, 2026-11-20.
"""

import json
import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from llmhost.hub.refusals import BrokenFileError
from llmhost.hub.tensors import Tensors, is_replicated

PREFIX = 8
# The library itself takes 100 MB. The largest headers of 2026 are below 3 MB (a shard with the
# experts of a trillion-parameter model); JSON takes ten times its size in memory while it is read.
MOST_HEADER_BYTES = 24 << 20
# Bits by number format (safetensors 0.8, `Dtype::bitsize`).
_BITS: Mapping[str, int] = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}


def header_bytes(prefix: bytes, *, file_size: int = 0) -> int:
    """How long the JSON is that follows the first eight bytes.

    Args:
        prefix: Those eight bytes, or more.
        file_size: Of the whole file, where it is known.

    Raises:
        BrokenFileError: It is cut, or its length makes no sense.
    """
    if len(prefix) < PREFIX:
        raise BrokenFileError(f"a safetensors file of {len(prefix)} bytes is cut")
    size = int.from_bytes(prefix[:PREFIX], "little")
    if not 1 < size <= MOST_HEADER_BYTES:
        raise BrokenFileError(f"a safetensors header of {size} bytes makes no sense")
    if file_size and size > file_size - PREFIX:
        raise BrokenFileError(f"a safetensors header of {size} bytes is longer than its file")
    return size


def read_header(text: bytes, *, data_size: int | None = None) -> Tensors:
    """The tensors that a header places.

    Args:
        text: The JSON.
        data_size: Bytes of the file after the header, where they are known.

    Raises:
        BrokenFileError: It is not what the format allows.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError("a safetensors header is not JSON", why=str(error)) from error
    if not isinstance(document, dict):
        raise BrokenFileError("a safetensors header is not a JSON object")
    places = sorted(_placed(document), key=lambda place: (place[0], place[1]))
    end = 0
    for begin, after, *_ in places:
        if begin != end:
            raise BrokenFileError("the tensors of a safetensors header overlap or leave a gap")
        end = after
    if data_size is not None and end != data_size:
        raise BrokenFileError(
            f"its tensors take {end} bytes, and the file has {data_size} for them"
        )
    return _summed(places)


_Place = tuple[int, int, int, str, bool]


def _placed(document: Mapping[str, Any]) -> Iterator[_Place]:
    for name, entry in document.items():
        if name == "__metadata__":
            continue
        kind, shape, begin, end = _entry(name, entry)
        if kind not in _BITS:
            raise BrokenFileError(f"tensor `{name[:80]}` has the unknown number format `{kind}`")
        elements = math.prod(shape)
        if elements * _BITS[kind] != (end - begin) * 8:
            raise BrokenFileError(f"the shape of tensor `{name[:80]}` is not that of its bytes")
        yield begin, end, elements, kind, is_replicated(name, len(shape))


def _entry(name: str, entry: object) -> tuple[str, list[int], int, int]:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [begin, end]}:
            numbers = [*shape, begin, end]
            if len(shape) <= 32 and all(_is_size(number) for number in numbers) and begin <= end:  # noqa: PLR2004  no tensor has more dimensions
                return kind[:32], list(shape), begin, end
    raise BrokenFileError(f"tensor `{name[:80]}` is not described as the format asks")


def _is_size(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 63


def _summed(places: list[_Place]) -> Tensors:
    formats: dict[str, int] = {}
    for begin, end, _, kind, _ in places:
        formats[kind] = formats.get(kind, 0) + end - begin
    return Tensors(
        size=sum(place[1] - place[0] for place in places),
        elements=sum(place[2] for place in places),
        count=len(places),
        replicated=sum(place[1] - place[0] for place in places if place[4]),
        formats=MappingProxyType(formats),
    )
