"""Between a list of waste and its deletion things happen: only what is still waste goes."""

from dataclasses import replace

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import names
from llmhost.cloud.keeping import Waste
from tests.cloud.gcp.bench import Bench, wanted
from tests.fake_gce import FakeGce
from tests.fake_gce.journal import Entry

LATER = 12 * 3600
RULE = {
    "description": f"{names.RULE_WORDS} from 127.0.0.1/32",
    "sourceRanges": ["127.0.0.1/32"],
    "targetTags": [names.TAG],
    "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
}
DOOR = "llmhost-ssh-default-127-0-0-1-32"


def stopped(bench: Bench) -> Machine:
    """A machine that somebody stopped, so that Compute Engine does not end it."""
    machine = bench.create()
    parts = bench.driver._parts  # noqa: SLF001  stopping is nothing llmhost does by itself
    parts.compute.done(parts.compute.change("stop", machine.place, "llmhost-vllm"))
    return machine


def cleared(bench: Bench, waste: tuple[Waste, ...]) -> dict[str, str]:
    """What is still there after clearing, with the reason."""
    return {one.name: why for one, why in bench.driver.clear(waste, bench.heard)}


def test_a_machine_that_was_extended_meanwhile_stays(bench: Bench, gce: FakeGce) -> None:
    machine = stopped(bench)
    gce.advance(LATER)
    waste = bench.driver.waste()
    assert [one.kind for one in waste] == ["machine", "firewall rule"]
    bench.driver.extend(machine, 4 * 3600, bench.heard)
    kept = cleared(bench, waste)
    assert kept["llmhost-vllm"] == "it is no waste any more: its time has not ended"
    assert bench.left() == ["instances llmhost-vllm", bench.left()[1], f"firewalls {DOOR}"]


def test_what_is_still_waste_goes(bench: Bench, gce: FakeGce) -> None:
    stopped(bench)
    gce.advance(LATER)
    assert cleared(bench, bench.driver.waste()) == {}
    assert bench.left() == []


def test_another_machine_of_the_same_name_is_not_taken_for_the_one_that_was_meant(
    bench: Bench, gce: FakeGce
) -> None:
    machine = stopped(bench)
    gce.advance(LATER)
    meant = bench.driver.waste()[0]
    assert cleared(bench, (replace(meant, id="17"),)) == {}
    assert [instance["id"] for instance in gce.instances()] == [machine.id]


def test_a_rule_that_a_machine_needs_by_now_stays(bench: Bench, gce: FakeGce) -> None:
    gce.plant_firewall(DOOR, **RULE)
    gce.advance(LATER)
    waste = bench.driver.waste()
    assert [one.kind for one in waste] == ["firewall rule"]
    bench.create()
    assert cleared(bench, waste) == {DOOR: "it is no waste any more: a machine needs it"}
    assert [rule["name"] for rule in gce.firewalls()] == [DOOR]


def test_another_rule_of_the_same_name_is_left_alone(bench: Bench, gce: FakeGce) -> None:
    gce.plant_firewall(DOOR, **RULE)
    gce.advance(LATER)
    (meant,) = bench.driver.waste()
    assert cleared(bench, (replace(meant, id="17"),)) == {}
    assert len(gce.firewalls()) == 1


def test_a_disk_that_a_machine_uses_by_now_stays(bench: Bench, gce: FakeGce) -> None:
    labels = names.labels("vllm", "me", None)
    gce.plant_disk("us-east4-a", "llmhost-vllm-1", labels)
    gce.advance(LATER)
    waste = bench.driver.waste()
    disks = [{"boot": True, "source": "zones/us-east4-a/disks/llmhost-vllm-1"}]
    gce.plant_instance("us-east4-a", "theirs", disks=disks)
    assert cleared(bench, waste) == {"llmhost-vllm-1": "it is no waste any more: a machine uses it"}
    assert len(gce.disks()) == 1


def test_another_address_of_the_same_name_is_left_alone(bench: Bench, gce: FakeGce) -> None:
    gce.plant_address("us-east4", "llmhost-address", names.labels("vllm", "me", None))
    gce.advance(LATER)
    (meant,) = bench.driver.waste()
    assert cleared(bench, (replace(meant, id="17"),)) == {}
    assert len(gce.addresses()) == 1
    assert cleared(bench, (meant,)) == {}
    assert gce.addresses() == []


def test_a_rule_is_put_back_for_a_machine_that_came_while_it_was_deleted(
    bench: Bench, gce: FakeGce
) -> None:
    before = gce.plant_firewall(DOOR, **RULE)
    gce.advance(LATER)
    waste = bench.driver.waste()
    arriving(gce)
    assert "so it is back" in cleared(bench, waste)[DOOR]
    (after,) = gce.firewalls()
    assert after["id"] != before["id"]
    assert {field: after[field] for field in RULE} == RULE


def test_down_leaves_the_rule_to_a_machine_that_came_meanwhile(bench: Bench, gce: FakeGce) -> None:
    bench.create()
    arriving(gce)
    assert bench.down() == ("machine vllm in us-east4-a with its disks",)
    assert [rule["name"] for rule in gce.firewalls()] == [DOOR]


def arriving(gce: FakeGce) -> None:
    """Lets a machine of ours come at the moment a firewall rule is deleted."""

    def come(entry: Entry) -> None:
        if entry.method == "firewalls.delete" and not gce.instances():
            gce.plant_instance(
                "us-east4-a", "llmhost-other", labels=names.labels("other", "i", None)
            )

    gce.on_call(come)


def test_two_machines_keep_one_rule(bench: Bench, gce: FakeGce) -> None:
    bench.create()
    bench.driver.create(wanted("second"), bench.heard)
    calls = gce.calls["firewalls.delete"]
    bench.down()
    assert gce.calls["firewalls.delete"] == calls
