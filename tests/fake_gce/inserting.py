"""`instances.insert`: refused at once, or accepted and then made, late, halfway, or not at all."""

from dataclasses import asdict, dataclass
from typing import Any

from tests.fake_gce import faults, refusal
from tests.fake_gce.bodies import attached, disk_body, instance_body, metadata_value
from tests.fake_gce.call import Call
from tests.fake_gce.catalogue import catalogue
from tests.fake_gce.checks import check_insert
from tests.fake_gce.failures import (
    Failure,
    of_code,
    of_phantom,
    of_quota,
    of_scripted_quota,
    of_stockout,
)
from tests.fake_gce.machines import Wanted
from tests.fake_gce.names import Key, last, region_of
from tests.fake_gce.operations import begin, hides, view
from tests.fake_gce.quotas import demand, exceeded
from tests.fake_gce.world import Body, Thing, World


@dataclass(frozen=True, slots=True)
class _Course:
    """What becomes of an insert that was accepted.

    Attributes:
        failure: How its operation ends; None for a machine that comes.
        seen: Whether the instance can be seen before that.
        leaves_disk: Whether a disk stays behind.
    """

    failure: Failure | None = None
    seen: bool = True
    leaves_disk: bool = False


def insert(world: World, call: Call) -> Body:
    """Accepts or refuses an instance."""
    if world.find(call.key):
        raise refusal.already_exists(call.key)
    if {"sourceInstanceTemplate", "sourceMachineImage"} & set(call.query):
        raise refusal.Refusal(501, "notImplemented", "The double makes instances of bodies alone.")
    check_insert(world, call)
    _check_policies(world, call)
    course = _course(world, call)
    instance = make(world, call, _notes(world, call))
    operation = begin(world, call, "insert", instance, _seconds(world, call, course))
    _set_hidden(world, instance, hidden=not course.seen or hides(operation))
    if course.failure is None:
        world.hardware.begin(wanted_machine(instance))
    begun, ends = operation.notes["begun"], operation.notes["ends"]
    identity = {"id": instance.body["id"]}
    if course.failure and _waits_for_stock(call):
        instance.body["status"] = "PENDING"
    world.later((begun + ends) / 2, "instance.stage", instance.key, **identity)
    outcome: dict[str, Any] = {"operation": asdict(operation.key), **identity}
    if course.failure:
        outcome |= {"failure": course.failure.as_json(), "leaves_disk": course.leaves_disk}
    world.later(ends, "instance.made", instance.key, **outcome)
    return view(world, operation)


def make(world: World, call: Call, notes: Body) -> Thing:
    """The instance and its disks, as they are when nothing has happened to them yet."""
    notes = {"demand": demand(world, region_of(call.zone), call.body), **notes}
    instance = Thing(call.key, instance_body(world, call), notes=notes)
    disks = [
        attached(_disk(world, instance, sent), number, sent)
        for number, sent in enumerate(call.body.get("disks", ()))
    ]
    if disks:
        instance.body["disks"] = disks
    return world.put(instance)


def wanted_machine(instance: Thing) -> Wanted:
    """What the machine behind an instance has to be."""
    name = last(instance.body["machineType"])
    kind = catalogue().types[name]
    gpu, gpus = kind.gpu, kind.gpus
    for card in instance.body.get("guestAccelerators", ()):
        gpu, gpus = last(card["acceleratorType"]), card["acceleratorCount"]
    keys = metadata_value(instance.body, "ssh-keys").splitlines()
    if instance.notes.get("os_login"):
        # With OS Login, whoever forces it, the metadata's keys mean nothing.
        keys = []
    return Wanted(
        instance.body["id"], instance.key.name, name, gpu, gpus, tuple(filter(None, keys))
    )


def _course(world: World, call: Call) -> _Course:
    """What the script and the quotas make of it.

    Raises:
        Refusal: A stockout or quota that is told at once.
    """
    script = world.script
    short = script.take(faults.Stockout, call)
    if short:
        failure = of_stockout(short, call)
        if short.sync:
            raise refusal.stockout(failure.code, failure.message)
        waits = _waits_for_stock(call)
        return _Course(failure, seen=waits, leaves_disk=short.leaves_disk)
    quota = script.take(faults.QuotaExceeded, call)
    if quota:
        failure = of_scripted_quota(quota, call)
        if quota.sync:
            raise refusal.quota_exceeded(failure.message)
        return _Course(failure, seen=False)
    used_up = exceeded(world, call.project, call.zone, call.body)
    if used_up:
        return _Course(of_quota(*used_up, call.zone), seen=False)
    broken = script.take(faults.OperationFails, call)
    if broken:
        return _Course(of_code(broken), seen=False)
    phantom = script.take(faults.Phantom, call)
    if phantom:
        return _Course(of_phantom(phantom, call), leaves_disk=phantom.leaves_disk)
    return _Course()


def _seconds(world: World, call: Call, course: _Course) -> float:
    """How long the operation takes; Flex-start waits for stock as long as it was told to."""
    if course.failure and _waits_for_stock(call):
        return float(call.body["params"]["requestValidForDuration"]["seconds"])
    return world.latency.insert


def _waits_for_stock(call: Call) -> bool:
    flexible = call.body.get("scheduling", {}).get("provisioningModel") == "FLEX_START"
    return flexible and "requestValidForDuration" in call.body.get("params", {})


def _notes(world: World, call: Call) -> Body:
    """What the script has for the time when it runs."""
    script = world.script
    late = script.take(faults.HostKeysLate, call)
    never = script.take(faults.HostKeysNever, call)
    spot = call.body.get("scheduling", {}).get("provisioningModel") == "SPOT"
    preempted = script.take(faults.Preempted, call) if spot else None
    return {
        "os_login": script.take(faults.OsLoginForced, call) is not None,
        "host_keys_late": None if never else (late.seconds if late else 0.0),
        "preempted_after": preempted.seconds if preempted else None,
    }


def _disk(world: World, instance: Thing, sent: Body) -> Thing:
    """A disk that exists, or is made with its instance and named after it."""
    key = instance.key
    if "source" in sent:
        disk = world.get(Key(key.project, "disks", key.scope, last(sent["source"])))
    else:
        params = {"diskType": "pd-standard", **sent.get("initializeParams", {})}
        disk_key = Key(key.project, "disks", key.scope, params.get("diskName") or key.name)
        found = world.find(disk_key)
        # Google attaches a disk of that name that is there already, and makes none.
        disk = found or world.put(Thing(disk_key, disk_body(world, disk_key, params, key)))
    if disk.body.get("users") not in (None, [], [key.link]):
        raise refusal.in_use(disk.key, disk.body["users"][0])
    disk.body["users"] = [key.link]
    return disk


def _set_hidden(world: World, instance: Thing, *, hidden: bool) -> None:
    instance.hidden = hidden
    for disk in world.of(instance.key.project, "disks"):
        if instance.key.link in disk.body.get("users", ()):
            disk.hidden = hidden


def _check_policies(world: World, call: Call) -> None:
    """Refuses what the organisation forbids."""
    if world.script.take(faults.PlaceForbidden, call):
        raise refusal.place_forbidden(call.key)
    forbidden = _external(call) and world.script.take(faults.ExternalAddressForbidden, call)
    if forbidden:
        raise refusal.external_address_forbidden(call.key, managed=forbidden.managed)


def _external(call: Call) -> bool:
    return any(nic.get("accessConfigs") for nic in call.body.get("networkInterfaces", ()))
