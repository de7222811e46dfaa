"""llmhost's own profiles."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from llmhost.errors import UsageError
from llmhost.spec.profile import Profile
from tests.spec.shared import CATALOG, GPUS, PROVIDERS

FAILURES = Path(__file__).parent / "failures"
# Sections whose every key is explained, and not the section alone.
EXPLAINED = ("models", "gpus", "readiness", "resident")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_key_is_explained_above_it(provider: str) -> None:
    section, above = "", ""
    for line in CATALOG.path(provider).read_text("utf-8").splitlines():
        key = re.match(r"( *)([a-z_]+):", line)
        if key:
            section = key[2] if not key[1] or key[2] in EXPLAINED else section
            if not key[1] or (section in EXPLAINED and len(key[1]) <= 4):
                assert above.lstrip().startswith("#"), f"{provider}: {key[2]} is not explained"
        above = line


@pytest.mark.parametrize("provider", PROVIDERS)
def test_editors_find_it_valid_by_its_schema(provider: str) -> None:
    schema = Profile.model_json_schema()
    assert "name" not in schema["properties"]
    text = CATALOG.path(provider).read_text("utf-8")
    # The base loader leaves dates as text, as JSON has them; the rest is read as YAML reads it.
    document = yaml.safe_load(text) | {"evidence": yaml.load(text, yaml.BaseLoader)["evidence"]}  # noqa: S506
    Draft202012Validator(schema).validate(document)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(document | {"xyzzy": 1})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_images_are_pinned_and_never_latest(provider: str) -> None:
    for variant in CATALOG.profile(provider).variants:
        if variant.image:
            assert re.fullmatch(
                r"[a-z0-9.-]+\.[a-z]+/[a-z0-9./-]+:(?!latest)[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?",
                variant.image,
            )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_default_gpu_is_one_it_can_use(provider: str) -> None:
    gpus = CATALOG.profile(provider).gpus
    assert gpus is not None
    assert gpus.model in GPUS
    assert set(gpus.exclude) <= set(GPUS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_failure_is_known_by_a_real_line_of_its_log(provider: str) -> None:
    failures = CATALOG.profile(provider).failures
    lines = (FAILURES / f"{provider}.log").read_text("utf-8").splitlines()
    first = {
        line: next((one.cause for one in failures if re.search(one.pattern, line)), None)
        for line in lines
        if line and not line.startswith("#")
    }
    assert None not in first.values(), first
    assert set(first.values()) == {failure.cause for failure in failures}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_start_is_not_taken_for_a_failure(provider: str) -> None:
    log = FAILURES / f"{provider}.good.log"
    for failure in CATALOG.profile(provider).failures:
        for line in log.read_text("utf-8").splitlines():
            assert not re.search(failure.pattern, line), (failure.pattern, line)


def test_what_vllm_refuses_is_refused_by_the_version_that_is_run() -> None:
    profile = CATALOG.profile("vllm")
    tags = [variant.image.partition("@")[0].rpartition(":v")[2] for variant in profile.variants]
    run = {tuple(map(int, tag.partition("-")[0].split(".")[:2])) for tag in tags}
    for refusal in profile.models.refuse:
        told = re.search(r"from 0\.(\d+) on, and 0\.(\d+) is run", refusal.reason)
        assert told, refusal.reason
        assert {(0, int(told[2]))} == run
        assert int(told[1]) <= int(told[2])


def test_vllm_chooses_its_image_by_the_driver() -> None:
    profile = CATALOG.profile("vllm")
    assert "@sha256:" in profile.variant_for(gpus=2, driver=580).image
    assert profile.variant_for(gpus=2, driver=579).image.endswith("-cu129")
    assert "cpu" in profile.variant_for(gpus=0, driver=580).image


def test_a_driver_that_is_too_old_is_named_with_what_is_needed() -> None:
    with pytest.raises(UsageError) as caught:
        CATALOG.profile("vllm").variant_for(gpus=1, driver=470)
    assert caught.value.message == (
        "vLLM needs NVIDIA driver 525 or newer, and the host has driver 470"
    )
    with pytest.raises(UsageError, match="and the host has no NVIDIA driver"):
        CATALOG.profile("vllm").variant_for(gpus=1, driver=0)
