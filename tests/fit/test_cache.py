"""The KV cache by kind of attention: published figures, engines' reports, and what must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.fit.cache import Use, bytes_per_token, cache_bytes
from llmhost.fit.shape import Layers, Shape, Spread
from tests.fit.shared import known

GIB = 1 << 30


def shape(*groups: Layers) -> Shape:
    return Shape(groups, sum(group.count for group in groups), 32, 4096, 1, 1)


def test_llama_3_1_8b_keeps_131072_bytes_per_token() -> None:
    assert bytes_per_token(known("meta-llama/Llama-3.1-8B-Instruct").shape) == 131_072


def test_deepseek_v3_keeps_70272_bytes_per_token() -> None:
    assert bytes_per_token(known("deepseek-ai/DeepSeek-V3").shape) == 70_272


def test_many_heads_keep_as_many_keys() -> None:
    one = Layers("full", 1, kv_heads=1, key=64, value=64)
    many = Layers("full", 1, kv_heads=32, key=64, value=64)
    assert bytes_per_token(shape(many)) == 32 * bytes_per_token(shape(one))


def test_a_window_keeps_no_more_than_itself_and_what_is_computed() -> None:
    group = Layers("window", 10, kv_heads=8, key=64, value=64, window=1024)
    short = cache_bytes(shape(group), Use(512, ahead=256))
    assert short == 10 * 8 * 128 * 2 * 512
    full = cache_bytes(shape(group), Use(1 << 20, ahead=256))
    assert full == 10 * 8 * 128 * 2 * (1024 + 256)
    assert bytes_per_token(shape(group), at=1024) == 0


def test_a_state_takes_the_same_however_long_the_request_is() -> None:
    of = shape(Layers("state", 3, state=1000))
    assert cache_bytes(of, Use(1)) == cache_bytes(of, Use(1 << 20)) == 3000
    assert cache_bytes(of, Use(1, requests=4)) == 12_000


def test_keys_and_values_may_be_of_different_size() -> None:
    assert bytes_per_token(shape(Layers("full", 1, kv_heads=4, key=192, value=128))) == 4 * 320 * 2


def test_eight_bits_take_half() -> None:
    of = known("Qwen/Qwen3-32B").shape
    assert bytes_per_token(of, bits=8) == bytes_per_token(of) / 2


def test_heads_are_divided_and_latent_vectors_are_not() -> None:
    heads, latent = known("Qwen/Qwen3-32B").shape, known("deepseek-ai/DeepSeek-V3").shape
    assert bytes_per_token(heads, spread=Spread(tensor=2)) == 131_072
    assert bytes_per_token(latent, spread=Spread(tensor=8)) == 70_272


def test_beyond_one_head_each_gpus_keep_copies() -> None:
    of = known("Qwen/Qwen2.5-7B-Instruct").shape
    assert of.kv_heads == 4
    assert bytes_per_token(of, spread=Spread(tensor=4)) == 57_344 / 4
    assert bytes_per_token(of, spread=Spread(tensor=8)) == 57_344 / 4


def test_layers_that_are_dealt_out_take_their_cache_along() -> None:
    of = known("Qwen/Qwen3-32B").shape
    assert bytes_per_token(of, spread=Spread(pipeline=4)) == 262_144 / 4
    assert bytes_per_token(of, spread=Spread(pipeline=3)) == 262_144 * 22 / 64


# What engines themselves reported: bytes of the cache on one GPU, tokens they say it holds, and how
# exact such a report can be (bytes are rounded to 0.01 GiB, tokens to blocks).
REPORTS = [
    # vllm-project/vllm log of Qwen2.5-7B-Instruct on one GPU, 2026-09-11 (quoted in a public test).
    ("Qwen/Qwen2.5-7B-Instruct", 1, 16, 31.92, 597_776, 0.001),
    # vLLM 0.7 on an H100, 2025-03-14 (quoted in a public test of log parsers).
    ("meta-llama/Llama-3.1-8B-Instruct", 1, 16, 54.62, 447_088, 0.002),
    # github.com/vllm-project/vllm/issues/21348, SGLang on four H100: K and V of 8.23 GiB each.
    ("Qwen/Qwen3-235B-A22B", 4, 16, 16.46, 367_404, 0.002),
    # The same issue, vLLM; a connector of its own takes a little besides.
    ("Qwen/Qwen3-235B-A22B", 4, 16, 8.11, 178_880, 0.015),
    # vLLM on an A100, 2025-07: 14,815 blocks of 16 tokens; phi-4 by its size and these figures.
    ("microsoft/phi-4", 1, 16, 45.21, 14_815 * 16, 0.001),
    # vLLM, 2025-08: 190,100 blocks, the smallest Qwen 2.5.
    ("Qwen/Qwen2.5-0.5B-Instruct", 1, 16, 34.81, 190_100 * 16, 0.001),
    # vLLM on a T4, 2025-05: 5,517 blocks.
    ("Qwen/Qwen2.5-1.5B-Instruct", 1, 16, 2.36, 5517 * 16, 0.003),
    # llama.cpp with F16 weights and a context of 2048: "CUDA0 KV buffer size = 112.00 MiB".
    ("Qwen/Qwen2.5-7B-Instruct", 1, 16, 112 / 1024, 2048, 0.0),
]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS)
def test_engines_report_the_same(report: tuple[str, int, float, float, int, float]) -> None:
    name, gpus, bits, gib, tokens, off = report
    each = bytes_per_token(known(name).shape, bits=bits, spread=Spread(tensor=gpus))
    assert each * tokens == pytest.approx(gib * GIB, rel=off or 1e-9)


def test_a_hybrid_is_reported_within_a_tenth() -> None:
    """Pages of attention and of state are equally large in vLLM, which wastes some of both.

    github.com/noonghunna/club-3090/issues/612: Qwen3.6-35B-A3B, which has the shape of this one,
    with 8 bits: 5.98 GiB hold 4.33 requests of 131,072 tokens.
    """
    state = 3 * (2 * 16 * 128 + 32 * 128) * 2 + 32 * 128 * 128 * 4
    of = shape(Layers("full", 10, kv_heads=2, key=256, value=256), Layers("state", 30, state=state))
    each = cache_bytes(of, Use(131_072, bits=8))
    assert each == pytest.approx(5.98 * GIB / 4.33, rel=0.1)


GROUPS = st.one_of(
    st.builds(
        Layers,
        st.sampled_from(["full", "window"]),
        st.integers(1, 100),
        kv_heads=st.integers(1, 64),
        key=st.integers(1, 512),
        value=st.integers(0, 512),
        window=st.integers(0, 1 << 16),
    ),
    st.builds(
        Layers,
        st.just("latent"),
        st.integers(1, 100),
        latent=st.integers(1, 1024),
        beside=st.integers(0, 200),
    ),
    st.builds(Layers, st.just("state"), st.integers(1, 100), state=st.integers(0, 1 << 24)),
)
SHAPES = st.lists(GROUPS, min_size=1, max_size=4).map(lambda groups: shape(*groups))
USES = st.builds(
    Use,
    st.integers(1, 1 << 22),
    st.integers(1, 512),
    st.floats(1, 32),
    st.integers(0, 16384),
)
COUNTS = st.sampled_from([1, 2, 4, 8, 16])


@given(SHAPES, USES, st.integers(0, 1 << 20), st.integers(0, 64))
def test_more_tokens_and_more_requests_never_take_less(
    of: Shape, use: Use, tokens: int, requests: int
) -> None:
    before = cache_bytes(of, use)
    assert before >= 0
    longer = Use(use.context + tokens, use.requests, use.bits, use.ahead)
    more = Use(use.context, use.requests + requests, use.bits, use.ahead)
    assert cache_bytes(of, longer) >= before
    assert cache_bytes(of, more) >= before


@given(SHAPES, USES, st.floats(0, 32))
def test_more_bits_never_take_less(of: Shape, use: Use, bits: float) -> None:
    wider = Use(use.context, use.requests, use.bits + bits, use.ahead)
    assert cache_bytes(of, wider) >= cache_bytes(of, use)


@given(SHAPES, USES, COUNTS, COUNTS, COUNTS)
def test_more_gpus_never_keep_more_each(
    of: Shape, use: Use, tensor: int, pipeline: int, times: int
) -> None:
    few = cache_bytes(of, use, Spread(tensor, pipeline))
    assert cache_bytes(of, use, Spread(tensor * times, pipeline)) <= few
    assert cache_bytes(of, use, Spread(tensor, pipeline * times)) <= few
    assert few * tensor * pipeline >= cache_bytes(of, use)
