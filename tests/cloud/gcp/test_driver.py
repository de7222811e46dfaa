"""The driver against the double: one machine, whatever happens, and nothing beside it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from llmhost.cloud.base import DRIVERS, Machine
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.pace import Pace
from llmhost.errors import CloudError, HostError, UsageError
from llmhost.events import MachineExists, MachineGone, StepFinished
from llmhost.transport.base import Address
from tests.cloud.gcp.bench import ZONES, Bench, wanted
from tests.fake_gce import (
    Dropped,
    FakeGce,
    HostKeysLate,
    HostKeysNever,
    OperationFails,
    OsLoginForced,
    PermissionDenied,
    Phantom,
    QuotaExceeded,
    Slow,
    Stockout,
    Unavailable,
)


def test_the_table_of_drivers_names_it() -> None:
    assert DRIVERS["gcp"] == "llmhost.cloud.gcp.driver:GcpDriver"


def test_the_first_machine_is_the_cheapest_and_ends_by_itself(bench: Bench, gce: FakeGce) -> None:
    machine = bench.create()
    (instance,) = gce.instances()
    assert (machine.place, machine.machine_type) == ("us-east4-a", "g2-standard-24")
    assert machine.address
    assert machine.address.host_key
    scheduling = instance["scheduling"]
    assert scheduling["maxRunDuration"] == {"seconds": "28800"}
    assert scheduling["instanceTerminationAction"] == "DELETE"
    assert instance["disks"][0]["autoDelete"] is True
    (disk,) = gce.disks()
    assert names.is_ours(instance, "vllm")
    assert names.is_ours(disk, "vllm")
    gce.advance(9 * 3600)
    assert not gce.instances()
    assert not gce.disks()


def test_what_is_found_is_what_was_made(bench: Bench) -> None:
    made = bench.create()
    assert bench.driver.find("vllm") == replace(made, attempts=())
    (listed,) = bench.driver.machines()
    assert listed == replace(made, attempts=(), address=None)
    assert bench.driver.find("other") is None


def test_a_second_create_makes_nothing(bench: Bench, gce: FakeGce) -> None:
    first = bench.create()
    assert bench.create() == replace(first, attempts=())
    assert gce.calls["instances.insert"] == 1


def test_three_zones_without_stock_are_told_and_left_clean(bench: Bench, gce: FakeGce) -> None:
    gce.script(
        Stockout(zone=ZONES[0], detailed=False, leaves_disk=True),
        Stockout(zone=ZONES[1], sync=True),
        Phantom(zone=ZONES[2], leaves_disk=True),
    )
    machine = bench.create()
    assert [(a.offer.place, a.outcome) for a in machine.attempts] == [
        (ZONES[0], "stockout"),
        (ZONES[1], "stockout"),
        (ZONES[2], "stockout"),
        (ZONES[3], "made"),
    ]
    told = [e.title for e in bench.heard.heard if isinstance(e, StepFinished)]
    assert told == [f"g2-standard-24 in {zone}" for zone in ZONES]
    assert [i["zone"].rpartition("/")[2] for i in gce.instances()] == [ZONES[3]]
    assert [d["zone"].rpartition("/")[2] for d in gce.disks()] == [ZONES[3]]


def test_a_zone_that_google_recommends_is_tried_before_cheaper_ones(
    bench: Bench, gce: FakeGce
) -> None:
    gce.script(Stockout(zone=ZONES[0], zones_available=("europe-west4-b",)))
    assert bench.create().place == "europe-west4-b"


def test_an_internal_error_is_asked_once_more_in_the_same_zone(bench: Bench, gce: FakeGce) -> None:
    gce.script(OperationFails(zone=ZONES[0], times=1))
    machine = bench.create()
    assert machine.place == ZONES[0]
    assert [attempt.outcome for attempt in machine.attempts] == ["internal", "made"]


def test_a_quota_sends_the_hunt_to_another_region(bench: Bench, gce: FakeGce) -> None:
    gce.script(QuotaExceeded(zone="us-east4-*"))
    machine = bench.create()
    assert machine.place == "us-central1-a"
    assert [attempt.outcome for attempt in machine.attempts] == ["quota", "made"]


def test_a_quota_that_is_known_before_is_not_asked_against(bench: Bench, gce: FakeGce) -> None:
    gce.limit("NVIDIA_L4_GPUS", 0, "us-east4")
    gce.limit("PREEMPTIBLE_NVIDIA_L4_GPUS", 0, "us-east4")
    machine = bench.create()
    assert [attempt.offer.place for attempt in machine.attempts] == ["us-central1-a"]


@pytest.mark.parametrize("committed", [True, False])
def test_an_answer_that_was_lost_makes_no_second_machine(
    bench: Bench, gce: FakeGce, *, committed: bool
) -> None:
    gce.script(Dropped(call="instances.insert", committed=committed, times=2))
    bench.create()
    assert len(gce.instances()) == 1
    assert len({entry.request_id for entry in gce.log if entry.method == "instances.insert"}) == 1


def test_a_bad_moment_of_google_is_waited_out(bench: Bench, gce: FakeGce) -> None:
    gce.script(Unavailable(call="*", times=3), Unavailable(call="*", status=429, after=6, times=2))
    bench.create()
    assert len(gce.instances()) == 1


def test_a_slow_machine_is_given_up_and_swept_before_another_is_made(
    bench: Bench, gce: FakeGce
) -> None:
    gce.script(Slow(zone=ZONES[0], seconds=4000))
    bench.pace = Pace(making=0.3, hidden=5, vouching=5, login=1, pause=0.2)
    machine = bench.create()
    assert [attempt.outcome for attempt in machine.attempts] == ["slow", "made"]
    gce.advance(8000)
    assert len(gce.instances()) == 1


def test_a_slow_machine_that_cannot_be_seen_is_waited_for(bench: Bench, gce: FakeGce) -> None:
    gce.script(Slow(zone=ZONES[0], seconds=2000, hidden=True))
    bench.pace = Pace(making=0.05, hidden=20, vouching=5, login=1, pause=0.01)
    assert bench.create().place == ZONES[0]
    gce.advance(8000)
    assert len(gce.instances()) == 1


def test_a_name_that_belongs_to_somebody_else_is_left_alone(bench: Bench, gce: FakeGce) -> None:
    theirs = gce.plant_instance(ZONES[0], "llmhost-vllm", labels={"team": "others"})
    gce.plant_disk(ZONES[1], "llmhost-vllm")
    machine = bench.create()
    assert machine.place == ZONES[1]
    assert [attempt.outcome for attempt in machine.attempts] == ["name-taken", "made"]
    bench.down()
    assert [instance["id"] for instance in gce.instances()] == [theirs["id"]]
    assert bench.left() == ["instances llmhost-vllm", "disks llmhost-vllm", "disks llmhost-vllm"]


def test_two_at_once_make_one_machine(bench: Bench, gce: FakeGce) -> None:
    gce.script(Stockout(zone=ZONES[0], times=1))
    with ThreadPoolExecutor(2) as pool:
        machines = list(pool.map(lambda _: bench.create(), range(2)))
    assert len({machine.id for machine in machines}) == 1
    assert len(gce.instances()) == 1
    assert len(gce.disks()) == 1


def test_of_two_machines_the_older_one_stays(bench: Bench, gce: FakeGce) -> None:
    """Two computers, each with a zone to itself: neither insert meets the other's name."""
    older = bench.driver.create(wanted(zone="us-central1-a"), bench.heard)
    theirs = [i for i in gce.instances() if i["id"] == older.id]
    gce.plant_instance("us-central1-b", "llmhost-vllm", labels=theirs[0]["labels"])
    assert len(bench.driver.machines()) == 2
    found = bench.driver.find("vllm")
    assert found
    assert found.id == older.id
    bench.down()
    assert bench.left() == []


def test_a_request_of_a_command_that_died_is_sent_again_in_the_same_words(
    bench: Bench, gce: FakeGce
) -> None:
    class DiedError(BaseException):
        pass

    def report(event: object) -> None:
        if isinstance(event, MachineExists):
            raise DiedError

    with pytest.raises(DiedError):
        bench.driver.create(wanted(), report)
    assert gce.calls["instances.insert"] == 0
    (kept,) = bench.driver._parts.journal.entries("vllm")  # noqa: SLF001  what is on disk
    bench.create()
    (sent,) = [entry for entry in gce.log if entry.method == "instances.insert"]
    assert sent.request_id == kept.request_id
    assert (sent.body["labels"], sent.body["disks"]) == (kept.body["labels"], kept.body["disks"])
    assert len(gce.instances()) == 1


def test_an_old_request_is_not_sent_again(bench: Bench, gce: FakeGce) -> None:
    def report(event: object) -> None:
        if isinstance(event, MachineExists):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.driver.create(wanted(), report)
    gce.advance(7200)
    machine = bench.create()
    (instance,) = gce.instances()
    assert machine.expires > instance["creationTimestamp"]
    assert names.expiry(instance)
    assert machine.place == ZONES[0]


def test_a_machine_that_nobody_finished_is_completed(bench: Bench, gce: FakeGce) -> None:
    def refuse(_address: Address) -> None:
        raise HostError("connection refused")

    bench.login = refuse
    with pytest.raises(CloudError, match="lets nobody in") as caught:
        bench.create()
    assert "costs $1.99 per hour" in caught.value.hint
    assert any("Linux version" in line for line in caught.value.details)
    bench.login = lambda _address: None
    assert bench.create().state == "running"
    assert gce.calls["instances.insert"] == 1


def test_host_keys_may_come_late(bench: Bench, gce: FakeGce) -> None:
    gce.script(HostKeysLate(seconds=60))
    assert bench.create().address


def test_a_machine_without_host_keys_is_not_trusted(bench: Bench, gce: FakeGce) -> None:
    gce.script(HostKeysNever())
    bench.pace = Pace(making=20, hidden=40, vouching=0.2, login=1, pause=0.01)
    with pytest.raises(CloudError, match="has not published its host key") as caught:
        bench.create()
    assert "llmhost down vllm" in caught.value.hint
    found = bench.driver.find("vllm")
    assert found
    assert found.address is None


def test_os_login_that_is_forced_is_named(bench: Bench, gce: FakeGce) -> None:
    gce.script(OsLoginForced())
    with pytest.raises(CloudError, match="forces OS Login") as caught:
        bench.create()
    assert "constraints/compute.requireOsLogin" in caught.value.hint


def test_a_machine_of_somebody_else_is_named_and_not_entered(
    bench: Bench, gce: FakeGce, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench.create()
    other = Bench(gce, tmp_path_factory.mktemp("other"))
    with pytest.raises(CloudError, match="with another SSH key"):
        other.create()
    assert other.down()
    assert not gce.instances()


def test_what_was_begun_and_ended_is_told(bench: Bench, gce: FakeGce) -> None:
    gce.script(Stockout(zone=ZONES[0]))
    bench.create()
    told = [type(e) for e in bench.heard.heard if isinstance(e, MachineExists | MachineGone)]
    assert told == [MachineExists, MachineGone, MachineExists]


def test_machines_that_cannot_be_are_refused_before_anything_is_asked(bench: Bench) -> None:
    with pytest.raises(UsageError, match="no machine of GCP has 3 x l4"):
        bench.create(wanted(gpus=3))
    with pytest.raises(UsageError, match="without GPUs"):
        bench.create(wanted(gpu="", gpus=0))


def test_a_zone_with_the_machine_and_without_its_gpu_is_no_offer(bench: Bench) -> None:
    """Every zone has an N1; T4s are in half of them."""
    offers = bench.driver.offers(wanted(gpu="t4", gpus=1))
    fitting = {offer.place for offer in offers if not offer.refused}
    assert "us-central1-a" in fitting
    assert not [place for place in fitting if place.startswith("africa-")]
    (gone,) = {one.refused for one in offers if one.place == "us-central1-b"} - {
        "may be taken away at any time; --spot accepts that"
    }
    assert gone == "us-central1-b does not list n1-standard-8 with its GPU"


def test_a_zone_that_turns_out_to_have_no_such_gpu_is_passed_over(
    bench: Bench, gce: FakeGce
) -> None:
    gce.script(PermissionDenied(call="acceleratorTypes.*"), Stockout(zone="us-central1-a"))
    machine = bench.driver.create(wanted(gpu="t4", gpus=1), bench.heard)
    assert [(one.offer.place, one.outcome) for one in machine.attempts] == [
        ("us-central1-a", "stockout"),
        ("us-central1-b", "not-offered"),
        ("us-central1-c", "made"),
    ]


@pytest.mark.parametrize(
    ("gpu", "gpus", "terms"),
    [
        ("a100", 1, {}),
        ("h100", 1, {}),
        ("t4", 2, {}),
        ("rtx-pro-6000", 1, {"spot": True}),
        ("b200", 8, {"spot": True}),
    ],
)
def test_every_family_can_be_made(
    bench: Bench, gce: FakeGce, gpu: str, gpus: int, terms: dict[str, Any]
) -> None:
    machine = bench.driver.create(wanted(gpu=gpu, gpus=gpus, **terms), bench.heard)
    assert (machine.gpu, machine.gpus) == (gpu, gpus)
    assert len(gce.instances()) == 1
    assert isinstance(machine, Machine)
