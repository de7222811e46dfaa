"""What a machine carries since, in its metadata: for everybody who lists it."""

import json
from typing import Any

import pytest

from llmhost.cloud.base import MachineRequest, Recorder
from llmhost.cloud.gcp.compute import Compute
from llmhost.errors import CloudError
from llmhost.spec.terms import Terms
from tests.cloud.gcp.bench import Bench
from tests.fake_gce import FakeGce, PermissionDenied

OTHER = MachineRequest(
    "vllm",
    gpu="l4",
    gpus=2,
    labels={"provider": "ollama", "model": "qwen2.5:7b"},
    terms=Terms(),
    record='{"format": 1, "name": "vllm", "provider": "ollama"}',
)


def metadata(gce: FakeGce) -> dict[str, str]:
    (instance,) = gce.instances()
    return {item["key"]: item["value"] for item in instance["metadata"]["items"]}


def test_what_is_recorded_is_found_and_all_else_stays(bench: Bench, gce: FakeGce) -> None:
    assert isinstance(bench.driver, Recorder)
    machine, before = bench.create(), metadata(gce)
    bench.driver.record(machine, OTHER)
    (listed,) = bench.driver.machines()
    assert listed.labels == OTHER.labels
    assert (listed.gpu, listed.gpus, listed.usd_per_hour) == ("l4", 2, 1.994283)
    after = metadata(gce)
    assert {**after, "llmhost-record": ""} == {**before, "llmhost-record": ""}
    record = json.loads(after["llmhost-record"])
    assert record["deployment"]["provider"] == "ollama"
    assert set(record) == set(json.loads(before["llmhost-record"]))
    found = bench.driver.find("vllm")
    assert found
    assert found.address == machine.address


def test_the_same_again_is_not_written(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    for _ in range(2):
        bench.driver.record(machine, OTHER)
    assert gce.calls["instances.setMetadata"] == 1


def test_a_machine_that_is_gone_keeps_nothing(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    bench.down()
    bench.driver.record(machine, OTHER)
    bench.create()
    bench.driver.record(machine, OTHER)
    assert gce.calls["instances.setMetadata"] == 0


def test_what_cannot_be_recorded_is_told_with_its_remedy(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    gce.script(PermissionDenied(call="instances.setMetadata"))
    with pytest.raises(CloudError, match="these credentials may not do that"):
        bench.driver.record(machine, OTHER)


def test_metadata_that_somebody_changed_meanwhile_is_read_again(
    bench: Bench, gce: FakeGce, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = bench.create()
    change, others = Compute.change, [{"key": "team", "value": "others"}]

    def meanwhile(of: Compute, method: str, zone: str, name: str, **fields: Any) -> Any:  # noqa: ANN401
        if method == "set_metadata" and others:
            there = (of.instance(zone, name) or {})["metadata"]
            items = [*there["items"], others.pop()]
            body = {"items": items, "fingerprint": there["fingerprint"]}
            change(of, method, zone, name, metadataResource=body)
        return change(of, method, zone, name, **fields)

    monkeypatch.setattr(Compute, "change", meanwhile)
    bench.driver.record(machine, OTHER)
    assert metadata(gce)["team"] == "others"
    (listed,) = bench.driver.machines()
    assert listed.labels == OTHER.labels
