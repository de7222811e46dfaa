"""Shapes from the headers of GGUF files."""

from typing import Any

import pytest

from llmhost.fit.cache import bytes_per_token
from llmhost.fit.ggufshape import shape_of_gguf
from llmhost.fit.reading import ShapeError
from llmhost.fit.shape import Layers


def metadata(family: str = "llama", **said: Any) -> dict[str, object]:  # noqa: ANN401  a header
    base = {
        "block_count": 12,
        "embedding_length": 1024,
        "feed_forward_length": 4096,
        "attention.head_count": 16,
        "context_length": 8192,
    }
    named = {key.replace("__", "."): value for key, value in said.items()}
    return {
        "general.architecture": family,
        "vocab_size": 1000,
        **{f"{family}.{key}": value for key, value in (base | named).items()},
    }


def test_a_plain_model_is_read() -> None:
    shape = shape_of_gguf(metadata(attention__head_count_kv=4))
    assert shape.layers == (Layers("full", 12, kv_heads=4, key=64, value=64),)
    assert (shape.depth, shape.heads, shape.vocabulary, shape.longest) == (12, 16, 1000, 8192)


def test_llama_3_1_8b_keeps_131072_bytes_per_token() -> None:
    said = metadata(
        block_count=32, embedding_length=4096, attention__head_count=32, attention__head_count_kv=8
    )
    assert bytes_per_token(shape_of_gguf(said)) == 131_072


def test_deepseek_v2_lite_keeps_a_latent_vector_only_if_its_file_is_of_the_newer_kind() -> None:
    legacy = {
        "block_count": 27,
        "embedding_length": 2048,
        "attention__kv_lora_rank": 512,
        "rope__dimension_count": 64,
        "attention__key_length": 192,
        "attention__value_length": 128,
    }
    assert bytes_per_token(shape_of_gguf(metadata("deepseek2", **legacy))) == 276_480
    newer = legacy | {"attention__key_length": 576, "attention__key_length_mla": 192}
    assert bytes_per_token(shape_of_gguf(metadata("deepseek2", **newer))) == 31_104


@pytest.mark.parametrize(
    ("family", "said", "layers"),
    [
        ("llama", {"attention__key_length": 128, "attention__value_length": 96},
         (Layers("full", 12, kv_heads=16, key=128, value=96),)),
        ("gemma3", {"attention__sliding_window": 512},
         (Layers("window", 10, kv_heads=16, key=64, value=64, window=512),
          Layers("full", 2, kv_heads=16, key=64, value=64))),
        ("any", {"attention__sliding_window": 512,
                 "attention__sliding_window_pattern": (True, False) * 6},
         (Layers("window", 6, kv_heads=16, key=64, value=64, window=512),
          Layers("full", 6, kv_heads=16, key=64, value=64))),
        ("deepseek2", {"attention__kv_lora_rank": 512, "rope__dimension_count": 64,
                       "attention__key_length_mla": 192, "attention__value_length_mla": 128},
         (Layers("latent", 12, latent=576),)),
        ("deepseek2", {"attention__kv_lora_rank": 512, "rope__dimension_count": 64,
                       "attention__key_length": 192, "attention__value_length": 128},
         (Layers("full", 12, kv_heads=16, key=192, value=128),)),
        ("deci", {"attention__head_count_kv": (8, 0, 8) * 4},
         (Layers("full", 8, kv_heads=8, key=64, value=64),)),
        ("gemma3n", {"attention__shared_kv_layers": 4},
         (Layers("full", 8, kv_heads=16, key=64, value=64),)),
        ("jamba", {"attention__head_count_kv": (0, 0, 8) * 4, "ssm__inner_size": 2048,
                   "ssm__state_size": 16, "ssm__conv_kernel": 4},
         (Layers("state", 8, state=4 * (3 * 2048 + 2048 * 16)),
          Layers("full", 4, kv_heads=8, key=64, value=64))),
        ("qwen35", {"attention__head_count_kv": 4, "full_attention_interval": 4,
                    "ssm__inner_size": 2048, "ssm__state_size": 128, "ssm__group_count": 16},
         (Layers("state", 9, state=4 * (3 * (2048 + 4096) + 2048 * 128)),
          Layers("full", 3, kv_heads=4, key=64, value=64))),
    ],
)  # fmt: skip
def test_every_kind_of_layer_is_read(
    family: str, said: dict[str, Any], layers: tuple[Layers, ...]
) -> None:
    assert shape_of_gguf(metadata(family, **said)).layers == layers


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"general.architecture": 5},
        {"general.architecture": "llama"},
        metadata(block_count=0),
        metadata(block_count=1 << 40),
        metadata(attention__head_count="x"),
        metadata(embedding_length=None),
    ],
)
def test_what_cannot_be_is_an_error_that_says_what(said: dict[str, object]) -> None:
    with pytest.raises(ShapeError):
        shape_of_gguf(said)
