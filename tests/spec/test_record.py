"""The record of a deployment: written, read again, and nothing secret in it."""

import json
from dataclasses import replace

import pytest

from llmhost.errors import HostError
from llmhost.spec.record import from_record, provider_of, read_record, secrets_in, to_record
from tests.render.cases import CASES, CATALOG, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_deployment_comes_back_from_its_record(case: Case) -> None:
    deployment = case.deployment
    record = json.loads(json.dumps(to_record(deployment)))
    profile = CATALOG.profile(provider_of(record))
    assert from_record(record, profile).at(deployment.site) == deployment


def test_a_setting_that_is_no_more_is_dropped_and_a_new_one_takes_its_default() -> None:
    deployment = next(case for case in CASES if case.name == "vllm-l4x2").deployment
    record = to_record(deployment)
    record["settings"] = {"gone": 1, "dtype": "half"}
    rebuilt = from_record(record, deployment.profile)
    assert rebuilt == replace(deployment, settings={**deployment.settings, "dtype": "half"})


def test_a_record_of_a_newer_llmhost_is_refused() -> None:
    record = {**to_record(CASES[0].deployment), "format": 2}
    with pytest.raises(HostError) as caught:
        provider_of(record)
    assert "has format 2" in caught.value.message
    assert caught.value.hint == "use the llmhost that made it, or a newer one"


def test_the_names_of_secrets_are_recorded_and_come_back() -> None:
    deployment = replace(CASES[0].deployment, secrets=("A_KEY", "B_KEY"))
    record = json.loads(json.dumps(to_record(deployment)))
    assert record["secrets"] == ["A_KEY", "B_KEY"]
    assert from_record(record, deployment.profile).secrets == ("A_KEY", "B_KEY")
    assert secrets_in(json.dumps(record)) == ("A_KEY", "B_KEY")


def test_a_record_does_not_change_with_the_version_of_llmhost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = to_record(CASES[0].deployment)
    monkeypatch.setattr("llmhost.__version__", "9.9")
    assert to_record(CASES[0].deployment) == before


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"format": 1}'])
def test_a_text_that_is_no_record_is_an_error_and_no_traceback(text: str) -> None:
    with pytest.raises(HostError):
        read_record(text)
    assert secrets_in(text) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gpus", "2"),
        ("name", None),
        ("port", "8000"),
        ("env", ["a"]),
        ("model", []),
        ("model", {"id": 7, "files": []}),
        ("sources", {"unknown": "x"}),
        ("secrets", [7]),
        ("settings", 7),
    ],
)
def test_a_record_with_a_value_of_another_kind_is_damaged(key: str, value: object) -> None:
    record = {**to_record(CASES[0].deployment), key: value}
    with pytest.raises(HostError, match="damaged"):
        from_record(record, CASES[0].deployment.profile)


@pytest.mark.parametrize("missing", ["model", "settings", "sources", "port", "env"])
def test_a_damaged_record_is_an_error_and_no_traceback(missing: str) -> None:
    record = to_record(CASES[0].deployment)
    for broken in ({**record, missing: 7}, {k: v for k, v in record.items() if k != missing}):
        if missing == "port" and missing in broken:
            continue  # any number is a port to a reader
        with pytest.raises(HostError, match="damaged"):
            from_record(broken, CASES[0].deployment.profile)
