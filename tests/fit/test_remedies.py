"""What would make a model fit: in order of price, each a command that `up` understands."""

import shlex

import pytest

from llmhost.cli.verbs import VERBS, built
from llmhost.fit.offers import machines
from llmhost.fit.remedies import Remedy
from llmhost.workflows.fit import Answer, Question, fit, provider_of
from tests.fit.shared import CATALOG

TABLE = CATALOG.machines("gcp")
OFFLINE = {"HF_HUB_OFFLINE": "1"}


def asked(model: str, **said: object) -> Answer:
    return fit(Question(model, **said), OFFLINE)  # type: ignore[arg-type]  # fields by name


def test_qwen3_32b_on_two_l4_is_answered_with_its_quantised_version_and_with_an_a100() -> None:
    answer = asked("Qwen/Qwen3-32B", gpu="l4", gpus=2)
    assert not answer.fits
    first = answer.would_fit[0]
    assert first.fit.model == "Qwen/Qwen3-32B-AWQ"
    assert first.command == "llmhost up vllm --model Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2"
    assert first.usd_per_hour == 2.000833
    machines_named = {one.machine for one in answer.would_fit}
    assert "a2-ultragpu-1g" in machines_named
    assert "g2-standard-48" in machines_named


def test_what_fits_already_needs_no_remedy() -> None:
    answer = asked("Qwen/Qwen3-32B-AWQ", gpu="l4", gpus=2)
    assert answer.fits
    assert answer.would_fit == ()


def test_a_shorter_context_is_offered_where_it_is_all_that_is_missing() -> None:
    answer = asked("Qwen/Qwen3-32B-AWQ", gpu="l4", gpus=2, requests=8)
    (shorter,) = [one for one in answer.would_fit if "context of" in one.what]
    assert shorter.fit.context < 16384
    assert shorter.fit.context % 1024 == 0
    assert f"--context {shorter.fit.context}" in shorter.command


def test_without_gpus_the_cheapest_machine_of_every_kind_is_listed() -> None:
    answer = asked("Qwen/Qwen3-32B")
    assert answer.asked is None
    kinds = [one.fit.gpu for one in answer.would_fit]
    assert len(kinds) == len(set(kinds))
    assert "t4" not in kinds, "four T4s have not the memory"


def test_with_a_kind_of_gpu_the_fewest_are_taken() -> None:
    answer = asked("Qwen/Qwen3-32B", gpu="l4")
    assert answer.asked is not None
    assert answer.asked.gpus == 4


def test_a_gpu_the_provider_cannot_use_is_not_offered() -> None:
    kinds = {one.fit.gpu for one in asked("Qwen/Qwen2.5-7B-Instruct").would_fit}
    profile = CATALOG.profile("vllm")
    assert profile.gpus is not None
    assert not kinds & set(profile.gpus.exclude)


QUESTIONS = [
    ("Qwen/Qwen3-32B", {"gpu": "l4", "gpus": 2}),
    ("Qwen/Qwen3-32B", {}),
    ("meta-llama/Llama-3.1-70B-Instruct", {"gpu": "a100", "gpus": 1, "context": 8192}),
    ("deepseek-ai/DeepSeek-V3", {"gpu": "h100", "gpus": 8}),
    ("llama3.3:70b", {"gpu": "l4", "gpus": 1}),
    ("google/gemma-3-27b-it", {"gpu": "t4", "gpus": 1}),
]


@pytest.mark.parametrize(("model", "said"), QUESTIONS)
def test_remedies_are_in_order_of_price_and_none_is_wrong(
    model: str, said: dict[str, object]
) -> None:
    found = asked(model, **said).would_fit
    assert found
    assert [one.rank for one in found] == sorted(one.rank for one in found)
    for one in found:
        assert one.fit.verdict != "does not fit"
        assert_is_read(one)


def assert_is_read(one: Remedy) -> None:
    """The command is one that `up` takes."""
    program, verb, *rest = shlex.split(one.command)
    assert (program, verb) == ("llmhost", "up")
    with built(VERBS["up"]).make_context("up", rest) as context:
        assert context.params["model"] == one.fit.model
        assert context.params["gpus"] == one.fit.gpus


def test_of_machines_with_the_same_gpus_the_cheapest_is_taken() -> None:
    found = {(one.gpu, one.gpus): one for one in machines(TABLE)}
    assert found["l4", 1].name == "g2-standard-4"
    assert found["h100", 8].usd_per_hour == 88.49
    assert found["h100", 1].bought == "flex-start"
    assert found["t4", 1].usd_per_hour is None


def test_the_cheapest_comes_first_and_what_nobody_prices_last() -> None:
    ranks = [one.rank for one in machines(TABLE)]
    assert ranks == sorted(ranks)
    assert machines(TABLE)[-1].usd_per_hour is None


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("Qwen/Qwen3-32B", "vllm"),
        ("Qwen/Qwen3-32B@main", "vllm"),
        ("qwen2.5:7b", "ollama"),
        ("llama3.1", "ollama"),
        ("hf.co/org/name:Q4_K_M", "ollama"),
        ("org/name-GGUF:Q4_K_M", "llamacpp"),
        ("org/name-GGUF/file-q4.gguf", "llamacpp"),
        ("qwen2.5-7b-instruct@q4_k_m", "lmstudio"),
    ],
)
def test_the_name_of_a_model_says_who_serves_it(model: str, provider: str) -> None:
    assert provider_of(model) == provider
