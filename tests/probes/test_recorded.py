"""Observations of a real machine, with a stand-in for an engine that fails in the real one's ways.

Recorded by `watch` on Debian 13.7 with systemd 257 and Docker 28.5.2, 2026-11-20.
"""

import pytest

from llmhost.probes.observation import read
from llmhost.probes.verdict import Verdict, Watch
from tests.cases import FIXTURES
from tests.deployments import deployment

# What each comes to at last: state, a piece of why, a piece of the known cause.
RECORDED = {
    "vllm_loads_then_serves": ("serving", "a real completion was answered", ""),
    "vllm_oom": ("failed", "ended", "memory is too small for the weights"),
    "vllm_kv_too_small": ("failed", "ended", "longest context does not fit"),
    "vllm_heads": ("failed", "ended", "attention heads cannot be divided"),
    "vllm_shm": ("failed", "ended", "share memory"),
    "vllm_driver_too_old": ("failed", "ended", "driver is older than the image's CUDA"),
    "vllm_crash_loop": ("failed", "ended", ""),
    "vllm_die_later": ("loading", "models: no answer", ""),
    "vllm_empty_200": ("failed", 'completion: 200 {"error"', ""),
    "vllm_nothing_loaded": ("failed", "models: an empty list of models", ""),
    "vllm_cpu_fallback": ("failed", "gpu memory: the model is not on the GPU", ""),
    "vllm_wrong_model": ("failed", "models: another-model", ""),
}


def verdicts(name: str) -> list[Verdict]:
    watch = Watch(deployment("vllm", 2, name="rec"))
    lines = (FIXTURES / "observations" / f"{name}.txt").read_text("utf-8").splitlines()
    return [watch.judge(seen) for seen in read(lines)]


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_watch_comes_to_the_right_end_for_the_right_reason(name: str) -> None:
    state, why, cause = RECORDED[name]
    last = verdicts(name)[-1]
    assert last.state == state
    assert why in last.why
    assert cause in last.cause if cause else not last.cause


def test_every_recording_is_judged() -> None:
    assert {path.stem for path in (FIXTURES / "observations").iterdir()} == set(RECORDED)


def test_loading_is_told_as_loading_until_the_completion_is_answered() -> None:
    states = [verdict.state for verdict in verdicts("vllm_loads_then_serves")]
    assert states == ["loading", "loading", "loading", "serving", "serving"]


def test_what_serves_and_then_dies_no_longer_serves() -> None:
    states = [verdict.state for verdict in verdicts("vllm_die_later")]
    assert states == ["serving", "serving", "serving", "loading"]
