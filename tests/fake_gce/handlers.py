"""Which function answers which call, and which one carries out which event."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tests.fake_gce import coming, guest, instances, leaving, operations, others, reading
from tests.fake_gce.call import Call
from tests.fake_gce.inserting import insert
from tests.fake_gce.world import Action, Body, Event, Thing, World

Handler: TypeAlias = Callable[[World, Call], Body]

WAITS = frozenset({"zoneOperations.wait", "regionOperations.wait", "globalOperations.wait"})
"""Calls that take time while they are answered, and so are answered without the world's lock."""


def _as_it_is(_world: World, thing: Thing) -> Body:
    return thing.body


def _reads(collection: str, verbs: str, view: reading.View = _as_it_is) -> dict[str, Handler]:
    """The reading calls of a kind of resource."""
    readers = {
        "get": reading.get,
        "list": reading.list_,
        "aggregatedList": reading.aggregated_list,
    }

    def reader(verb: str) -> Handler:
        return lambda world, call: readers[verb](world, call, view)

    return {f"{collection}.{verb}": reader(verb) for verb in verbs.split()}


HANDLERS: Mapping[str, Handler] = {
    **_reads("instances", "get list aggregatedList"),
    "instances.insert": insert,
    "instances.delete": instances.delete,
    "instances.stop": instances.stop,
    "instances.start": instances.start,
    "instances.setLabels": instances.set_labels,
    "instances.setMetadata": instances.set_metadata,
    "instances.setScheduling": instances.set_scheduling,
    "instances.getSerialPortOutput": guest.serial_output,
    "instances.getGuestAttributes": guest.guest_attributes,
    **_reads("disks", "get list aggregatedList"),
    "disks.delete": others.delete_disk,
    "disks.setLabels": instances.set_labels,
    **_reads("firewalls", "get list"),
    "firewalls.insert": others.insert_firewall,
    "firewalls.delete": others.delete_other,
    **_reads("addresses", "get list aggregatedList"),
    "addresses.delete": others.delete_other,
    **_reads("routers", "get list aggregatedList"),
    **_reads("networks", "get list"),
    **_reads("subnetworks", "get list aggregatedList"),
    "subnetworks.listUsable": reading.usable_subnetworks,
    **_reads("images", "get list"),
    "images.getFromFamily": others.image_from_family,
    **_reads("zones", "get list"),
    **_reads("regions", "get list", others.region_view),
    **_reads("machineTypes", "get list aggregatedList"),
    **_reads("acceleratorTypes", "get list aggregatedList"),
    **_reads("diskTypes", "get list aggregatedList"),
    "projects.get": others.get_project,
    "advice.capacity": others.capacity,
    **_reads("zoneOperations", "get list", operations.view),
    **_reads("regionOperations", "get list", operations.view),
    **_reads("globalOperations", "get list aggregatedList", operations.view),
    **dict.fromkeys(WAITS, operations.wait),
}


def _nothing(_world: World, _event: Event) -> None:
    """Action: what an operation led to had happened when it began."""


ACTIONS: Mapping[str, Action] = {
    "operation.start": operations.start,
    "operation.finish": operations.finish,
    "instance.stage": coming.stage,
    "instance.made": coming.made,
    "instance.run": coming.run,
    "instance.expire": leaving.expire,
    "instance.preempt": leaving.preempt,
    "instance.stopped": leaving.stopped,
    "instance.gone": leaving.gone,
    "instance.stay": leaving.stay,
    "thing.appear": others.appear,
    "thing.remove": others.remove,
    "thing.stay": others.stay,
    "nothing": _nothing,
}
