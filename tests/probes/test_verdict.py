"""Nothing is said to serve that was not seen to serve, in every class of readiness."""

from dataclasses import replace
from typing import Any

import pytest

from llmhost.probes.observation import ContainerSeen, Observation, Reply
from llmhost.probes.verdict import LOG_LINES, Verdict, Watch
from llmhost.spec.deployment import Deployment, Site
from tests.deployments import PROVIDERS, deployment
from tests.probes.seen import gpus, inside, reply, serving, unit

SHAPES = [(provider, count) for provider in PROVIDERS for count in (0, 1, 2)]
VLLM, LLAMACPP = deployment("vllm", 2), deployment("llamacpp", 1)
OLLAMA, LMSTUDIO = deployment("ollama", 1), deployment("lmstudio", 1)
NOBODY = Reply(0, "")


def judged(wanted: Deployment, seen: Observation, times: int = 3) -> Verdict:
    """What the same observation comes to after so many times."""
    watch = Watch(wanted)
    verdicts = [watch.judge(seen) for _ in range(times)]
    return verdicts[-1]


@pytest.mark.parametrize(("provider", "count"), SHAPES)
def test_what_serves_serves_at_the_first_look(provider: str, count: int) -> None:
    wanted = deployment(provider, count)
    verdict = judged(wanted, serving(wanted), times=1)
    assert verdict.state == "serving"
    assert {check.outcome for check in verdict.checks} == {"ok"}
    names = [check.name for check in verdict.checks]
    assert ("gpu memory" in names) == (count > 0)
    assert ("gpu in container" in names) == (count > 0 and bool(wanted.container))
    assert ("loaded" in names) == (provider in {"ollama", "lmstudio"})


@pytest.mark.parametrize(("provider", "count"), SHAPES)
def test_what_does_not_listen_yet_is_loading_however_long(provider: str, count: int) -> None:
    wanted = deployment(provider, count)
    seen = Observation(unit=unit(), ready=NOBODY)
    assert judged(wanted, seen, times=100).state == "loading"


LOADING = [
    ("silent until loaded", VLLM, {"ready": NOBODY}),
    ("503 until loaded", LLAMACPP, {"ready": reply({"error": "Loading model"}, 503)}),
    ("200 with nothing loaded", OLLAMA, {"resident": reply({"models": []})}),
    ("200 with nothing loaded", LMSTUDIO, {"resident": reply({"models": []})}),
    (
        "in the catalogue and not in memory",
        LMSTUDIO,
        {"resident": reply({"models": [{"key": LMSTUDIO.model.id, "loaded_instances": []}]})},
    ),
    ("something else than a list", OLLAMA, {"resident": reply({"models": "none"})}),
    ("another model in memory", OLLAMA, {"resident": reply({"models": [{"name": "other:7b"}]})}),
    ("503 to the completion", VLLM, {"completion": Reply(503, "")}),
    ("no answer to the completion", VLLM, {"completion": NOBODY}),
    ("too many requests", LLAMACPP, {"completion": Reply(429, "")}),
]


@pytest.mark.parametrize(("how", "wanted", "lack"), LOADING, ids=[case[0] for case in LOADING])
def test_each_class_of_readiness_is_waited_for(
    how: str, wanted: Deployment, lack: dict[str, Any]
) -> None:
    seen = replace(serving(wanted), **lack)
    if "ready" in lack:
        seen = replace(seen, models=None, resident=None, completion=None)
    verdict = judged(wanted, seen, times=100)
    assert verdict.state == "loading", how
    assert verdict.checks[-1 if "ready" in lack else 0].name == "ready"


PS = {"name": OLLAMA.model.id, "size": 5137025024, "size_vram": 1000}
SEVEN = {"role": "assistant", "content": 7}
LIES = [
    (VLLM, {"completion": reply({"error": {"message": "EngineCore died"}})}, "completion: 200"),
    (VLLM, {"completion": reply({"choices": []})}, "completion: 200"),
    (VLLM, {"completion": Reply(200, "")}, "completion: 200"),
    (VLLM, {"completion": Reply(200, "<html>")}, "completion: 200 <html>"),
    (VLLM, {"completion": Reply(500, "Internal Server Error")}, "completion: 500 Internal"),
    (VLLM, {"completion": reply({"choices": [{"message": SEVEN}]})}, "completion: 200"),
    (VLLM, {"completion": reply({"choices": [{"text": "not a chat"}]})}, "completion: 200"),
    (VLLM, {"models": reply({"data": []})}, "models: an empty list of models"),
    (VLLM, {"models": reply({"data": [{"id": "another-model"}]})}, "models: another-model"),
    (VLLM, {"models": reply({"data": "none"})}, "models: 200"),
    (VLLM, {"models": reply([])}, "models: 200"),
    (VLLM, {"models": Reply(401, "Unauthorized")}, "models: 401 Unauthorized"),
    (VLLM, {"gpus": gpus(0, 0)}, "the model is not on the GPU: gpu 0: 0 of 23034 MiB"),
    (VLLM, {"gpus": gpus(21191, 3)}, "the model is not on the GPU"),
    # A context of CUDA's, and all weights in the host's memory.
    (VLLM, {"gpus": gpus(400, 400)}, "the model is not on the GPU: gpu 0: 400 of 23034 MiB"),
    (LLAMACPP, {"gpus": gpus(480)}, "the model is not on the GPU: gpu 0: 480 of 23034 MiB"),
    (VLLM, {"gpus": ()}, "the model is not on the GPU: no GPU seen"),
    (VLLM, {"inside": inside(1)}, "gpu in container: 1 of 2"),
    (VLLM, {"inside": ("exec: nvidia-smi: executable file not found",)}, "gpu in container: exec:"),
    (VLLM, {"inside": ()}, "gpu in container: 0 of 2"),
    (LLAMACPP, {"gpus": gpus(100)}, "the model is not on the GPU"),
    (OLLAMA, {"resident": reply({"models": [PS]})}, "loaded: only 1000 of 5137025024 bytes"),
    (OLLAMA, {"gpus": gpus(0)}, "the model is not on the GPU"),
    (LMSTUDIO, {"gpus": gpus(0)}, "the model is not on the GPU"),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "lie", "why"), LIES, ids=[case[2] for case in LIES])
def test_a_wrong_answer_is_believed_at_the_third_time(
    wanted: Deployment, lie: dict[str, Any], why: str
) -> None:
    seen = replace(serving(wanted), **lie)
    assert judged(wanted, seen, times=2).state == "loading"
    verdict = judged(wanted, seen, times=3)
    assert verdict.state == "failed"
    assert why in verdict.why
    assert [check.name for check in verdict.checks if check.outcome == "failed"]


def test_a_single_look_believes_what_it_sees() -> None:
    seen = replace(serving(VLLM), gpus=gpus(0, 0))
    assert Watch(VLLM, patience=1).judge(seen).state == "failed"


def test_without_gpus_nobody_asks_where_the_model_lies() -> None:
    wanted = deployment("ollama", 0)
    assert judged(wanted, serving(wanted), times=1).state == "serving"


def test_a_model_that_lies_layer_by_layer_may_leave_a_gpu_alone() -> None:
    wanted = deployment("llamacpp", 2)
    seen = replace(serving(wanted), gpus=gpus(4000, 3))
    assert judged(wanted, seen, times=1).state == "serving"


@pytest.mark.parametrize(
    ("provider", "used_mib", "weights_gb", "loaded"),
    [
        ("vllm", (9500, 9500), 19.3, True),
        ("vllm", (2000, 2000), 19.3, False),  # scratch memory, and the weights elsewhere
        ("vllm", (9500, 400), 19.3, False),  # every GPU holds a part of every layer
        ("vllm", (9500,), 19.3, False),
        ("llamacpp", (1100,), 0.49, True),
        ("llamacpp", (700,), 0.49, False),
        ("llamacpp", (700,), 0.0, True),  # not known how large it is
        ("llamacpp", (900, 3), 0.49, True),
        ("llamacpp", (490, 490, 490, 490), 0.49, False),  # a context on each
        ("llamacpp", (9000, 9000), 18.0, True),
    ],
)
def test_a_good_part_of_the_weights_is_found_on_the_gpus(
    provider: str, used_mib: tuple[int, ...], weights_gb: float, *, loaded: bool
) -> None:
    wanted = deployment(provider, max(len(used_mib), 2 if provider == "vllm" else 1))
    seen = replace(serving(wanted), gpus=gpus(*used_mib))
    verdict = Watch(wanted, patience=1, weights_gb=weights_gb).judge(seen)
    assert (verdict.state == "serving") == loaded, verdict.why
    if not loaded:
        assert f"its weights are {weights_gb:.1f} GB" in verdict.why


@pytest.mark.parametrize("provider", ["vllm", "ollama"])
def test_memory_on_other_gpus_is_somebody_elses(provider: str) -> None:
    wanted = deployment(provider, 1).at(Site(devices=("nvidia.com/gpu=1",)))
    theirs, own = gpus(21191, 3, 21191), gpus(0, 21191, 0)
    verdict = judged(wanted, replace(serving(wanted), gpus=theirs))
    assert verdict.state == "failed"
    assert verdict.why.endswith("the model is not on the GPU: gpu 1: 3 of 23034 MiB")
    verdict = judged(wanted, replace(serving(wanted), gpus=own), times=1)
    assert verdict.checks[-1].seen == "gpu 1: 21191 of 23034 MiB"


def test_a_model_that_says_nothing_or_only_thinks_has_answered() -> None:
    for message in (
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": None, "reasoning_content": "Hm"},
    ):
        seen = replace(serving(VLLM), completion=reply({"choices": [{"message": message}]}))
        assert judged(VLLM, seen, times=1).state == "serving"


ENDINGS = [
    ({"unit": unit("failed", "exit-code")}, "the unit llmhost-vllm.service failed (exit-code)"),
    ({"unit": unit("inactive")}, "the unit llmhost-vllm.service is not running"),
    ({"unit": unit("activating", "exit-code")}, "ended (exit-code) and waits to be started again"),
    (
        {"container": ContainerSeen("exited", 0, 1, out_of_memory=False)},
        "the engine ended with status 1",
    ),
    (
        {"container": ContainerSeen("exited", 0, 137, out_of_memory=True)},
        "the engine ended with status 137, killed for memory",
    ),
    (
        {"container": ContainerSeen("restarting", 6, 3, out_of_memory=False)},
        "the engine ended with status 3",
    ),
    ({"container": ContainerSeen("dead", 0, 1, out_of_memory=False)}, "ended with status 1"),
]


@pytest.mark.parametrize(("end", "why"), ENDINGS, ids=[case[1] for case in ENDINGS])
def test_what_has_ended_is_not_waited_for(end: dict[str, Any], why: str) -> None:
    seen = replace(Observation(unit=unit(), ready=NOBODY), **end)
    verdict = judged(VLLM, seen, times=1)
    assert verdict.state == "failed"
    assert why in verdict.why


def test_a_unit_that_is_starting_for_the_first_time_is_waited_for() -> None:
    assert judged(VLLM, Observation(unit=unit("activating", "success"))).state == "loading"


def test_a_container_that_the_booting_unit_has_not_started_yet_has_not_ended() -> None:
    stopped = ContainerSeen("exited", 3, 0, out_of_memory=False)
    watch = Watch(VLLM)
    booting = Observation(unit=unit("activating", "success"), container=stopped)
    assert watch.judge(booting).state == "loading"
    running = ContainerSeen("running", 0, 0, out_of_memory=False)
    assert watch.judge(Observation(unit=unit(), container=running)).state == "loading"


def test_an_engine_that_crashed_and_runs_again_is_seen_by_its_count_of_restarts() -> None:
    watch = Watch(VLLM)
    loading = Observation(container=ContainerSeen("running", 2, 0, out_of_memory=False))
    assert watch.judge(loading).state == "loading"
    again = Observation(container=ContainerSeen("running", 3, 0, out_of_memory=False))
    assert watch.judge(again).why == "the engine ended and was started again"


def test_restarts_of_long_ago_say_nothing() -> None:
    seen = serving(VLLM)
    long_ago = replace(seen, container=ContainerSeen("running", 7, 0, out_of_memory=False))
    assert judged(VLLM, long_ago).state == "serving"


def test_the_known_cause_is_named_by_what_the_engine_logged_before() -> None:
    watch = Watch(VLLM)
    watch.judge(Observation(log=("torch.OutOfMemoryError: CUDA out of memory.",)))
    verdict = watch.judge(Observation(unit=unit("failed", "exit-code"), log=("last words",)))
    assert "memory" in verdict.cause
    assert verdict.hint
    assert verdict.log[-1] == "last words"


def test_an_unknown_end_has_no_cause_and_its_last_lines() -> None:
    watch = Watch(VLLM)
    watch.judge(Observation(log=tuple(f"line {number}" for number in range(500))))
    verdict = watch.judge(Observation(unit=unit("inactive")))
    assert (verdict.cause, verdict.hint) == ("", "")
    assert verdict.log[-1] == "line 499"
    assert len(verdict.log) == 20
    assert len(watch.log) == LOG_LINES


def test_the_deadline_says_what_was_seen_last() -> None:
    watch = Watch(VLLM)
    last = watch.judge(Observation(unit=unit(), ready=NOBODY))
    verdict = watch.late(610, last)
    assert verdict.state == "failed"
    assert verdict.why == ("not ready after 610 seconds; last seen: ready: nothing listens yet")
    assert (
        "610 seconds, not counting its download;"
        in watch.late(610, last, ", not counting its download").why
    )


def test_a_cause_is_found_however_much_was_logged_after_it() -> None:
    watch = Watch(VLLM)
    traceback = tuple(f"  File {number}" for number in range(LOG_LINES - 1))
    seen = Observation(unit=unit("failed"), log=("CUDA out of memory.", *traceback))
    assert watch.judge(seen).cause
