"""Whatever is asked in whatever order: answers keep to the schema, and what ends has ended."""

import json
import random
from typing import Any

import pytest

from tests.fake_gce import (
    Dropped,
    FakeGce,
    Latency,
    ManualClock,
    OperationFails,
    Phantom,
    Preempted,
    QuotaExceeded,
    Slow,
    Stockout,
    Unavailable,
)
from tests.fake_gce.handlers import ACTIONS
from tests.fake_gce.hardware import Hardware
from tests.fake_gce.world import World
from tests.fake_gce_tests.clients import ask, raw

ZONES = ("us-central1-a", "us-central1-b", "europe-west4-a")
FAULTS = (
    Stockout(),
    Stockout(detailed=False, sync=True, times=1),
    Stockout(times=1, leaves_disk=True),
    QuotaExceeded(times=1),
    OperationFails(),
    OperationFails(call="*.delete"),
    Phantom(leaves_disk=True),
    Slow(seconds=300),
    Slow(seconds=300, hidden=True),
    Slow(call="*.delete", seconds=90),
    Preempted(seconds=30),
    Unavailable(),
)
ENDING = {
    "provisioningModel": "SPOT",
    "onHostMaintenance": "TERMINATE",
    "instanceTerminationAction": "DELETE",
    "maxRunDuration": {"seconds": "3600"},
}


def once(gce: FakeGce, dice: random.Random) -> None:
    """Something a client, a test or Google might do next."""
    zone, name = dice.choice(ZONES), dice.choice("abc")
    instances = f"zones/{zone}/instances"
    choices: tuple[tuple[Any, ...], ...] = (
        (ask, gce, "POST", instances, raw(name, zone, scheduling=ENDING)),
        (ask, gce, "POST", f"{instances}?requestId={zone_id(zone)}", raw("r", zone)),
        (ask, gce, "DELETE", f"{instances}/{name}"),
        (ask, gce, "POST", f"{instances}/{name}/stop"),
        (ask, gce, "POST", f"{instances}/{name}/start"),
        (ask, gce, "DELETE", f"zones/{zone}/disks/{name}"),
        (ask, gce, "GET", "aggregated/instances?filter=labels.llmhost%3D1&maxResults=2"),
        (ask, gce, "GET", "aggregated/disks"),
        (ask, gce, "GET", "regions/us-central1"),
        (ask, gce, "GET", f"zones/{zone}/operations"),
        (gce.advance, dice.uniform(0, 40)),
        (gce.script, dice.choice(FAULTS)),
        (gce.forgive,),
    )
    verb, *arguments = dice.choice(choices)
    verb(*arguments)


def zone_id(zone: str) -> str:
    return f"00000000-0000-0000-0000-{ZONES.index(zone) + 1:012}"


@pytest.mark.parametrize("seed", range(40))
def test_a_random_hour_ends_with_nothing_but_what_has_no_end(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test that can be repeated
    with FakeGce() as gce:
        for _ in range(60):
            once(gce, dice)
        dumped = json.loads(json.dumps(gce.world.dump()))
        again = World(ManualClock(start=0), Latency(), ACTIONS, Hardware())
        again.load(dumped)
        assert json.loads(json.dumps(again.dump())) == dumped
        gce.forgive()
        gce.advance(20_000)
        left = {i["name"]: i["status"] for i in gce.instances()}
        assert set(left.values()) <= {"TERMINATED"}, "only stopped machines outlive their run"
        assert all(o["status"] == "DONE" for o in gce.operations())
        links = {i["selfLink"] for i in gce.instances()}
        assert {user for disk in gce.disks() for user in disk.get("users", ())} <= links


def test_a_dropped_insert_is_either_there_or_not() -> None:
    with FakeGce() as gce:
        for committed in (True, False):
            gce.script(Dropped(committed=committed))
            name = "yes" if committed else "no"
            with pytest.raises(ConnectionError):
                ask(gce, "POST", f"zones/{ZONES[0]}/instances", raw(name))
        assert [i["name"] for i in gce.instances()] == ["yes"]
