"""`llmhost fit` and `llmhost capacity` as they are typed."""

import json
from pathlib import Path

import pytest

from llmhost.cli.schemas import schema_of
from tests.cli.front import Front
from tests.docs.prose import ROOT
from tests.hub.conftest import Running
from tests.hub.files import CONFIG, single


@pytest.fixture
def llmhost(tmp_path: Path) -> Front:
    """Runs command lines with a cache of their own, and asks nobody."""
    return Front({"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"})


def test_a_model_that_does_not_fit_ends_with_status_1_and_says_what_would(llmhost: Front) -> None:
    ended = llmhost("fit", "Qwen/Qwen3-32B", "--gpu", "l4", "--gpus", "2")
    assert ended.status == 1
    assert "Qwen/Qwen3-32B on 2 x l4 with vllm: does not fit" in ended.stdout
    assert "because the weights alone are larger" in ended.stdout
    assert "llmhost up vllm --model Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2" in ended.stdout
    assert "1 x a100-80gb (a2-ultragpu-1g)" in ended.stdout
    assert ended.stderr == ""


def test_a_model_that_fits_says_for_how_long_a_context(llmhost: Front) -> None:
    ended = llmhost("fit", "Qwen/Qwen3-32B-AWQ", "--gpu", "l4", "--gpus", "2")
    assert ended.status == 0
    assert "longest context for 1 request at a time: 40,960 tokens" in ended.stdout
    assert ended.stdout.count("GPU ") >= 2
    assert "would fit" not in ended.stdout
    for word in ("exact", "estimate"):
        assert word in ended.stdout


def test_forty_heads_on_three_gpus_are_refused_with_the_reason(llmhost: Front) -> None:
    ended = llmhost("fit", "Qwen/Qwen2.5-32B-Instruct-AWQ", "--gpu", "l4", "--gpus", "3")
    assert ended.status == 1
    assert "because 40 attention heads cannot be divided among 3 GPUs" in ended.stdout


def test_without_gpus_the_cheapest_machines_are_listed_with_prices(llmhost: Front) -> None:
    ended = llmhost("fit", "qwen2.5:7b")
    assert ended.status == 0
    assert "$0.71 per hour" in ended.stdout
    assert ended.stdout.index("g2-standard-4") < ended.stdout.index("a2-highgpu-1g")


def test_a_setting_of_the_provider_is_counted_with(llmhost: Front) -> None:
    typed = ("fit", "Qwen/Qwen3-32B-AWQ", "--gpu", "l4", "--gpus", "2", "-o", "json")
    usual = llmhost(*typed).document["asked"]["cache_tokens"]["least"]
    half = llmhost(*typed, "--set", "kv_cache_dtype=fp8").document["asked"]["cache_tokens"]["least"]
    assert half == pytest.approx(2 * usual, rel=0.01)


@pytest.mark.parametrize(
    "typed",
    [
        ("fit",),
        ("fit", "nobody/nothing"),
        ("fit", "Qwen/Qwen3-32B", "--gpu", "l5"),
        ("fit", "Qwen/Qwen3-32B", "--gpu", "l4", "--gpus", "0"),
        ("fit", "Qwen/Qwen3-32B", "--context", "0"),
        ("fit", "Qwen/Qwen3-32B", "--concurrency", "-1"),
        ("fit", "Qwen/Qwen3-32B", "--set", "nonsense=1"),
        ("fit", "Qwen/Qwen3-32B", "--provider", "nobody"),
        ("capacity", "--rpm", "0", "--seconds", "1", "--kv-gb", "1", "--gpu", "l4"),
        ("capacity", "--rpm", "1", "--seconds", "1"),
        ("capacity", "--rpm", "nan", "--seconds", "1", "--kv-gb", "1", "--gpu", "l4"),
        ("capacity", "--rpm", "1", "--seconds", "1", "--kv-gb", "inf", "--gpu", "l4"),
        ("fit", "Qwen/Qwen3-32B", "--provider", "lmstudio"),
        ("fit", "Qwen/Qwen3-32B", "--machines", "2"),
    ],
)
def test_what_cannot_be_ends_with_status_2_and_no_traceback(
    llmhost: Front, typed: tuple[str, ...]
) -> None:
    ended = llmhost(*typed)
    assert ended.status == 2
    assert ended.stderr.startswith("error:")


def test_a_context_beyond_the_limit_is_refused_with_the_limit(llmhost: Front) -> None:
    ended = llmhost("fit", "Qwen/Qwen3-32B", "--context", "99999999999")
    assert ended.status == 2
    assert "--context takes a number from 1 to 16,777,216, not 99,999,999,999" in ended.stderr


def test_an_engine_that_up_does_not_have_is_judged_without_commands(llmhost: Front) -> None:
    for name, title in (("sglang", "SGLang"), ("tensorrt-llm", "TensorRT-LLM")):
        ended = llmhost("fit", "Qwen/Qwen3-32B", "--provider", name, "--gpu", "h100")
        assert f"`llmhost up` does not have {title}" in ended.stdout
        assert "llmhost up " not in ended.stdout.replace("`llmhost up`", "")


def test_several_machines_are_said_to_be_arithmetic_alone(llmhost: Front) -> None:
    ended = llmhost(
        "fit", "deepseek-ai/DeepSeek-V3", "--gpu", "h100", "--gpus", "8", "--machines", "2",
        "--context", "163840", "--concurrency", "64",
    )  # fmt: skip
    assert ended.status == 1
    assert "$176.98 per hour" in ended.stdout
    assert "`llmhost up` makes one machine and deals no layers out" in ended.stdout
    assert "--gpus 8 --context 12288" not in ended.stdout


def test_the_example_of_the_guide_is_what_is_printed(llmhost: Front) -> None:
    """With the figures of the catalogue: the registry may say more exactly what it says."""
    ended = llmhost("fit", "Qwen/Qwen3-32B-AWQ", "--gpu", "l4", "--gpus", "2", "--offline")
    guide = (ROOT / "docs/guides/fit.md").read_text(encoding="utf-8")
    (block,) = [part for part in guide.split("```") if part.startswith("text\nQwen/Qwen3-32B-AWQ")]
    said = "\n".join(line.rstrip() for line in ended.stdout.splitlines())
    assert block.removeprefix("text\n").strip() == said.strip()


def test_the_table_of_tiers_is_printed(llmhost: Front) -> None:
    ended = llmhost("fit", "--table")
    assert ended.status == 0
    assert len(ended.stdout.splitlines()) == 9
    assert "16.1 GB" in ended.stdout


def test_the_well_known_load_is_counted(llmhost: Front) -> None:
    ended = llmhost(
        "capacity", "--rpm", "100", "--peak", "500", "--seconds", "5", "--kv-gb", "2",
        "--gpu", "a100-80gb", "--api-price", "2.5",
    )  # fmt: skip
    assert ended.status == 0
    for words in ("42", "84.0 GB", "2 GPUs", "3 GPUs, with 50% headroom", "even at"):
        assert words in ended.stdout


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (("fit", "Qwen/Qwen3-32B", "--gpu", "l4", "--gpus", "2"), "fit"),
        (("fit", "qwen2.5:7b"), "fit"),
        (("fit", "--table"), "tiers"),
        (("capacity", "Qwen/Qwen3-32B-AWQ", "--rpm", "10", "--seconds", "5"), "capacity"),
    ],
)
def test_the_documents_are_as_their_schemas_say(
    llmhost: Front, typed: tuple[str, ...], name: str
) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  beside what uses it

    document = llmhost(*typed, "-o", "json").document
    Draft202012Validator(schema_of(name)).validate(document)


def test_a_model_is_read_off_its_registry_and_remembered(hub: Running, tmp_path: Path) -> None:
    single(hub.folder / "org" / "model")
    llmhost = Front({"HF_ENDPOINT": hub.endpoint, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    typed = ("fit", "org/model", "--gpu", "l4", "--gpus", "1", "--context", "1024", "-o", "json")
    first = llmhost(*typed)
    assert first.status == 0
    weights = first.document["asked"]["weights"]
    assert weights["certainty"] == "exact"
    assert "header" in weights["evidence"]
    hub.fault("org/model", missing=True)
    assert llmhost(*typed).document == first.document


def test_a_gated_model_says_what_to_do(hub: Running, tmp_path: Path) -> None:
    single(hub.folder / "org" / "model")
    hub.fault("org/model", gated=["hf_granted"])
    environ = {"HF_ENDPOINT": hub.endpoint, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    refused = Front(environ)("fit", "org/model")
    assert refused.status == 1
    assert "export HF_TOKEN" in refused.stderr
    assert Front(environ | {"HF_TOKEN": "hf_granted"})("fit", "org/model").status == 0


def test_a_well_known_model_is_judged_when_nobody_can_be_reached(tmp_path: Path) -> None:
    llmhost = Front({"HF_ENDPOINT": "http://127.0.0.1:9", "XDG_CACHE_HOME": str(tmp_path)})
    ended = llmhost("fit", "Qwen/Qwen3-32B-AWQ", "--gpu", "l4", "--gpus", "2")
    assert ended.status == 0
    assert "127.0.0.1:9 cannot be reached" in ended.stdout
    assert "llmhost's catalogue" in ended.stdout


def test_a_description_that_is_not_understood_is_an_error(hub: Running, tmp_path: Path) -> None:
    folder = single(hub.folder / "org" / "model")
    (folder / "config.json").write_text(json.dumps(CONFIG | {"layer_types": ["new"] * 2}))
    llmhost = Front({"HF_ENDPOINT": hub.endpoint, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    ended = llmhost("fit", "org/model")
    assert ended.status == 1
    assert "is of the kind `new`" in ended.stderr
