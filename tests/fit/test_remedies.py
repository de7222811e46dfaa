"""What would make a model fit: in order of price, each a command that `up` understands."""

import shlex

import pytest

from llmhost.cli.asking import settings_from
from llmhost.cli.verbs import VERBS, built
from llmhost.errors import UsageError
from llmhost.fit.judge import Demand, judge
from llmhost.fit.offers import machines
from llmhost.fit.remedies import Remedy
from llmhost.spec.deployment import Ask
from llmhost.spec.resolve import resolve
from llmhost.workflows.fit import Answer, Question, fit
from llmhost.workflows.fitting import Fitting, fitting
from llmhost.workflows.market import provider_of
from tests.fit.shared import CATALOG, engine, known

TABLE = CATALOG.machines("gcp")
SMALL_GGUF = "Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf"
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
    ("Qwen/Qwen3-32B", {"gpu": "l4", "gpus": 2, "context": 40960, "requests": 4,
                        "settings": {"kv_cache_dtype": "fp8"}}),
    ("Qwen/Qwen3-32B-AWQ", {"gpu": "l4", "gpus": 1, "context": 512, "requests": 300}),
    ("llama3.1:8b", {"gpu": "l4", "gpus": 1, "context": 65536, "requests": 8}),
    ("llama3.1:8b", {"gpu": "l4", "gpus": 1, "context": 65536, "settings": {"parallel": 8}}),
    ("qwen2.5-7b-instruct@q4_k_m", {"gpu": "t4", "gpus": 1, "context": 65536, "requests": 8}),
    (SMALL_GGUF, {"gpu": "t4", "gpus": 1, "context": 32768, "requests": 64}),
]  # fmt: skip


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
    """The command is one that `up` takes, and what `up` then judges is what was promised."""
    program, verb, *rest = shlex.split(one.command)
    assert (program, verb) == ("llmhost", "up")
    with built(VERBS["up"]).make_context("up", rest) as context:
        typed = context.params
    ask = Ask(
        typed["provider"],
        model=typed["model"],
        gpu=typed["gpu"],
        gpus=typed["gpus"],
        context=typed["context"],
        settings=settings_from(typed["settings"]),
        accept_licence=True,
    )
    wanted = resolve(CATALOG.profile(ask.provider), ask, gpus=CATALOG.gpus())
    fitted = fitting(wanted, CATALOG, OFFLINE)
    assert isinstance(fitted, Fitting)
    promised, again = one.fit, fitted.fit
    assert (again.model, again.gpu, again.gpus) == (promised.model, promised.gpu, promised.gpus)
    assert again.cache_bits == promised.cache_bits
    assert again.settings == promised.settings
    assert again.per_gpu.weights == promised.per_gpu.weights
    if again.requests == promised.requests or again.told == promised.told != promised.context:
        # Every request has its room from the start: `up` counts all of them.
        assert again.verdict == promised.verdict
        assert again.per_gpu.cache == promised.per_gpu.cache
        return
    # Pages are handed out as tokens come: `up` counts one request, and the engine takes them all.
    of = engine(promised.provider, promised.gpu, **wanted.settings)
    assert of.slots is not None
    assert of.slots >= promised.requests
    demand = Demand(promised.gpus, wanted.context, promised.requests)
    assert judge(known(promised.model), of, demand).verdict == promised.verdict


def test_settings_stay_in_the_commands() -> None:
    answer = asked(
        "Qwen/Qwen3-32B", gpu="l4", gpus=2, context=40960, requests=4,
        settings={"kv_cache_dtype": "fp8", "env.VLLM_USE_V1": "1"},
    )  # fmt: skip
    first = answer.would_fit[0]
    assert first.fit.model == "Qwen/Qwen3-32B-AWQ"
    assert first.command == (
        "llmhost up vllm --model Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2 --context 40960 "
        "--set kv_cache_dtype=fp8 --set env.VLLM_USE_V1=1"
    )


def test_requests_at_a_time_are_set_where_the_provider_takes_fewer() -> None:
    ollama = asked("llama3.1:8b", gpu="l4", gpus=1, context=65536, requests=8).would_fit[0]
    assert ollama.command.endswith("--context 15360 --set parallel=8")
    llamacpp = asked(SMALL_GGUF, gpu="t4", gpus=1, context=32768, requests=64).would_fit
    whole = [one.command for one in llamacpp if "context of" not in one.what]
    assert whole
    assert all("--context 2097152 --set parallel=64" in command for command in whole)
    vllm = asked("Qwen/Qwen3-32B-AWQ", gpu="l4", gpus=1, context=512, requests=300).would_fit
    assert any("--set max_num_seqs=300" in one.command for one in vllm)


def test_what_several_machines_cost_is_said_and_no_command_that_makes_one() -> None:
    answer = asked(
        "deepseek-ai/DeepSeek-V3", gpu="h100", gpus=8, machines=2, context=163_840, requests=64
    )
    (shorter,) = [one for one in answer.would_fit if one.fit.machines > 1]
    assert shorter.usd_per_hour == 2 * 88.49
    assert shorter.command == ""
    assert answer.asked is not None
    assert any("makes one machine" in remark for remark in answer.asked.remarks)


def test_the_version_of_a_model_that_was_typed_stays_in_the_command() -> None:
    answer = asked("Qwen/Qwen3-32B@main", gpu="l4", gpus=2)
    machine = next(one for one in answer.would_fit if one.fit.model == "Qwen/Qwen3-32B")
    assert "--model Qwen/Qwen3-32B@main " in machine.command


def test_a_sibling_whose_blocks_would_be_cut_is_not_offered_on_so_many_gpus() -> None:
    for one in asked("Qwen/Qwen3-235B-A22B", gpu="a100", gpus=8).would_fit:
        if one.fit.model.endswith("-FP8"):
            assert one.fit.gpus == 4


def test_a_provider_of_gguf_files_is_not_judged_by_safetensors() -> None:
    with pytest.raises(UsageError, match="LM Studio serves GGUF files") as refusal:
        asked("Qwen/Qwen3-32B", provider="lmstudio")
    assert "--provider vllm" in refusal.value.hint


def test_of_machines_with_the_same_gpus_the_cheapest_is_taken() -> None:
    found = {(one.gpu, one.gpus): one for one in machines(TABLE)}
    assert found["l4", 1].name == "g2-standard-4"
    assert found["h100", 8].usd_per_hour == 88.49
    assert found["h100", 1].bought == "flex-start"


def test_the_cheapest_comes_first_and_what_nobody_prices_last() -> None:
    priceless = {
        name: kind.model_copy(update={"price": None}) if kind.gpu == "l4" else kind
        for name, kind in TABLE.machines.items()
    }
    found = machines(TABLE.model_copy(update={"machines": priceless}))
    ranks = [one.rank for one in found]
    assert ranks == sorted(ranks)
    assert (found[-1].gpu, found[-1].usd_per_hour) == ("l4", None)
    assert found[0].usd_per_hour is not None


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
