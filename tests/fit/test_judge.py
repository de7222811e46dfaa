"""Verdicts: the examples everybody gets wrong, and what must hold for any model."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.fit.blocks import Blocks, blocks_of
from llmhost.fit.cache import Use, cache_bytes
from llmhost.fit.judge import Demand, Fit, Known, judge
from llmhost.fit.shape import Layers, Shape, Spread
from llmhost.fit.weights import Weights, on_one_gpu
from tests.fit.shared import engine, known, made, memory, plain

GIB = 1 << 30


def judged(  # noqa: PLR0913  a question
    name: str, gpu: str, gpus: int, *, provider: str = "vllm", context: int = 16384,
    requests: int = 1, machines: int = 1,
) -> Fit:  # fmt: skip
    demand = Demand(gpus, context, requests, machines)
    return judge(known(name), engine(provider, gpu), demand)


def test_qwen3_32b_in_16_bits_does_not_fit_on_two_l4() -> None:
    fit = judged("Qwen/Qwen3-32B", "l4", 2)
    assert fit.verdict == "does not fit"
    assert fit.reasons == ("the weights alone are larger than what the GPU has for them",)
    assert fit.longest.most == 0


def test_qwen3_32b_in_4_bits_fits_on_two_l4_with_its_whole_context() -> None:
    fit = judged("Qwen/Qwen3-32B-AWQ", "l4", 2)
    assert fit.verdict == "fits"
    assert fit.longest.least == fit.longest.most == 40_960
    # The profile's own reckoning is 73,000, and the log of a good start there shows 75,424.
    assert fit.cache_tokens.least < 73_000
    assert fit.cache_tokens.most > 75_424


def test_qwen3_32b_fits_on_one_a100_with_80_gb() -> None:
    assert judged("Qwen/Qwen3-32B", "a100-80gb", 1).verdict == "fits"
    assert judged("Qwen/Qwen3-32B", "a100", 1).verdict == "does not fit"


def test_forty_heads_cannot_be_divided_among_three_gpus() -> None:
    fit = judged("Qwen/Qwen2.5-32B-Instruct-AWQ", "l4", 3)
    assert fit.verdict == "does not fit"
    assert fit.reasons[0] == (
        "40 attention heads cannot be divided among 3 GPUs; 1, 2, 4 or 8 will do"
    )


def test_layers_may_be_dealt_out_to_three_gpus() -> None:
    assert judged("qwen2.5:7b", "l4", 3, provider="ollama").verdict == "fits"


def test_a_context_that_leaves_no_cache_does_not_fit() -> None:
    fit = judged("Qwen/Qwen3-32B-AWQ", "l4", 2, requests=8)
    assert fit.verdict == "does not fit"
    assert "KV cache" in fit.reasons[0]
    assert 0 < fit.longest.least < 16384


def test_between_the_bounds_it_is_tight() -> None:
    model = plain(size=70 * GIB)
    numbers = memory(engine_mib={"least": 1024, "most": 4096}, graphs_mib={"least": 0, "most": 0})
    tokens = 8 * GIB // 131_072  # 9 GiB are left at best, 6 at worst
    fit = judge(model, made(numbers), Demand(1, tokens))
    assert fit.verdict == "tight"
    assert fit.reasons == ("it fits only if everything else takes as little as reports go",)


def test_vllm_refuses_more_than_the_model_was_made_for_and_llama_cpp_does_not() -> None:
    fit = judged("Qwen/Qwen3-32B-AWQ", "h100", 1, context=50_000)
    assert fit.verdict == "does not fit"
    assert fit.reasons[0].startswith("the model was made for 40,960 tokens")
    assert judged("qwen2.5:7b", "h100", 1, provider="ollama", context=50_000).verdict == "fits"


def test_more_gpus_than_heads_keep_copies_and_it_is_said() -> None:
    fit = judged("Qwen/Qwen3-30B-A3B", "l4", 8)
    assert fit.verdict == "fits"
    assert fit.remarks == (
        "4 heads with keys and values on 8 GPUs: every one of them is kept 2 times",
    )


def test_latent_attention_is_whole_on_every_gpu_and_it_is_said() -> None:
    fit = judged("deepseek-ai/DeepSeek-V3", "h200", 8)
    assert fit.verdict == "fits"
    assert fit.remarks == ("latent attention keeps its whole cache on every GPU",)
    assert fit.bytes_per_token == 70_272


def test_between_machines_layers_are_dealt_out() -> None:
    assert judged("deepseek-ai/DeepSeek-V3", "h100", 8).verdict == "does not fit"
    fit = judged("deepseek-ai/DeepSeek-V3", "h100", 8, machines=2)
    assert fit.verdict == "fits"
    assert fit.spread == Spread(tensor=8, pipeline=2)


def test_heads_of_linear_attention_must_come_out_even_too() -> None:
    fit = judged("Qwen/Qwen3.5-27B", "l4", 5)
    assert any("linear attention" in reason for reason in fit.reasons)


@pytest.mark.parametrize(
    ("name", "gpu", "gpus", "words"),
    [
        ("Qwen/Qwen3-235B-A22B-FP8", "a100", 8, "each of its experts is 1,536 wide: among 8 GPUs"),
        ("Qwen/Qwen3-30B-A3B-FP8", "l4", 8, "that is 96 each, which cuts blocks of 128"),
        ("Qwen/Qwen2.5-14B-Instruct-AWQ", "l4", 8, "its feed-forward part is 13,824 wide"),
        ("MiniMaxAI/MiniMax-M2.5", "h200", 8, "each of its experts is 1,536 wide"),
    ],
)
def test_blocks_of_quantised_weights_must_not_be_cut(
    name: str, gpu: str, gpus: int, words: str
) -> None:
    fit = judged(name, gpu, gpus)
    assert fit.verdict == "does not fit"
    (reason,) = fit.reasons
    assert words in reason
    assert reason.endswith(("1, 2 or 4 will do", "1 or 2 will do"))
    assert fit.likely == "vLLM ends while it starts, before it has read the weights"


@pytest.mark.parametrize(
    ("name", "gpu", "gpus"),
    [
        ("deepseek-ai/DeepSeek-V3", "h200", 8),
        ("Qwen/Qwen3-32B-FP8", "l4", 8),
        ("Qwen/Qwen3-30B-A3B", "l4", 8),
        ("Qwen/Qwen2.5-72B-Instruct-AWQ", "l4", 4),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", "h100", 8),
    ],
)
def test_blocks_that_come_out_whole_are_no_reason(name: str, gpu: str, gpus: int) -> None:
    assert judged(name, gpu, gpus).verdict == "fits"


def test_the_blocks_are_read_off_the_description() -> None:
    fp8 = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    assert blocks_of({"quantization_config": fp8}) == Blocks(128, 128)
    assert blocks_of({"quantization_config": {"quant_method": "fp8"}}) == Blocks()
    awq = {"quant_method": "awq", "group_size": 64}
    assert blocks_of({"text_config": {"quantization_config": awq}}) == Blocks(64, 32)
    whole_rows = {"quant_method": "gptq", "group_size": -1}
    assert blocks_of({"quantization_config": whole_rows}) == Blocks()
    grouped = {"weights": {"strategy": "group", "group_size": 32}}
    blocked = {"weights": {"strategy": "block", "block_structure": [128, 128]}}
    for group, blocks in ((grouped, Blocks(32, 32)), (blocked, Blocks(128, 128)), ({}, Blocks())):
        said = {"quant_method": "compressed-tensors", "config_groups": {"group_0": group}}
        assert blocks_of({"quantization_config": said}) == blocks
    nonsense: object
    for nonsense in (7, [], {"quant_method": 3}, {"quant_method": "fp8", "weight_block_size": "x"}):
        assert blocks_of({"quantization_config": nonsense}) == Blocks()


def test_ollama_makes_room_for_every_request_it_is_to_answer_at_a_time() -> None:
    one = judge(known("llama3.1:8b"), engine("ollama", "l4"), Demand(1, 65_536))
    eight = judge(known("llama3.1:8b"), engine("ollama", "l4", parallel=8), Demand(1, 65_536))
    asked = judged("llama3.1:8b", "l4", 1, provider="ollama", context=65_536, requests=8)
    assert eight.per_gpu.cache == 8 * one.per_gpu.cache == asked.per_gpu.cache
    assert (one.verdict, eight.verdict) == ("fits", "does not fit")
    assert (eight.requests, asked.settings) == (8, {"parallel": "8"})


def test_llama_cpp_makes_one_cache_for_all_requests() -> None:
    model, of = plain(), engine("llamacpp", "h100")
    usual, many = (judge(model, one, Demand(1, 8192)) for one in (of, of.taking(64)))
    assert usual.per_gpu.cache == many.per_gpu.cache
    asked = judge(model, of, Demand(1, 8192, 8))
    assert asked.told == 8 * 8192
    assert asked.per_gpu.cache == 8 * usual.per_gpu.cache


def test_a_shared_cache_has_a_window_for_each_of_those_who_share_it() -> None:
    window = Layers("window", 1, kv_heads=1, key=1, value=1, window=100)
    state = Layers("state", 1, state=1000)
    shape = Shape((window, state), 2, 1, 1, 1, 1)
    one = Use(10_000, 1, bits=8, ahead=50, sharing=4)
    assert cache_bytes(shape, one) == 2 * (4 * 100 + 50) + 4 * 1000
    assert cache_bytes(shape, Use(10, 2, bits=8, ahead=50, sharing=4)) == 2 * 20 + 4 * 1000


def test_more_requests_than_the_provider_answers_at_a_time_are_refused() -> None:
    fit = judged("llama3.1:8b", "b200", 8, provider="ollama", context=128, requests=65)
    assert fit.reasons == ("Ollama answers 64 requests at a time at most, not 65",)
    few = judge(known("llama3.1:8b"), engine("ollama", "h100", parallel=2), Demand(1, 128, 3))
    assert few.reasons == ("Ollama answers 2 requests at a time with parallel=2, not 3",)
    assert few.likely == "Ollama starts, and requests beyond what it takes at a time wait"


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        (("Qwen/Qwen3-32B", "l4", 2, {}), "runs out of memory while it loads the weights"),
        (("Qwen/Qwen3-32B-AWQ", "l4", 2, {"requests": 8}), "find no room in the KV cache wait"),
        (("Qwen/Qwen3-32B-AWQ", "l4", 1, {"context": 40_960}), "where it makes the KV cache"),
        (("Qwen/Qwen3-32B-AWQ", "h100", 1, {"context": 50_000}), "refuses the context"),
        (("Qwen/Qwen2.5-32B-Instruct-AWQ", "l4", 3, {}), "ends while it starts"),
        (("llama3.3:70b", "l4", 1, {"provider": "ollama"}), "leaves layers on the CPU"),
        (("Qwen/Qwen3-32B-AWQ", "l4", 2, {}), ""),
    ],
)
def test_what_is_likely_to_happen_depends_on_what_is_missing(
    fit: tuple[str, str, int, dict[str, Any]], words: str
) -> None:
    name, gpu, gpus, more = fit
    found = judged(name, gpu, gpus, **more)
    assert words in found.likely
    assert bool(found.likely) == (found.verdict != "fits")


def test_more_groups_than_layers_cannot_be() -> None:
    small = plain(layers=2)
    fit = judge(small, made(memory(), split="layer"), Demand(3, 10))
    assert fit.reasons == ("2 layers cannot be dealt out to 3 GPUs",)


def test_the_longest_context_is_the_longest_that_fits() -> None:
    for requests in (1, 3, 16):
        fit = judged("Qwen/Qwen2.5-14B-Instruct", "a100", 1, requests=requests)
        longest = fit.longest.least
        assert (
            judged(
                "Qwen/Qwen2.5-14B-Instruct", "a100", 1, context=longest, requests=requests
            ).verdict
            == "fits"
        )
        if longest < fit.trained:
            more = judged(
                "Qwen/Qwen2.5-14B-Instruct", "a100", 1, context=longest + 1, requests=requests
            )
            assert more.verdict != "fits"


def test_weights_are_divided_but_for_what_every_gpu_holds() -> None:
    shape = plain().shape
    weights = Weights(100, "exact", "", replicated=20)
    assert on_one_gpu(weights, shape, Spread(tensor=4)) == 40
    assert on_one_gpu(weights, shape, Spread()) == 100


SHAPES = st.builds(
    lambda kind, layers, kv_heads, heads, window, vocabulary: Shape(
        (Layers(kind, layers, kv_heads, key=64, value=64, window=window, latent=64, state=999),),
        layers, kv_heads * heads, 1024, 4096, vocabulary, 1 << 17,
    ),
    st.sampled_from(["full", "window", "latent", "state"]),
    st.integers(1, 120), st.sampled_from([1, 2, 4, 8, 16]), st.sampled_from([1, 2, 5, 8]),
    st.integers(1, 9000), st.integers(0, 300_000),
)  # fmt: skip
MODELS = st.builds(
    lambda shape, size: Known("any", shape, Weights(size, "exact", "")),
    SHAPES,
    st.integers(1, 1 << 41),
)
ENGINES = st.sampled_from(
    [
        ("vllm", "l4"), ("vllm", "h100"), ("llamacpp", "t4"), ("ollama", "a100"),
        ("sglang", "l40s"), ("sglang", "b200"), ("tensorrt-llm", "h100"),
    ]
)  # fmt: skip
# SGLang keeps more back the more GPUs there are, and so a small model may have less of each.
GROWING = ENGINES.filter(lambda of: of[0] != "sglang")
DEMANDS = st.builds(
    Demand, st.sampled_from([1, 2, 4, 8]), st.integers(1, 1 << 18), st.integers(1, 64)
)
ORDER = {"does not fit": 0, "tight": 1, "fits": 2}


@given(MODELS, ENGINES, DEMANDS)
def test_nothing_is_ever_below_zero(model: Known, of: tuple[str, str], demand: Demand) -> None:
    fit = judge(model, engine(*of), demand)
    per_gpu = fit.per_gpu
    assert min(per_gpu.weights, per_gpu.cache, per_gpu.overhead.least, per_gpu.budget) >= 0
    assert 0 <= fit.longest.least <= fit.longest.most <= 1 << 17
    assert 0 <= fit.cache_tokens.least <= fit.cache_tokens.most
    assert per_gpu.overhead.least <= per_gpu.overhead.most
    assert (fit.verdict == "fits") == (not fit.reasons)


@given(MODELS, ENGINES, DEMANDS, st.integers(0, 1 << 17), st.integers(0, 64))
def test_asking_for_more_never_fits_better(
    model: Known, of: tuple[str, str], demand: Demand, tokens: int, requests: int
) -> None:
    less = judge(model, engine(*of), demand)
    more = judge(
        model,
        engine(*of),
        Demand(demand.gpus, demand.context + tokens, demand.requests + requests),
    )
    assert ORDER[more.verdict] <= ORDER[less.verdict]
    assert more.longest.least <= less.longest.least


@given(MODELS, ENGINES, DEMANDS, st.integers(0, 1 << 40))
def test_more_bytes_of_weights_never_fit_better(
    model: Known, of: tuple[str, str], demand: Demand, bytes_more: int
) -> None:
    heavier = Known("any", model.shape, Weights(model.weights.size + bytes_more, "exact", ""))
    less, more = (judge(one, engine(*of), demand) for one in (model, heavier))
    assert ORDER[more.verdict] <= ORDER[less.verdict]


@given(MODELS, ENGINES, DEMANDS)
def test_more_gpus_never_hold_more_weights_or_cache_each(
    model: Known, of: tuple[str, str], demand: Demand
) -> None:
    few = judge(model, engine(*of), demand).per_gpu
    many = judge(
        model, engine(*of), Demand(demand.gpus * 2, demand.context, demand.requests)
    ).per_gpu
    assert many.weights <= few.weights
    assert many.cache <= few.cache


@given(MODELS, GROWING, DEMANDS)
def test_twice_the_gpus_never_fit_worse_where_the_model_can_be_divided(
    model: Known, of: tuple[str, str], demand: Demand
) -> None:
    """From two on: the second GPU brings the buffers that several need among themselves."""
    few = Demand(max(demand.gpus, 2), demand.context, demand.requests)
    less = judge(model, engine(*of), few)
    more = judge(model, engine(*of), Demand(few.gpus * 2, few.context, few.requests))
    if any("divided" in reason or "dealt out" in reason for reason in more.reasons):
        return
    assert ORDER[more.verdict] >= ORDER[less.verdict]
    assert more.longest.least >= less.longest.least
    assert more.longest.most >= less.longest.most


@given(MODELS, ENGINES, DEMANDS)
def test_the_longest_context_fits_and_one_more_token_does_not(
    model: Known, of: tuple[str, str], demand: Demand
) -> None:
    fit = judge(model, engine(*of), demand)
    longest = fit.longest.least
    if longest and longest < 1 << 17:
        again = judge(model, engine(*of), Demand(demand.gpus, longest, demand.requests))
        beyond = judge(model, engine(*of), Demand(demand.gpus, longest + 1, demand.requests))
        assert again.per_gpu.cache <= again.per_gpu.room.least
        assert beyond.per_gpu.cache > beyond.per_gpu.room.least


@pytest.mark.parametrize("requests", [1, 2, 8])
def test_fewer_bits_have_room_for_a_longer_context(requests: int) -> None:
    model = known("Qwen/Qwen3-32B-AWQ")
    lengths = [
        judge(
            model, engine("vllm", "l4", kv_cache_dtype=kind), Demand(2, 4096, requests)
        ).cache_tokens.least
        for kind in ("auto", "fp8", "nvfp4")
    ]
    assert lengths == sorted(lengths)
    assert lengths[1] == pytest.approx(2 * lengths[0], rel=0.01)
