"""Shapes from `config.json`: every way of saying it in use, and what nobody should write."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.fit.cache import bytes_per_token
from llmhost.fit.config import shape_of_config
from llmhost.fit.reading import ShapeError
from llmhost.fit.shape import Layers

BASE: dict[str, Any] = {
    "model_type": "llama",
    "num_hidden_layers": 12,
    "hidden_size": 1024,
    "num_attention_heads": 16,
    "vocab_size": 1000,
}


def kinds(**config: Any) -> list[tuple[str, int]]:  # noqa: ANN401  JSON
    return [(group.kind, group.count) for group in shape_of_config(BASE | config).layers]


def test_without_a_word_on_heads_there_are_as_many_keys_as_queries() -> None:
    (group,) = shape_of_config(BASE).layers
    assert group == Layers("full", 12, kv_heads=16, key=64, value=64)


@pytest.mark.parametrize(
    ("said", "heads"),
    [
        ({"num_key_value_heads": 4}, 4),
        ({"num_key_value_heads": None}, 16),
        ({"num_kv_heads": 2}, 2),
        ({"n_head_kv": None}, 16),
        ({"multi_query": True}, 1),
        ({"multi_query": True, "new_decoder_architecture": True, "num_kv_heads": 8}, 8),
        ({"multi_query_attention": True, "multi_query_group_num": 2}, 2),
    ],
)
def test_heads_with_keys_are_read_in_every_spelling(said: dict[str, Any], heads: int) -> None:
    assert shape_of_config(BASE | said).kv_heads == heads


@pytest.mark.parametrize("said", [{}, {"head_dim": None}])
def test_a_head_is_as_large_as_its_part_of_the_whole(said: dict[str, Any]) -> None:
    assert shape_of_config(BASE | said).layers[0].key == 64


def test_a_head_may_be_of_another_size() -> None:
    assert shape_of_config(BASE | {"head_dim": 128}).layers[0].key == 128
    assert shape_of_config(BASE | {"kv_channels": 96}).layers[0].key == 96


def test_gpt_2_has_words_of_its_own() -> None:
    said = {"model_type": "gpt2", "n_layer": 24, "n_embd": 1024, "n_head": 16, "n_positions": 1024}
    shape = shape_of_config(said)
    assert (shape.depth, shape.heads, shape.longest) == (24, 16, 1024)
    assert shape.layers == (Layers("full", 24, kv_heads=16, key=64, value=64),)


def test_of_a_model_that_sees_the_part_that_speaks_counts() -> None:
    seeing = {
        "model_type": "llava",
        "vision_config": BASE | {"num_hidden_layers": 99},
        "text_config": BASE,
    }
    assert shape_of_config(seeing) == shape_of_config(BASE)
    deeper = {"model_type": "omni", "thinker_config": {"text_config": BASE}}
    assert shape_of_config(deeper) == shape_of_config(BASE)


def test_what_the_inner_description_leaves_out_stands_around_it() -> None:
    inner = {key: value for key, value in BASE.items() if key != "vocab_size"}
    shape = shape_of_config({"vocab_size": 77, "text_config": inner})
    assert shape.vocabulary == 77


def test_what_gemma_3_leaves_out_is_a_default_of_its_class() -> None:
    """As google/gemma-3-12b-it publishes it."""
    said = {
        "model_type": "gemma3",
        "text_config": {
            "hidden_size": 3840,
            "intermediate_size": 15360,
            "model_type": "gemma3_text",
            "num_attention_heads": 16,
            "num_hidden_layers": 48,
            "num_key_value_heads": 8,
            "sliding_window": 1024,
        },
    }
    assert shape_of_config(said).layers == (
        Layers("full", 8, kv_heads=8, key=256, value=256),
        Layers("window", 40, kv_heads=8, key=256, value=256, window=1024),
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"layer_types": ["full_attention", "sliding_attention"] * 6, "sliding_window": 8},
         [("full", 6), ("window", 6)]),
        ({"layer_types": ["linear_attention"] * 9 + ["full_attention"] * 3},
         [("full", 3), ("state", 9)]),
        ({"layer_types": ["conv", "full_attention"] * 6}, [("full", 6), ("state", 6)]),
        ({"layers_block_type": ["mamba", "moe", "attention"] * 4}, [("full", 4), ("state", 4)]),
        ({"hybrid_override_pattern": "M-M*" * 3}, [("full", 3), ("state", 6)]),
        ({"hybrid_layer_pattern": [0, 1, 1] * 4, "sliding_window": 8},
         [("full", 4), ("window", 8)]),
        ({"attn_type_list": [0, 0, 1] * 4}, [("full", 4), ("state", 8)]),
        ({"full_attention_interval": 4}, [("full", 3), ("state", 9)]),
        ({"attn_layer_period": 8, "attn_layer_offset": 4}, [("full", 1), ("state", 11)]),
        ({"sliding_window": 8}, [("window", 12)]),
        ({"sliding_window": 8, "sliding_window_pattern": 6}, [("full", 2), ("window", 10)]),
        ({"sliding_window": 8, "use_sliding_window": False}, [("full", 12)]),
        ({"sliding_window": None}, [("full", 12)]),
        ({"sliding_window": 8, "use_sliding_window": True, "max_window_layers": 4},
         [("full", 4), ("window", 8)]),
        ({"num_kv_shared_layers": 5}, [("full", 7)]),
        ({"linear_attn_config": {"full_attn_layers": [4, 8, 12], "num_heads": 2, "head_dim": 4}},
         [("full", 3), ("state", 9)]),
        ({"model_type": "llama4_text"}, [("full", 3), ("window", 9)]),
        ({"model_type": "gemma2"}, [("full", 6), ("window", 6)]),
        ({"model_type": "falcon_h1", "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_d_state": 2},
         [("full", 12), ("state", 12)]),
    ],
)  # fmt: skip
def test_which_layers_keep_what_is_read_in_every_spelling(
    said: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    assert kinds(**said) == expected


def test_layers_with_a_window_may_have_heads_of_their_own() -> None:
    """XiaomiMiMo/MiMo-V2-Flash."""
    said = BASE | {
        "hybrid_layer_pattern": [0, 1] * 6,
        "sliding_window": 128,
        "num_key_value_heads": 4,
        "head_dim": 192,
        "v_head_dim": 128,
        "swa_num_key_value_heads": 8,
        "swa_head_dim": 192,
        "swa_v_head_dim": 128,
    }
    full, window = shape_of_config(said).layers
    assert (full.kv_heads, full.key, full.value) == (4, 192, 128)
    assert (window.kv_heads, window.key, window.value, window.window) == (8, 192, 128, 128)


def test_layers_without_a_window_may_have_heads_of_their_own() -> None:
    """google/gemma-4."""
    said = BASE | {
        "layer_types": ["sliding_attention"] * 10 + ["full_attention"] * 2,
        "sliding_window": 1024,
        "num_key_value_heads": 8,
        "num_global_key_value_heads": 2,
        "global_head_dim": 512,
    }
    full, _ = shape_of_config(said).layers
    assert (full.kv_heads, full.key, full.value) == (2, 512, 512)


def test_latent_attention_keeps_one_vector_and_sparse_attention_an_index() -> None:
    latent = BASE | {"kv_lora_rank": 512, "qk_rope_head_dim": 64}
    assert shape_of_config(latent).layers == (Layers("latent", 12, latent=576),)
    sparse = latent | {"index_head_dim": 128}
    assert bytes_per_token(shape_of_config(sparse)) == 12 * (576 * 2 + 132)
    some = sparse | {"indexer_types": ["full", "shared", "shared"] * 4}
    assert bytes_per_token(shape_of_config(some)) == 12 * 576 * 2 + 4 * 132


def test_searched_architectures_have_layers_without_attention() -> None:
    blocks = [{"attention": {"n_heads_in_group": 8}}, {"attention": {"no_op": True}}]
    shape = shape_of_config(BASE | {"block_configs": blocks * 6})
    assert shape.layers == (Layers("full", 6, kv_heads=2, key=64, value=64),)


def test_what_cannot_be_confirmed_is_said() -> None:
    said = BASE | {"compress_ratios": [0, 4, 128] * 4, "head_dim": 512, "sliding_window": 128}
    shape = shape_of_config(said)
    assert "compress_ratios" in shape.doubts[0]
    assert [group.kind for group in shape.layers] == ["window", "latent", "latent"]


def test_the_heads_of_linear_attention_are_divided_as_well() -> None:
    said = BASE | {
        "full_attention_interval": 4,
        "linear_num_key_heads": 16,
        "linear_num_value_heads": 48,
        "linear_key_head_dim": 128,
        "linear_value_head_dim": 128,
    }
    shape = shape_of_config(said)
    assert [number for number, _ in shape.also_divide] == [16, 48]
    state = next(group for group in shape.layers if group.kind == "state")
    assert state.state == 3 * (2 * 16 * 128 + 48 * 128) * 2 + 48 * 128 * 128 * 4


def stretched(longest: int, *, original: int, **scaling: object) -> dict[str, object]:
    """A description whose positions are stretched."""
    return {
        "max_position_embeddings": longest,
        "rope_scaling": {"original_max_position_embeddings": original, **scaling},
    }


@pytest.mark.parametrize(
    ("said", "longest"),
    [
        ({"max_position_embeddings": 4096}, 4096),
        ({"n_positions": 1024}, 1024),
        ({}, 0),
        (stretched(40960, rope_type="yarn", factor=4.0, original=32768), 131072),
        (stretched(163840, type="yarn", factor=40, original=4096), 163840),
        (stretched(131072, rope_type="llama3", factor=8.0, original=8192), 131072),
        (stretched(4096, type="yarn", factor="x", original=1), 4096),
    ],
)  # fmt: skip
def test_the_longest_context_is_that_after_stretching(said: dict[str, Any], longest: int) -> None:
    assert shape_of_config(BASE | said).longest == longest


@pytest.mark.parametrize(
    "said",
    [
        {"num_hidden_layers": None},
        {"num_hidden_layers": 0},
        {"num_hidden_layers": -3},
        {"num_hidden_layers": 10**9},
        {"num_hidden_layers": "12"},
        {"num_hidden_layers": 12.0},
        {"num_hidden_layers": True},
        {"hidden_size": 1 << 40},
        {"num_attention_heads": {}},
        {"layer_types": ["something new"] * 12},
        {"layer_types": [None]},
        {"layer_types": ["full_attention"] * 100_000},
        {"kv_lora_rank": -1},
        {"sliding_window": -8},
    ],
)
def test_what_cannot_be_is_an_error_that_says_what(said: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        shape_of_config(BASE | said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
KEYS = [
    *BASE,
    "head_dim",
    "layer_types",
    "sliding_window",
    "kv_lora_rank",
    "text_config",
    "block_configs",
    "compress_ratios",
    "rope_scaling",
    "hybrid_override_pattern",
    "linear_attn_config",
    "num_kv_shared_layers",
    "num_experts_per_tok",
    "intermediate_size",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_any_json_under_known_keys_ends_in_a_shape_or_in_our_error(said: dict[str, Any]) -> None:
    try:
        shape = shape_of_config(BASE | said)
    except ShapeError:
        return
    assert bytes_per_token(shape) >= 0
    assert json.dumps(shape.doubts)
