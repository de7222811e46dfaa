"""The record of a deployment: written, read again, and nothing secret in it."""

import json
from dataclasses import replace

import pytest

from llmhost.errors import HostError
from llmhost.spec.record import from_record, provider_of, to_record
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


def test_a_record_of_a_newer_llmhost_is_refused_with_the_version_that_wrote_it() -> None:
    record = {**to_record(CASES[0].deployment), "format": 2, "llmhost": "9.9"}
    with pytest.raises(HostError) as caught:
        provider_of(record)
    assert "has format 2" in caught.value.message
    assert caught.value.hint.endswith("9.9")


@pytest.mark.parametrize("missing", ["model", "settings", "sources", "port", "env"])
def test_a_damaged_record_is_an_error_and_no_traceback(missing: str) -> None:
    record = to_record(CASES[0].deployment)
    for broken in ({**record, missing: 7}, {k: v for k, v in record.items() if k != missing}):
        if missing == "port" and missing in broken:
            continue  # any number is a port to a reader
        with pytest.raises(HostError, match="damaged"):
            from_record(broken, CASES[0].deployment.profile)
