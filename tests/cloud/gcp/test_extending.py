"""A longer life for a machine: it is not stopped in vain, and never left stopped without a word."""

import json
from typing import Any

import pytest

from llmhost.cloud.gcp.compute import Compute
from llmhost.errors import CloudError, UsageError
from llmhost.events import MachineExists, MachineGone
from tests.cloud.gcp.bench import Bench, wanted
from tests.cloud.gcp.forked import alone
from tests.fake_gce import CredentialsExpired, FakeGce, PermissionDenied, Stockout

FOUR_HOURS = 4 * 3600
WEEK = 7 * 86400


def told(bench: Bench) -> list[MachineExists]:
    return [event for event in bench.heard.heard if isinstance(event, MachineExists)]


def test_extend_moves_the_end(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    gce.advance(7 * 3600)
    bench.heard.heard.clear()
    after = bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert after.id == machine.id
    assert after.expires > machine.expires
    assert [event.stopped for event in told(bench)] == [False, True, False]
    gce.advance(3.5 * 3600)
    assert len(gce.instances()) == 1
    gce.advance(3600)
    assert gce.instances() == []


def test_what_flex_start_forbids_is_refused_before_the_machine_is_stopped(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.driver.create(wanted(gpu="h100", gpus=1), bench.heard)
    (instance,) = gce.instances()
    assert instance["scheduling"]["provisioningModel"] == "FLEX_START"
    with pytest.raises(UsageError, match="7 days at most"):
        bench.driver.extend(machine, WEEK + 60, bench.heard)
    assert gce.calls["instances.stop"] == 0
    assert bench.driver.extend(machine, WEEK, bench.heard).state == "running"


def test_compute_engine_itself_refuses_a_longer_flex_start(
    bench: Bench, gce: FakeGce, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = bench.driver.create(wanted(gpu="h100", gpus=1), bench.heard)
    monkeypatch.setattr("llmhost.cloud.gcp.extending.LONGEST_FLEX_SECONDS", 2 * WEEK)
    with pytest.raises(CloudError, match="could not be moved"):
        bench.driver.extend(machine, WEEK + 60, bench.heard)
    assert [instance["status"] for instance in gce.instances()] == ["RUNNING"]


def test_after_a_refusal_the_machine_runs_again_and_it_is_said_until_when(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.create()
    gce.script(PermissionDenied(call="instances.setScheduling"))
    with pytest.raises(CloudError, match="the end of vllm could not be moved") as caught:
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert "setScheduling" in caught.value.why
    assert "it was stopped for that and runs again, at $1.99 per hour until 20" in caught.value.hint
    assert [instance["status"] for instance in gce.instances()] == ["RUNNING"]
    assert told(bench)[-1].stopped is False


def test_a_machine_that_neither_moves_nor_starts_is_said_to_be_stopped(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.create()
    gce.script(
        PermissionDenied(call="instances.setScheduling"), PermissionDenied(call="instances.start")
    )
    with pytest.raises(CloudError, match="machine vllm is stopped") as caught:
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert "setScheduling" in caught.value.why
    assert "stopped, it costs its disk" in caught.value.hint
    assert "llmhost down vllm --cloud gcp" in caught.value.hint
    assert [instance["status"] for instance in gce.instances()] == ["TERMINATED"]
    assert told(bench)[-1].stopped is True


def test_gpus_that_are_gone_leave_a_stopped_machine_that_is_told_of(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.create()
    gce.script(Stockout(call="instances.start"))
    with pytest.raises(CloudError, match="machine vllm is stopped") as caught:
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert "enough resources" in caught.value.why
    assert told(bench)[-1].stopped is True


def test_when_nobody_can_be_asked_any_more_it_is_not_said_to_run(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.create()
    gce.script(CredentialsExpired(call="instances.setScheduling"))
    gce.script(CredentialsExpired(call="instances.get"))
    with pytest.raises(CloudError, match="machine vllm is stopped") as caught:
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert "gcloud auth application-default login" in caught.value.hint
    assert told(bench)[-1].stopped is True


def test_a_machine_that_ends_meanwhile_is_said_to_be_gone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = bench.create()
    change = Compute.change

    def deleted(of: Compute, method: str, zone: str, name: str, **fields: Any) -> Any:  # noqa: ANN401
        if method == "set_scheduling":
            of.done(of.delete_instance(zone, name))
        return change(of, method, zone, name, **fields)

    monkeypatch.setattr(Compute, "change", deleted)
    with pytest.raises(CloudError, match="machine vllm is gone"):
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    assert isinstance(bench.heard.heard[-1], MachineGone)


def test_labels_that_somebody_changed_meanwhile_are_read_again(
    bench: Bench, gce: FakeGce, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = bench.create()
    change, others = Compute.change, [{"team": "others"}]

    def meanwhile(of: Compute, method: str, zone: str, name: str, **fields: Any) -> Any:  # noqa: ANN401
        if method == "set_labels" and others:
            there = of.instance(zone, name) or {}
            body = {
                "labels": {**there["labels"], **others.pop()},
                "labelFingerprint": there["labelFingerprint"],
            }
            change(of, method, zone, name, instancesSetLabelsRequestResource=body)
        return change(of, method, zone, name, **fields)

    monkeypatch.setattr(Compute, "change", meanwhile)
    after = bench.driver.extend(machine, 20 * 3600, bench.heard)
    assert after.expires > machine.expires
    (instance,) = gce.instances()
    assert instance["labels"]["team"] == "others"
    assert instance["labels"]["llmhost-expires"].startswith(after.expires[:10])


def test_a_stopped_machine_is_listed_with_what_it_costs_and_what_ends_it(
    bench: Bench, gce: FakeGce
) -> None:
    machine = bench.create()
    gce.script(Stockout(call="instances.start"))
    with pytest.raises(CloudError):
        bench.driver.extend(machine, FOUR_HOURS, bench.heard)
    ended = alone(bench, "ls")
    (row,) = [line for line in ended.stdout.splitlines() if line.startswith("vllm")]
    assert row.split()[-3:] == ["-", "its", "disk"]
    assert "`llmhost down vllm --cloud gcp` ends it, `llmhost gc` after 20" in ended.stderr
    (entry,) = json.loads(alone(bench, "ls", "-o", "json").stdout)["deployments"]
    assert (entry["state"], entry["usd_per_hour"], entry["expires"]) == ("stopped", None, "")
    assert entry["swept_after"].endswith("Z")
