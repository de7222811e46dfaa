"""Headers of GGUF files, as the real library writes them and as nobody should."""

import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType, GGUFReader
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import given, settings
from hypothesis import strategies as st

from llmhost.hub.cursor import Cursor
from llmhost.hub.ggml import FORMATS
from llmhost.hub.gguf import MOST_HEADER_BYTES, VOCABULARY, Gguf, read_gguf
from llmhost.hub.refusals import BrokenFileError
from tests.hub.files import gguf


def part(content: bytes, fetched: list[int] | None = None) -> Callable[[int, int], bytes]:
    def fetch(start: int, size: int) -> bytes:
        if fetched is not None:
            fetched.append(size)
        return content[start : start + size]

    return fetch


def read(content: bytes, *, tensors: bool = True) -> Gguf:
    return read_gguf(Cursor(part(content), MOST_HEADER_BYTES), tensors=tensors)


def test_the_block_sizes_are_those_of_the_real_library() -> None:
    real = {int(kind): (kind.name, block, size) for kind, (block, size) in GGML_QUANT_SIZES.items()}
    assert real == FORMATS


def test_a_file_of_the_real_library_is_read_exactly(tmp_path: Path) -> None:
    path = gguf(tmp_path / "model.gguf")
    found = read(path.read_bytes())
    reader = GGUFReader(path)
    assert found.tensors is not None
    assert found.tensors.size == sum(int(one.n_bytes) for one in reader.tensors)
    assert found.tensors.elements == sum(int(one.n_elements) for one in reader.tensors)
    assert found.tensors.count == len(reader.tensors)
    assert found.tensors.formats == {"F16": 300 * 64 * 2, "F32": (1 << 18) + 256}
    assert found.metadata["llama.block_count"] == 2
    assert found.metadata["general.architecture"] == "llama"
    assert found.metadata[VOCABULARY] == 300


def test_without_tensors_the_words_of_the_vocabulary_are_not_fetched(tmp_path: Path) -> None:
    content = gguf(tmp_path / "model.gguf", words=200_000).read_bytes()
    fetched: list[int] = []
    found = read_gguf(Cursor(part(content, fetched), MOST_HEADER_BYTES), tensors=False)
    assert found.metadata[VOCABULARY] == 200_000
    assert found.tensors is None
    assert sum(fetched) == 64 << 10


def test_with_tensors_the_words_are_passed_over(tmp_path: Path) -> None:
    content = gguf(tmp_path / "model.gguf", words=200_000).read_bytes()
    found = read(content)
    assert found.tensors is not None
    assert found.tensors.count == 3


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def made(*, version: int = 3, tensors: int = 0, keys: int = 1, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + rest


HOSTILE = {
    "empty": b"",
    "another file": b"PK\x03\x04" + bytes(100),
    "cut after the magic": b"GGUF",
    "version 1": made(version=1),
    "big endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "too many keys": made(keys=1 << 40),
    "too many tensors": made(tensors=1 << 60),
    "a key without end": made(rest=struct.pack("<Q", 1 << 62)),
    "a key that is cut": made(rest=struct.pack("<Q", 100) + b"abc"),
    "a value of no kind": made(rest=text("a") + struct.pack("<I", 99)),
    "a text without end": made(rest=text("a") + struct.pack("<IQ", 8, 1 << 63)),
    "a list of lists": made(rest=text("a") + struct.pack("<IIQ", 9, 9, 4) + bytes(1000)),
    "a list without end": made(rest=text("a") + struct.pack("<IIQ", 9, 5, 1 << 60)),
    "texts without end": made(rest=text("a") + struct.pack("<IIQ", 9, 8, 1 << 60)),
    "many texts that are not there": made(rest=text("a") + struct.pack("<IIQ", 9, 8, 1 << 20)),
    "a text longer than the file": made(
        rest=text("a") + struct.pack("<IIQQ", 9, 8, 2, 1 << 62) + bytes(100)
    ),
    "a tensor of no format": made(
        tensors=1, keys=0, rest=text("w") + struct.pack("<IQIQ", 1, 32, 77, 0)
    ),
    "a tensor with many dimensions": made(
        tensors=1, keys=0, rest=text("w") + struct.pack("<I", 1 << 30)
    ),
    "half a block": made(tensors=1, keys=0, rest=text("w") + struct.pack("<IQIQ", 1, 33, 8, 0)),
    "a tensor larger than the world": made(
        tensors=1, keys=0, rest=text("w") + struct.pack("<IQQIQ", 2, 1 << 60, 1 << 60, 0, 0)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_header_is_an_error_in_no_time(name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BrokenFileError):
        read(HOSTILE[name])
    assert time.monotonic() - begun < 5


def test_an_endless_header_ends_at_the_limit() -> None:
    served = 0

    def endless(start: int, size: int) -> bytes:
        nonlocal served
        served += size
        begin = made(rest=text("a") + struct.pack("<IIQ", 9, 8, 1 << 17)) if start == 0 else b""
        return (begin + bytes(size))[:size]

    with pytest.raises(BrokenFileError):
        read_gguf(Cursor(endless, 1 << 20), tensors=True)
    assert served <= 1 << 20


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=300)
def test_whatever_follows_the_magic_ends_in_an_answer_or_in_our_error(
    rest: bytes,
    tensors: bool,  # noqa: FBT001  hypothesis calls it
) -> None:
    with suppress(BrokenFileError):
        read(b"GGUF\x03\x00\x00\x00" + rest, tensors=tensors)


@given(data=st.data())
def test_one_changed_byte_of_a_real_header_ends_in_an_answer_or_in_our_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.gguf"
    content = bytearray((path if path.exists() else gguf(path, words=5, fill=64)).read_bytes())
    place = data.draw(st.integers(4, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with suppress(BrokenFileError):
        read(bytes(content))


def test_every_format_takes_whole_blocks() -> None:
    for kind, (name, block, size) in FORMATS.items():
        assert GGMLQuantizationType(kind).name == name
        content = made(
            tensors=1, keys=0, rest=text("w") + struct.pack("<IQIQ", 1, block * 3, kind, 0)
        )
        found = read(content)
        assert found.tensors is not None
        assert found.tensors.size == 3 * size
