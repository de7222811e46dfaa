"""The end of machines: by their name, by their time, and never of somebody else's."""

import pytest

from llmhost.errors import CloudError
from tests.cloud.gcp.bench import Bench, wanted
from tests.fake_gce import CredentialsExpired, FakeGce, Slow


def test_ssh_is_let_in_from_one_address_and_no_longer_than_needed(
    bench: Bench, gce: FakeGce
) -> None:
    bench.more["LLMHOST_SSH_FROM"] = "203.0.113.7"
    bench.create()
    (rule,) = gce.firewalls()
    assert rule["sourceRanges"] == ["203.0.113.7/32"]
    assert rule["targetTags"] == ["llmhost-ssh"]
    bench.driver.create(wanted("second"), bench.heard)
    bench.down()
    assert len(gce.firewalls()) == 1
    bench.down("second")
    assert gce.firewalls() == []


def test_down_needs_only_the_name(
    bench: Bench, gce: FakeGce, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench.create()
    elsewhere = Bench(gce, tmp_path_factory.mktemp("elsewhere"))
    assert elsewhere.down() == (
        "machine vllm in us-east4-a with its disks",
        "firewall rule llmhost-ssh-default-127-0-0-1-32",
    )
    assert bench.left() == []
    assert elsewhere.down() == ()


def test_down_ends_a_machine_that_is_still_being_made(bench: Bench, gce: FakeGce) -> None:
    gce.script(CredentialsExpired(call="*", after=8))
    with pytest.raises(CloudError, match="does not accept the credentials"):
        bench.create()
    gce.forgive()
    assert [instance["status"] for instance in gce.instances()] == ["STAGING"]
    assert bench.down()
    gce.advance(7200)
    assert bench.left() == []


def test_down_waits_for_a_machine_that_cannot_be_seen_yet(bench: Bench, gce: FakeGce) -> None:
    gce.script(Slow(seconds=900, hidden=True), CredentialsExpired(call="*", after=8))
    with pytest.raises(CloudError):
        bench.create()
    gce.forgive()
    bench.down()
    gce.advance(7200)
    assert bench.left() == []


def test_a_machine_that_is_stopped_is_started_again(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    parts = bench.driver._parts  # noqa: SLF001  stopping is nothing llmhost does by itself
    parts.compute.done(parts.compute.change("stop", machine.place, "llmhost-vllm"))
    found = bench.driver.find("vllm")
    assert found
    assert found.state == "stopped"
    assert found.expires
    assert bench.create().state == "running"
    assert gce.calls["instances.insert"] == 1


def test_spot_that_was_taken_back_is_told_as_such(bench: Bench, gce: FakeGce) -> None:
    machine = bench.driver.create(wanted(spot=True), bench.heard)
    gce.preempt(machine.place, "llmhost-vllm")
    gce.advance(120)
    assert bench.driver.find("vllm") is None
    assert "Google took it back" in bench.driver.fate(machine)


def test_the_end_of_a_ttl_is_told_as_such(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    gce.advance(9 * 3600)
    assert "TTL" in bench.driver.fate(machine)
