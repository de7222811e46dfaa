"""What engines do with memory: the same share means something else with each of them."""

import pytest

from llmhost.errors import UsageError
from llmhost.fit.budget import budget, cache_room, overhead
from llmhost.fit.engine import Between, engine_of
from llmhost.fit.shape import Spread
from llmhost.spec.memory import Between as Bounds
from llmhost.spec.memory import Memory, Report, Reserve
from tests.fit.shared import CATALOG, GPUS, described, engine, known, made, memory, profile

GIB, MIB = 1 << 30, 1 << 20

# SGLang keeps its share for weights and KV cache alone, and everything else comes beside it; it
# works the share out itself (srt/arg_groups/memory_hook.py, 2026-11-20).
SGLANG = memory(
    share_of="static",
    share=None,
    tokens_at_once=2048,
    reserve=Reserve(
        base_mib=512,
        mib_per_token_at_once=1.5,
        mib_per_gpu=128,
        large_above_gib=60,
        large_mib=10240,
    ),
)
# TensorRT-LLM takes its share of what the weights leave (kv_cache_free_gpu_memory_fraction).
TENSORRT = memory(share_of="free", share=0.9)
VLLM = memory(share_of="total", share=0.9)
LLAMA = memory(share_of="total", margin_mib=1024)


@pytest.mark.parametrize(
    ("numbers", "room"),
    [
        (VLLM, int(80 * GIB * 0.9) - 20 * GIB - 4 * GIB),
        (TENSORRT, int((80 - 20 - 4) * GIB * 0.9)),
        (SGLANG, 80 * GIB - 10 * GIB - 20 * GIB),
        (LLAMA, 80 * GIB - GIB - 20 * GIB - 4 * GIB),
    ],
)
def test_what_is_left_for_the_cache_depends_on_what_the_share_is_one_of(
    numbers: Memory, room: int
) -> None:
    found = cache_room(made(numbers), weights=20 * GIB, overhead=4 * GIB, gpus=1)
    assert found == pytest.approx(room, abs=2)


def test_the_same_share_is_never_passed_through() -> None:
    shares = {
        of: cache_room(
            made(memory(share_of=of, share=0.9)), weights=40 * GIB, overhead=10 * GIB, gpus=1
        )
        for of in ("total", "static", "free")
    }
    assert len(set(shares.values())) == 3
    assert shares["free"] == 27 * GIB
    assert shares["total"] == 22 * GIB
    assert shares["static"] == pytest.approx(30 * GIB)


def test_a_static_share_still_leaves_room_for_everything_else() -> None:
    of = made(memory(share_of="static", share=0.99))
    assert cache_room(of, weights=20 * GIB, overhead=30 * GIB, gpus=1) == 30 * GIB


def test_engines_without_a_profile_have_their_budgets_as_data() -> None:
    """SGLang keeps back what it chooses itself; TensorRT-LLM takes a share of what is left."""
    weights, beside = 20 * GIB, 4 * GIB
    h100 = engine("sglang", "h100")
    assert (h100.tokens_at_once, h100.share) == (8192, None)
    kept = (512 + 8192 * 1.5 + 128) * MIB  # more than the 10 GiB that a large GPU keeps at least
    found = cache_room(h100, weights=weights, overhead=beside, gpus=1)
    assert found == pytest.approx(h100.total - kept - weights, abs=2)
    told = engine("sglang", "h100", mem_fraction_static=0.5)
    assert cache_room(told, weights=weights, overhead=beside, gpus=1) == pytest.approx(
        h100.total * 0.5 - weights, abs=2
    )
    trt = engine("tensorrt-llm", "h100")
    assert cache_room(trt, weights=weights, overhead=beside, gpus=1) == pytest.approx(
        (trt.total - weights - beside) * 0.9, abs=2
    )
    chunks = {gpu: engine("sglang", gpu).tokens_at_once for gpu in ("l4", "l40s", "h200", "b200")}
    assert chunks == {"l4": 2048, "l40s": 4096, "h200": 8192, "b200": 16384}


def test_an_engine_without_a_profile_is_no_provider() -> None:
    assert not {"sglang", "tensorrt-llm"} & set(CATALOG.names())
    for name in ("sglang", "tensorrt-llm"):
        with pytest.raises(UsageError, match="there is no provider"):
            CATALOG.profile(name)
    for name in ("nobody", "../_machines/gpus"):
        with pytest.raises(UsageError, match="there is no provider"):
            CATALOG.described(name)


def test_a_small_gpu_is_reserved_less_than_a_large_one() -> None:
    small = made(SGLANG, total=24 * GIB)
    reserve = (512 + 2048 * 1.5 + 128) * MIB
    assert cache_room(small, weights=0, overhead=0, gpus=1) == pytest.approx(
        24 * GIB - reserve, abs=2
    )


def test_what_weights_do_not_leave_is_below_zero() -> None:
    for numbers in (VLLM, TENSORRT, SGLANG, LLAMA):
        assert cache_room(made(numbers), weights=90 * GIB, overhead=0, gpus=1) < 0


def test_vllm_is_held_to_its_share_of_what_cuda_reports() -> None:
    of = engine("vllm", "l4")
    assert of.total == int(22.03 * GIB)
    assert of.share == 0.92
    assert budget(of, gpus=1) == int(of.total * 0.92)
    assert engine("vllm", "l4", gpu_memory_utilization=0.5).share == 0.5


def test_vllm_takes_more_at_once_on_large_gpus_but_not_on_an_a100() -> None:
    taken = {gpu: engine("vllm", gpu).tokens_at_once for gpu in ("l4", "a100-80gb", "h100", "b200")}
    assert taken == {"l4": 2048, "a100-80gb": 2048, "h100": 8192, "b200": 8192}


def test_fewer_requests_at_once_need_less_beside() -> None:
    usual, few = engine("vllm", "h100"), engine("vllm", "h100", max_num_seqs=8)
    assert (usual.requests_at_once, few.requests_at_once) == (1024, 8)
    shape = known("Qwen/Qwen3-32B").shape
    assert overhead(few, shape, Spread()).most < overhead(usual, shape, Spread()).most


@pytest.mark.parametrize(
    ("provider", "settings", "bits"),
    [
        ("vllm", {}, 16),
        ("vllm", {"kv_cache_dtype": "fp8"}, 8),
        ("vllm", {"kv_cache_dtype": "something_new"}, 16),
        ("llamacpp", {}, 16),
        ("llamacpp", {"cache_type": "q8_0"}, 8.5),
        ("ollama", {"kv_cache_type": "q4_0"}, 4.5),
        ("lmstudio", {}, 16),
    ],
)
def test_the_format_of_the_cache_is_that_of_the_setting(
    provider: str, settings: dict[str, str], bits: float
) -> None:
    assert engine(provider, "l4", **settings).bits == bits


@pytest.mark.parametrize("provider", [*CATALOG.names(), "sglang", "tensorrt-llm"])
def test_every_profile_that_describes_memory_names_settings_that_it_has(provider: str) -> None:
    of = described(provider)
    if of.memory is None or of.gpus is None:
        return
    memory_settings = (
        of.memory.share_setting,
        of.memory.cache_setting,
        of.memory.requests_setting,
        of.memory.slots.setting if of.memory.slots else "",
    )
    for name in memory_settings:
        assert not name or name in of.settings
    cache = of.settings.get(of.memory.cache_setting)
    if cache is not None:
        assert cache.default in of.memory.cache_bits
        assert set(cache.choices) <= set(of.memory.cache_bits)


def test_a_provider_nobody_described_is_not_judged() -> None:
    unknown = profile("vllm").model_copy(update={"memory": None})
    with pytest.raises(UsageError, match="is not known here"):
        engine_of(unknown, {}, "l4", GPUS["l4"])


def test_a_pattern_without_a_group_is_refused() -> None:
    with pytest.raises(ValueError, match="one group"):
        Report(cache_tokens="tokens")


# What vLLM's logs gave for everything beside weights and KV cache, in GiB on one GPU. Sources are
# logs that are quoted in public repositories and issues, read 2026-11-20. Left out are logs of its
# former engine with a long context, which computed all of it at once and took accordingly more.
LOGS = [
    # 79.11 GiB x 0.90 = 71.20; weights 14.99, KV 54.62: an H100 in 2025-03.
    ("meta-llama/Llama-3.1-8B-Instruct", "h100", 1, 71.20 - 14.99 - 54.62),
    # 22.07 GiB x 0.90 = 19.86; weights 14.99, activations and the like as the line goes on.
    ("meta-llama/Llama-3.1-8B-Instruct", "l4", 1, 1.24 + 0.09),
    # 79.15 GiB x 0.70 = 55.09; weights 8.63, KV 45.21: phi-4 in 4 bits on an A100, 2025-07.
    ("microsoft/phi-4", "a100-80gb", 1, 55.09 - 8.63 - 45.21),
]


@pytest.mark.parametrize(("name", "gpu", "gpus", "gib"), LOGS)
def test_what_logs_show_lies_between_the_bounds(name: str, gpu: str, gpus: int, gib: float) -> None:
    found = overhead(engine("vllm", gpu), known(name).shape, Spread(tensor=gpus))
    assert found.least <= gib * GIB <= found.most


def test_several_gpus_need_more_beside_than_one() -> None:
    of, shape = engine("vllm", "l4"), known("Qwen/Qwen3-32B").shape
    one, two = overhead(of, shape, Spread()), overhead(of, shape, Spread(tensor=2))
    assert two.most - one.most > 0
    assert Between(1, 2) + Between(3, 4) == Between(4, 6)
    assert Bounds(least=0, most=1).most == 1
