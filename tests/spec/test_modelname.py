"""Names of models, as people type them."""

import fnmatch

import pytest

from llmhost.errors import UsageError
from llmhost.spec.modelname import read_model
from tests.spec.shared import CATALOG

VLLM, OLLAMA = CATALOG.profile("vllm"), CATALOG.profile("ollama")
LLAMACPP, LMSTUDIO = CATALOG.profile("llamacpp"), CATALOG.profile("lmstudio")


def test_a_repository_on_the_hub_keeps_its_name() -> None:
    model = read_model("Qwen/Qwen3-32B-AWQ", VLLM)
    assert (model.id, model.repo, model.revision) == ("Qwen/Qwen3-32B-AWQ",) * 2 + ("main",)
    assert model.directory == "/var/lib/llmhost/models/Qwen--Qwen3-32B-AWQ"
    assert "*.safetensors" in model.files
    assert not model.linked


def test_a_revision_has_a_directory_of_its_own() -> None:
    model = read_model("Qwen/Qwen3-32B-AWQ@abc123", VLLM)
    assert (model.id, model.revision) == ("Qwen/Qwen3-32B-AWQ", "abc123")
    assert model.directory.endswith("/Qwen--Qwen3-32B-AWQ@abc123")


def test_a_gguf_file_is_called_by_its_stem() -> None:
    model = read_model("ORG/Name-GGUF/sub/name-q4_k_m.gguf@v2", LLAMACPP)
    assert (model.id, model.file, model.revision) == ("name-q4_k_m", "sub/name-q4_k_m.gguf", "v2")
    assert model.files == ("sub/name-q4_k_m.gguf",)
    assert not model.linked


def test_the_first_of_several_files_brings_the_others() -> None:
    model = read_model("ORG/Name/x-00001-of-00003.gguf", LLAMACPP)
    assert model.files == tuple(f"x-0000{shard}-of-00003.gguf" for shard in (1, 2, 3))
    assert model.file == "x-00001-of-00003.gguf"
    assert not model.linked


@pytest.mark.parametrize(
    ("file", "matches"),
    [
        ("name-q4_k_m.gguf", True),
        ("Name.Q4_K_M.gguf", True),
        ("Name-Q4_K_M-00001-of-00002.gguf", False),
        ("Name-Q4_K_S.gguf", False),
        ("Name-IQ4_K_M.gguf", False),
    ],
)
def test_a_quantisation_finds_its_file_however_it_is_written(file: str, matches: bool) -> None:  # noqa: FBT001
    model = read_model("ORG/Name-GGUF:Q4_K_M", LLAMACPP)
    assert fnmatch.fnmatchcase(file, model.files[0]) is matches
    assert (model.id, model.file, model.linked) == ("ORG/Name-GGUF:Q4_K_M", "Q4_K_M.gguf", True)


def test_ollama_names_get_the_tag_ollama_gives_them() -> None:
    assert read_model("qwen2.5", OLLAMA).id == "qwen2.5:latest"
    assert read_model("hf.co/ORG/Name-GGUF:Q4_K_M", OLLAMA).repo == "hf.co/ORG/Name-GGUF:Q4_K_M"


def test_lmstudio_serves_under_the_name_without_quantisation() -> None:
    model = read_model("qwen2.5-7b-instruct@q4_k_m", LMSTUDIO)
    assert (model.id, model.repo) == ("qwen2.5-7b-instruct", "qwen2.5-7b-instruct@q4_k_m")


@pytest.mark.parametrize(
    ("typed", "profile", "why"),
    [
        ("unsloth/Qwen3-8B-GGUF", VLLM, "reads no GGUF from 0.24 on"),
        ("unsloth/Qwen3-8B-unsloth-bnb-4bit", VLLM, "bitsandbytes"),
        ("gpt-oss:120b-cloud", OLLAMA, "Ollama's own computers"),
    ],
)
def test_a_model_the_provider_cannot_serve_is_refused_with_the_reason(
    typed: str, profile: object, why: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_model(typed, profile)  # type: ignore[arg-type]
    assert why in caught.value.why


@pytest.mark.parametrize(
    ("typed", "profile"),
    [
        ("", VLLM),
        ("Qwen3-32B", VLLM),
        ("a/b/c", VLLM),
        ("../../etc", VLLM),
        ("a/b$(id)", VLLM),
        ("ORG/Name-GGUF", LLAMACPP),
        ("ORG/Name/../../x.gguf", LLAMACPP),
        ("a b", OLLAMA),
        ("a@b@c", LMSTUDIO),
    ],
)
def test_what_is_no_name_is_answered_with_how_one_is_written(typed: str, profile: object) -> None:
    with pytest.raises(UsageError) as caught:
        read_model(typed, profile)  # type: ignore[arg-type]
    assert caught.value.message == f"`{typed}` is not the name of a model"
    assert caught.value.hint.startswith("write ")
