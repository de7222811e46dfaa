"""What can be done to an instance that is there."""

from dataclasses import asdict

from tests.fake_gce.bodies import metadata
from tests.fake_gce.call import Call
from tests.fake_gce.checks import check_labels, check_run_limit
from tests.fake_gce.failures import of_stockout
from tests.fake_gce.faults import Stockout
from tests.fake_gce.inserting import wanted_machine
from tests.fake_gce.leaving import leave
from tests.fake_gce.names import fingerprint
from tests.fake_gce.operations import begin, then, view
from tests.fake_gce.refusal import Refusal, condition_not_met, invalid, stockout
from tests.fake_gce.world import Body, Thing, World

# What of the scheduling can be changed while the machine runs. The discovery document says nothing
# can; these two are changed so by many (public reports), the rest is refused.
_CHANGED_LIVE = {"onHostMaintenance", "automaticRestart"}

# The refusal of a longer run is one that was measured in July 2026; the others are like it.
_CALLED = {"maxRunDuration": "Max run duration", "terminationTime": "Termination time"}


def delete(world: World, call: Call) -> Body:
    """`instances.delete`: STOPPING, then gone."""
    instance = world.get(call.key)
    if instance.body["deletionProtection"]:
        raise Refusal(
            400,
            "invalid",
            f"Invalid resource usage: 'Resource cannot be deleted: {call.key.path}'.",
        )
    leave(instance)
    operation = begin(world, call, "delete", instance, world.latency.delete)
    then(world, operation, "instance.gone", call.key, id=instance.body["id"])
    return view(world, operation)


def stop(world: World, call: Call) -> Body:
    """`instances.stop`: TERMINATED in the end."""
    instance = world.get(call.key)
    leave(instance)
    operation = begin(world, call, "stop", instance, world.latency.delete)
    then(world, operation, "instance.stopped", call.key, id=instance.body["id"])
    return view(world, operation)


def start(world: World, call: Call) -> Body:
    """`instances.start`: of a machine that is TERMINATED."""
    instance = world.get(call.key)
    if instance.body["status"] != "TERMINATED":
        raise _not_ready(instance)
    if short := world.script.take(Stockout, call):
        failure = of_stockout(short, call)
        raise stockout(failure.code, failure.message)
    instance.body["status"] = "PROVISIONING"
    world.hardware.begin(wanted_machine(instance))
    operation = begin(world, call, "start", instance, world.latency.insert)
    argument = {"id": instance.body["id"], "operation": asdict(operation.key)}
    world.later(operation.notes["ends"], "instance.made", call.key, **argument)
    return view(world, operation)


def set_labels(world: World, call: Call) -> Body:
    """`setLabels` of instances and disks: replaces all, if the fingerprint is that of the old."""
    thing = world.get(call.key)
    if call.body.get("labelFingerprint") != thing.body["labelFingerprint"]:
        raise condition_not_met("Labels fingerprint either invalid or resource labels have changed")
    labels = call.body.get("labels", {})
    check_labels(labels, "labels")
    thing.body |= {"labels": labels, "labelFingerprint": fingerprint(labels)}
    return _changed(world, call, "setLabels", thing)


def set_metadata(world: World, call: Call) -> Body:
    """`instances.setMetadata`: replaces all, if the fingerprint is that of the old."""
    instance = world.get(call.key)
    if call.body.get("fingerprint") != instance.body["metadata"]["fingerprint"]:
        raise condition_not_met("Supplied fingerprint does not match current metadata fingerprint.")
    instance.body["metadata"] = metadata(call.body)
    return _changed(world, call, "setMetadata", instance)


def set_scheduling(world: World, call: Call) -> Body:
    """`instances.setScheduling`: most of it only while the machine is TERMINATED."""
    instance = world.get(call.key)
    old = instance.body["scheduling"]
    changed = {name for name, value in call.body.items() if old.get(name) != value}
    frozen = sorted(changed - _CHANGED_LIVE)
    if frozen and instance.body["status"] != "TERMINATED":
        name = _CALLED.get(frozen[0], frozen[0])
        raise invalid(f"{name} cannot be changed while the instance is running.")
    check_run_limit({**old, **call.body})
    instance.body["scheduling"] = {**old, **call.body}
    return _changed(world, call, "setScheduling", instance)


def _changed(world: World, call: Call, kind: str, thing: Thing) -> Body:
    operation = begin(world, call, kind, thing, world.latency.change)
    then(world, operation, "nothing", thing.key, id=thing.body["id"])
    return view(world, operation)


def _not_ready(instance: Thing) -> Refusal:
    return Refusal(400, "resourceNotReady", f"The resource '{instance.key.path}' is not ready")
