"""How an instance goes, as actions of the timeline: stopped, deleted, preempted, its run over."""

from tests.fake_gce.bodies import access_configs
from tests.fake_gce.clock import rfc3339
from tests.fake_gce.operations import begin_unasked, then
from tests.fake_gce.world import Event, Thing, World


def expire(world: World, event: Event) -> None:
    """Action: its run duration is over, if that was not changed since."""
    instance = same(world, event)
    if instance and instance.notes.get("expires") == event.due:
        action = instance.body["scheduling"]["instanceTerminationAction"]
        _terminate(world, instance, action.lower(), action)


def preempt(world: World, event: Event) -> None:
    """Action: Google wants its Spot machine back."""
    instance = same(world, event)
    if instance and instance.body["status"] == "RUNNING":
        instance.body["statusMessage"] = "Instance was preempted."
        action = instance.body["scheduling"].get("instanceTerminationAction", "STOP")
        _terminate(world, instance, "compute.instances.preempted", action)


def gone(world: World, event: Event) -> None:
    """Action: it is deleted, and with it the disks that are to go with it."""
    instance = same(world, event)
    if instance:
        vanish(world, instance)


def stopped(world: World, event: Event) -> None:
    """Action: it is stopped; disks stay, the external address does not."""
    instance = same(world, event)
    if instance is None:
        return
    instance.body |= {"status": "TERMINATED", "lastStopTimestamp": rfc3339(event.due)}
    for note in ("expires", "was", "unrun"):
        instance.notes.pop(note, None)
    instance.body.get("resourceStatus", {}).pop("scheduling", None)
    for config in access_configs(instance.body):
        config.pop("natIP", None)
    world.hardware.halt(instance.body["id"])


def stay(world: World, event: Event) -> None:
    """Action: it was to be deleted or stopped, which failed; it goes on as it was."""
    instance = same(world, event)
    if instance and instance.body["status"] == "STOPPING":
        instance.body["status"] = instance.notes.pop("was")
        if instance.notes.pop("unrun", False):
            world.later(event.due, "instance.run", event.key, id=instance.body["id"])


def leave(instance: Thing) -> None:
    """It begins to stop, whether to be deleted or to be kept."""
    instance.notes.setdefault("was", instance.body["status"])
    instance.body["status"] = "STOPPING"


def vanish(world: World, instance: Thing, *, leaves_disk: bool = False) -> None:
    """It is no longer there; disks that are not deleted with it lose their user."""
    kept = {a["source"] for a in instance.body.get("disks", ()) if not a["autoDelete"]}
    for disk in disks_of(world, instance):
        if leaves_disk or disk.key.link in kept:
            disk.hidden = False
            disk.body.pop("users", None)
            disk.body["lastDetachTimestamp"] = world.stamp()
        else:
            world.drop(disk.key)
    world.drop(instance.key)
    world.hardware.destroy(instance.body["id"])


def same(world: World, event: Event) -> Thing | None:
    """The instance an event means; None if that is gone, or another has its name."""
    instance = world.find(event.key)
    return instance if instance and instance.body["id"] == event.argument["id"] else None


def disks_of(world: World, instance: Thing) -> list[Thing]:
    """The disks of an instance, seen or not."""
    links = {attached["source"] for attached in instance.body.get("disks", ())}
    return [d for d in list(world.of(instance.key.project, "disks")) if d.key.link in links]


def _terminate(world: World, instance: Thing, kind: str, action: str) -> None:
    """Google ends it: nobody asked, but there is an operation that says why."""
    leave(instance)
    operation = begin_unasked(world, kind, instance, world.latency.delete)
    end = "instance.gone" if action == "DELETE" else "instance.stopped"
    then(world, operation, end, instance.key, id=instance.body["id"])
