"""Images come under their vendors' names, real or as stand-ins, and only those that are known."""

import io
import json
import tarfile
from typing import Any

import pytest

from llmhost.cloud.sandbox.stock.images import image_pieces, reference
from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.errors import CloudError


def config(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(image_pieces(image)[-1].files["config.json"])
    return found


def layers(image: str) -> list[str]:
    return [piece.name for piece in image_pieces(image)[:-1]]


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("vllm/vllm-openai:v0.31.0", "docker.io/vllm/vllm-openai:v0.31.0"),
        ("ghcr.io/a/b:c@sha256:0123", "ghcr.io/a/b:c"),
        ("registry.example:5000/a/b", "registry.example:5000/a/b:latest"),
        ("registry.example:5000/a/b:c", "registry.example:5000/a/b:c"),
    ],
)
def test_a_reference_is_completed_as_docker_does(image: str, full: str) -> None:
    assert str(reference(image)) == full


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/vllm/vllm-openai:v0.31.0@sha256:0123",
        "docker.io/ollama/ollama:0.34.4",
        "ghcr.io/ggml-org/llama.cpp:server-cuda-b11206",
    ],
)
def test_engines_that_need_a_gpu_are_stood_in_for(image: str) -> None:
    assert layers(image) == ["layer python", "layer standin"]
    assert config(image)["Labels"] == {"llmhost.standin": "1"}


def test_llama_cpp_for_the_cpu_is_real() -> None:
    assert layers("ghcr.io/ggml-org/llama.cpp:server-b11206") == [
        "layer llamacpp",
        "layer llamacpp-app",
    ]


def test_vllm_for_the_cpu_is_real_and_of_the_tags_version() -> None:
    assert layers("docker.io/vllm/vllm-openai-cpu:v0.31.0") == ["layer vllm-0.31.0"]


def test_llama_cpps_port_is_left_to_who_runs_it() -> None:
    for tag in ("server-b11206", "server-cuda-b11206"):
        env = config(f"ghcr.io/ggml-org/llama.cpp:{tag}")["Env"]
        assert not [line for line in env if line.startswith("LLAMA_ARG_PORT")]


@pytest.mark.parametrize(("tag", "driver"), [("v0.31.0", "580"), ("v0.31.0-cu129", "525")])
def test_the_stand_in_asks_for_the_driver_of_its_tag(tag: str, driver: str) -> None:
    env = config(f"docker.io/vllm/vllm-openai:{tag}")["Env"]
    assert f"STANDIN_MIN_DRIVER={driver}" in env


def test_a_registry_of_ones_own_is_left_alone() -> None:
    assert image_pieces("registry.example:5000/vllm/vllm-openai:v0.31.0") == ()


def test_an_unknown_image_is_refused() -> None:
    with pytest.raises(CloudError, match=r"no image to put in the place of \S+/nginx"):
        image_pieces("nginx")


def test_a_pieces_key_follows_all_that_goes_into_it() -> None:
    part = Piece("part", "true\n")
    keys = {
        Piece("a", "true\n").key,
        Piece("b", "true\n").key,
        Piece("a", "false\n").key,
        Piece("a", "true\n", files={"x": b"1"}).key,
        Piece("a", "true\n", files={"x": b"2"}).key,
        Piece("a", "true\n", parts=(part,)).key,
        Piece("a", "true\n", parts=(Piece("part", "false\n"),)).key,
    }
    assert len(keys) == 7
    assert Piece("a", "true\n", after=("part",)).key == Piece("a", "true\n").key


def test_a_pieces_archive_holds_its_files_and_its_script() -> None:
    piece = Piece("a", "true\n", files={"x": b"1", "y": b"#!/bin/sh\n"}, later=lambda: {"z": b"2"})
    with tarfile.open(fileobj=io.BytesIO(piece.archive())) as tar:
        assert {entry.name: entry.mode for entry in tar} == {
            "x": 0o644,
            "y": 0o755,
            "z": 0o644,
            "run.bash": 0o755,
        }
