"""From what a registry publishes to what is known of a model."""

from typing import Any

import pytest

from llmhost.fit.blocks import Blocks
from llmhost.fit.known import from_published
from llmhost.hub.published import Published
from llmhost.spec.deployment import Model
from llmhost.workflows.known import name_of
from tests.hub.files import CONFIG


def published(**said: Any) -> Published:  # noqa: ANN401  fields
    fields: dict[str, Any] = {
        "id": "org/model",
        "revision": "c" * 40,
        "kind": "config",
        "config": CONFIG,
        "weights": 1000,
        "evidence": "the headers",
        "replicated": 10,
        "download": 1200,
    }
    return Published(**(fields | said))


def test_everything_a_registry_says_is_kept() -> None:
    known = from_published(published(formats={"F32": 8, "BF16": 992}))
    assert known.id == "org/model"
    assert known.shape.depth == 2
    weights = known.weights
    assert (weights.size, weights.replicated, weights.download) == (1000, 10, 1200)
    assert (weights.certainty, weights.format) == ("exact", "BF16")


def test_blocks_of_quantised_weights_are_kept() -> None:
    fp8 = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    known = from_published(published(config=CONFIG | {"quantization_config": fp8}))
    assert known.weights.blocks == Blocks(128, 128)
    assert known.weights.format == "FP8"
    assert from_published(published()).weights.blocks == Blocks()


def test_old_weights_stay_an_estimate() -> None:
    assert from_published(published(exact=False)).weights.certainty == "estimate"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "AWQ 4 bit"),
        ({"quantization_config": {"quant_method": "fp8"}}, "FP8"),
        ({"text_config": {**CONFIG, "quantization_config": {"quant_method": "mxfp4"}}}, "MXFP4"),
        ({"quantization_config": []}, ""),
    ],
)
def test_the_format_is_named_as_people_name_it(said: dict[str, Any], name: str) -> None:
    assert from_published(published(config=CONFIG | said)).weights.format == name


@pytest.mark.parametrize(("number", "name"), [(15, "GGUF Q4_K_M"), (999, "GGUF"), ("x", "GGUF")])
def test_the_type_of_a_gguf_file_is_named(number: object, name: str) -> None:
    config = {
        "general.architecture": "llama",
        "general.file_type": number,
        "llama.block_count": 2,
        "llama.embedding_length": 64,
        "llama.attention.head_count": 4,
    }
    assert from_published(published(kind="gguf", config=config)).weights.format == name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Model("a/b", "hub", "a/b"), "a/b"),
        (Model("f", "hub", "a/b", files=("f.gguf",), file="f.gguf"), "a/b/f.gguf"),
        (Model("a/b:Q4_0", "hub", "a/b", files=("*Q4_0.gguf",), file="Q4_0.gguf"), "a/b:Q4_0"),
        (Model("qwen2.5:7b", "ollama", "qwen2.5:7b"), "qwen2.5:7b"),
        (Model("x", "lmstudio", "x@q4_k_m"), "x@q4_k_m"),
    ],
)
def test_a_model_is_looked_up_as_it_was_typed(model: Model, name: str) -> None:
    assert name_of(model) == name
