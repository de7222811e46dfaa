"""Requests and answers against Google's discovery document."""

import re

import pytest

from tests.fake_gce import FakeGce
from tests.fake_gce.discovery import discovery
from tests.fake_gce.handlers import ACTIONS, HANDLERS
from tests.fake_gce.names import Key
from tests.fake_gce_tests.clients import ZONE, ask, raw

INSTANCES = f"zones/{ZONE}/instances"


def test_everything_the_double_answers_is_a_call_of_googles() -> None:
    assert set(HANDLERS) <= set(discovery().methods)


def test_every_scheduled_action_exists(gce: FakeGce) -> None:
    ask(gce, "POST", INSTANCES, raw())
    dumped = gce.world.dump()
    assert {event["action"] for event in dumped["timeline"]} <= set(ACTIONS)


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (raw(nmae="a"), 'Unknown name "nmae"'),
        (raw(machine_type="e2-medium"), 'Unknown name "machine_type"'),
        (raw(name="A"), "does not match"),
        (raw(name=""), "does not match"),
        (raw(labels={"llmhost": 1}), "1 is not a string"),
        (raw(status="RUNNING"), "output only"),
        (raw(scheduling={"provisioningModel": "SPOTTY"}), "'SPOTTY' is not one of"),
        (raw(scheduling={"maxRunDuration": {"seconds": 3600}}), "3600 is not a string"),
        (raw(scheduling={"maxRunDuration": {"seconds": "1h"}}), "'1h' is not a int64"),
        (raw(scheduling={"requestValidForDuration": {}}), 'Unknown name "requestValidForDuration"'),
        (raw(scheduling={"automaticRestart": "false"}), "'false' is not a boolean"),
        (raw(disks={"boot": True}), "is not a list"),
        (raw(metadata={"items": [{"value": "x"}]}), "key: Required field is missing"),
        (raw(tags={"items": ["Not A Tag"]}), "does not match"),
        (raw(fingerprint="not base64!"), "is not a byte"),
        ({}, "name: Required field is missing"),
        ([], "is not an object"),
    ],
)
def test_a_body_that_is_not_the_schemas_is_refused(
    gce: FakeGce, sent: object, complaint: str
) -> None:
    answer = ask(gce, "POST", INSTANCES, sent)
    assert (answer.status, answer.reason) == (400, "badRequest")
    assert re.search(re.escape(complaint), answer.message)
    assert not gce.instances()


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        (f"{INSTANCES}?zone=b", "zone: Cannot bind query parameter"),
        (f"{INSTANCES}?max_results=5", "max_results: Cannot bind query parameter"),
        (f"{INSTANCES}?maxResults=many", "is not a integer"),
        (f"{INSTANCES}?maxResults=-1", "is not a uint32"),
        (f"{INSTANCES}?returnPartialSuccess=true", "Cannot bind query parameter"),
        (f"{INSTANCES}/Some_Name", "does not match"),
        (f"{INSTANCES}/a/serialPort?port=5", "5 is not between 1 and 4"),
        ("aggregated/instances?includeAllScopes=yes", "is not a boolean"),
    ],
)
def test_parameters_that_are_not_the_documents_are_refused(
    gce: FakeGce, path: str, complaint: str
) -> None:
    answer = ask(gce, "GET", path)
    assert answer.status == 400
    assert complaint in answer.message


def test_a_body_where_none_belongs_is_refused(gce: FakeGce) -> None:
    assert ask(gce, "DELETE", f"{INSTANCES}/a", {"a": 1}).status == 400


def test_a_call_that_does_not_exist_breaks_the_contract() -> None:
    with pytest.raises(AssertionError, match="no such call: GET /compute/v1/projects/demo/vms"):  # noqa: SIM117
        with FakeGce() as gce:
            assert ask(gce, "GET", "vms").status == 404


def test_a_call_that_is_not_modelled_says_so_and_breaks_the_contract() -> None:
    with FakeGce(strict=False) as gce:
        assert ask(gce, "GET", "global/backendServices").status == 501
        assert gce.violations == ["not modelled: backendServices.list"]


def test_an_answer_that_is_not_the_schemas_breaks_the_contract() -> None:
    with FakeGce(strict=False) as gce:
        gce.plant_instance(ZONE, "a")
        (thing,) = gce.world.of("demo", "instances")
        thing.body["status"] = "HAPPY"
        ask(gce, "GET", f"{INSTANCES}/a")
        (violation,) = gce.violations
        assert violation.startswith("answer of instances.get: answer.status: 'HAPPY' is not one of")


def test_a_failure_of_the_double_itself_breaks_the_contract() -> None:
    with FakeGce(strict=False) as gce:
        gce.plant_instance(ZONE, "a")
        del gce.world.get(Key("demo", "instances", f"zones/{ZONE}", "a")).body["status"]
        assert ask(gce, "GET", "").status == 500
        assert gce.violations[0].startswith("the double failed:\nTraceback")


def test_every_reading_call_gives_an_answer_google_could_have_given(gce: FakeGce) -> None:
    gce.plant_instance(ZONE, "a", labels={"x": "y"})
    gce.plant_disk(ZONE, "d", {"x": "y"})
    gce.plant_firewall("f", allowed=[{"IPProtocol": "tcp", "ports": ["22"]}])
    gce.plant_address("us-central1", "ip")
    gce.plant_router("us-central1", "r")
    names = {
        "zone": ZONE,
        "region": "us-central1",
        "instance": "a",
        "disk": "d",
        "firewall": "f",
        "address": "ip",
        "router": "r",
        "network": "default",
        "subnetwork": "default",
        "machineType": "g2-standard-8",
        "acceleratorType": "nvidia-l4",
        "diskType": "pd-balanced",
    }
    unnamed = {"image", "family", "operation"}
    read = 0
    for name in HANDLERS:
        method = discovery().methods[name]
        parts = [part.strip("{}") for part in method.path[2:] if part.startswith("{")]
        if method.verb != "GET" or unnamed & set(parts) or name.endswith("getGuestAttributes"):
            continue
        words = [names[part.strip("{}")] if part[0] == "{" else part for part in method.path[2:]]
        assert ask(gce, "GET", "/".join(words)).status == 200, name
        read += 1
    assert read > 30
