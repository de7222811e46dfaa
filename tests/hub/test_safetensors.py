"""Headers of safetensors files, as the real library writes them and as nobody should."""

import json
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from llmhost.hub.refusals import BrokenFileError
from llmhost.hub.safetensors import MOST_HEADER_BYTES, PREFIX, header_bytes, read_header
from llmhost.hub.tensors import Tensors, together
from tests.hub.files import single, tensors


def read(path: Path) -> Tensors:
    """What the header of a file says, and nothing but the header is looked at."""
    content = path.read_bytes()
    size = header_bytes(content, file_size=len(content))
    return read_header(content[PREFIX : PREFIX + size], data_size=len(content) - PREFIX - size)


def test_a_file_of_the_real_library_is_read_exactly(tmp_path: Path) -> None:
    path = single(tmp_path / "repo") / "model.safetensors"
    held = tensors(0) | tensors(1)
    found = read(path)
    assert found.size == sum(one.nbytes for one in held.values())
    assert found.elements == sum(one.size for one in held.values())
    assert found.count == len(held)
    with safe_open(path, framework="np") as opened:
        assert found.count == len(opened.keys())


def test_the_formats_are_those_of_the_tensors(tmp_path: Path) -> None:
    found = read(single(tmp_path / "repo") / "model.safetensors")
    assert found.formats == {"F16": 2 * (64 * 64 + 128 * 64 + 64) * 2, "F32": 2 * 4 * 64 * 4}


def test_norms_and_routers_are_whole_on_every_gpu(tmp_path: Path) -> None:
    found = read(single(tmp_path / "repo") / "model.safetensors")
    assert found.replicated == 2 * (64 * 2 + 4 * 64 * 4)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_])
def test_every_number_format_of_the_library_is_known(tmp_path: Path, kind: type) -> None:
    path = tmp_path / "one.safetensors"
    save_file({"one": np.zeros((3, 5), kind)}, path)
    assert read(path).size == 15 * np.dtype(kind).itemsize


def test_formats_of_less_than_a_byte_are_counted_in_bits() -> None:
    text = json.dumps({"w": {"dtype": "F4", "shape": [4, 8], "data_offsets": [0, 16]}})
    assert read_header(text.encode(), data_size=16).size == 16


def test_the_tensors_of_several_files_are_summed() -> None:
    parts = [Tensors(4, 2, 1, 1, {"F16": 4}), Tensors(8, 2, 1, 0, {"F32": 4, "F16": 4})]
    assert together(parts) == Tensors(12, 4, 2, 1, {"F16": 8, "F32": 4})


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        (b"", "is cut"),
        (b"\x00" * 7, "is cut"),
        (b"\x00" * 8, "makes no sense"),
        (b"\xff" * 8, "makes no sense"),
        ((MOST_HEADER_BYTES + 1).to_bytes(8, "little"), "makes no sense"),
        ((1000).to_bytes(8, "little"), "longer than its file"),
    ],
)
def test_a_length_that_makes_no_sense_is_refused(prefix: bytes, message: str) -> None:
    with pytest.raises(BrokenFileError, match=message):
        header_bytes(prefix, file_size=500)


def entry(**changed: object) -> bytes:
    good = {"dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8]}
    return json.dumps({"w": good | changed}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"w": ' * 10_000,
        b'{"w": ' + b"9" * 10_000 + b"}",
        b'{"w": 1}',
        b'{"w": {}}',
        entry(dtype="F17"),
        entry(dtype=16),
        entry(dtype="F" * 100_000),
        entry(shape=[2, 3]),
        entry(shape=[-2, -2]),
        entry(shape=[2.0, 2]),
        entry(shape=[True, 4]),
        entry(shape=[1 << 62] * 40),
        entry(shape="22"),
        entry(data_offsets=[8, 0]),
        entry(data_offsets=[0]),
        entry(data_offsets=[-8, 0]),
        entry(data_offsets=[0, 1 << 70]),
        entry(data_offsets=[4, 12]),
        json.dumps(
            {
                "a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]},
            }
        ).encode(),
    ],
)
def test_a_broken_header_is_an_error_and_never_a_traceback(text: bytes) -> None:
    with pytest.raises(BrokenFileError):
        read_header(text, data_size=8)


def test_a_header_that_does_not_fill_its_file_is_refused() -> None:
    with pytest.raises(BrokenFileError, match="take 8 bytes, and the file has 9"):
        read_header(entry(), data_size=9)


@given(st.binary(max_size=300))
def test_whatever_stands_there_ends_in_an_answer_or_in_our_error(text: bytes) -> None:
    with suppress(BrokenFileError):
        assert read_header(text).size >= 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["dtype", "shape", "data_offsets", "w", "__metadata__"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_json_of_any_form_ends_in_an_answer_or_in_our_error(document: object) -> None:
    with suppress(BrokenFileError):
        assert read_header(json.dumps(document).encode()).size >= 0


def test_the_largest_header_is_read_in_bounded_time_and_memory() -> None:
    one = '"layer.%d":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'
    text = "{" + ",".join(one % (place, place, place + 1) for place in range(150_000)) + "}"
    assert len(text) < MOST_HEADER_BYTES
    tracemalloc.start()
    begun = time.monotonic()
    assert read_header(text.encode()).count == 150_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - begun < 20
    assert most < 400 << 20
