"""What engines report of their own memory, beside what was estimated."""

from pathlib import Path

from llmhost.fit.judge import Demand, judge
from llmhost.fit.report import Measured, beside, read_report
from llmhost.spec.memory import Report
from tests.fit.shared import engine, known, profile

GIB, MIB = 1 << 30, 1 << 20
LOGS = Path(__file__).parents[1] / "spec" / "failures"


def report(provider: str) -> Report:
    memory = profile(provider).memory
    assert memory is not None
    return memory.report


def test_a_good_start_of_vllm_is_read() -> None:
    log = (LOGS / "vllm.good.log").read_text("utf-8").splitlines()
    found = read_report(report("vllm"), log)
    assert found.cache_tokens == 75_424
    assert found.cache == int(9.21 * GIB)


def test_the_last_start_in_a_log_counts() -> None:
    log = ["GPU KV cache size: 1,000 tokens", "x", "GPU KV cache size: 2,000 tokens"]
    assert read_report(report("vllm"), log).cache_tokens == 2000


def test_what_llama_cpp_writes_is_read_gpu_by_gpu() -> None:
    log = [
        "load_tensors:        CUDA0 model buffer size =  4403.49 MiB",
        "load_tensors:        CUDA1 model buffer size =  4100.00 MiB",
        "load_tensors:   CPU_Mapped model buffer size =   281.81 MiB",
        "llama_kv_cache_unified:      CUDA0 KV buffer size =   112.00 MiB",
    ]
    for provider in ("llamacpp", "ollama"):
        found = read_report(report(provider), log)
        assert found.weights == int(4403.49 * MIB)
        assert found.cache == 112 * MIB
        assert found.cache_tokens is None


def test_a_log_that_says_nothing_is_nothing() -> None:
    assert not read_report(report("vllm"), ["started", "Available KV cache memory: x GiB"])
    assert not read_report(Report(), ["GPU KV cache size: 1,000 tokens"])


def test_the_measurement_stands_beside_the_estimate() -> None:
    fit = judge(known("Qwen/Qwen3-32B-AWQ"), engine("vllm", "l4"), Demand(2, 16384))
    measured = Measured(cache_tokens=75_424, cache=int(9.21 * GIB), weights=int(9.08 * GIB))
    rows = {row.what: row for row in beside(fit, measured)}
    assert set(rows) == {"weights", "KV cache", "tokens in KV cache"}
    assert all(row.within for row in rows.values())
    assert rows["tokens in KV cache"].least < 75_424 < rows["tokens in KV cache"].most
    (only,) = beside(fit, Measured(cache_tokens=1))
    assert not only.within
