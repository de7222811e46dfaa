"""Indexes and manifests: small JSON documents that anybody may have written."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.hub.manifest import Blob, read_manifest
from llmhost.hub.refusals import BrokenFileError
from llmhost.hub.shards import Shards, read_index

DIGEST = "sha256:" + "0" * 64
MODEL = "application/vnd.ollama.image.model"


def layer(kind: str = MODEL, **changed: object) -> dict[str, object]:
    return {"mediaType": kind, "digest": DIGEST, "size": 100} | changed


def index(**changed: object) -> bytes:
    good = {
        "metadata": {"total_size": 10},
        "weight_map": {"a": "2.safetensors", "b": "1.safetensors"},
    }
    return json.dumps(good | changed).encode()


def test_an_index_names_its_files_once_and_in_order() -> None:
    assert read_index(index()) == Shards(("1.safetensors", "2.safetensors"), 10)


@pytest.mark.parametrize("total", [None, "10", -1, 1 << 70, [], {}])
def test_a_total_that_is_none_is_not_believed(total: object) -> None:
    assert read_index(index(metadata={"total_size": total})).total == 0
    assert read_index(index(metadata=total)).total == 0


def test_a_total_written_as_a_fraction_is_one() -> None:
    assert read_index(index(metadata={"total_size": 55562855904.0})).total == 55562855904


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b"[" * 100_000, b"\xff",
        index(weight_map=[]),
        index(weight_map={}),
        index(weight_map={"a": 1}),
        index(weight_map={"a": "../../etc/passwd"}),
        index(weight_map={"a": "/etc/passwd"}),
        index(weight_map={"a": "b\n"}),
        index(weight_map={"a": "x" * 300}),
        index(weight_map={str(number): f"{number}.safetensors" for number in range(5000)}),
    ],
)  # fmt: skip
def test_a_broken_index_is_an_error(text: bytes) -> None:
    with pytest.raises(BrokenFileError):
        read_index(text)


def test_a_manifest_adds_up_the_model_and_its_eyes() -> None:
    layers = [
        layer(),
        layer("application/vnd.ollama.image.projector", size=20),
        layer("text", size=3),
    ]
    found = read_manifest(json.dumps({"layers": layers}).encode())
    assert found.model == Blob(DIGEST, 100)
    assert (found.weights, found.download) == (120, 123)


@pytest.mark.parametrize(
    "document",
    [
        [], {}, {"layers": 1}, {"layers": []}, {"layers": [layer("text")]},
        {"layers": [layer(), layer()]},
        {"layers": [layer(size=-1)]},
        {"layers": [layer(size=1 << 60)]},
        {"layers": [layer(digest="sha256:../../etc")]},
        {"layers": [1]},
    ],
)  # fmt: skip
def test_a_broken_manifest_is_an_error(document: object) -> None:
    with pytest.raises(BrokenFileError):
        read_manifest(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_whatever_stands_there_ends_in_an_answer_or_in_our_error(text: bytes) -> None:
    for read in (read_index, read_manifest):
        with suppress(BrokenFileError):
            read(text)
