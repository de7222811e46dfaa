"""Disks, firewall rules and addresses; the project itself; advice on capacity."""

from tests.fake_gce.bodies import default_service_account
from tests.fake_gce.call import Call
from tests.fake_gce.faults import NoDefaultNetwork
from tests.fake_gce.names import SITE, Key, last, link, project_number
from tests.fake_gce.offered import offered
from tests.fake_gce.operations import begin, then, view
from tests.fake_gce.quotas import project_quotas, region_quotas
from tests.fake_gce.refusal import Refusal, already_exists, in_use, invalid_field
from tests.fake_gce.world import Body, Event, Thing, World


def delete_disk(world: World, call: Call) -> Body:
    """`disks.delete`: refused while an instance uses it."""
    disk = world.get(call.key)
    if disk.body.get("users"):
        raise in_use(call.key, disk.body["users"][0].removeprefix(SITE))
    disk.notes["was"] = disk.body["status"]
    disk.body["status"] = "DELETING"
    return _deletion(world, call, disk)


def delete_other(world: World, call: Call) -> Body:
    """`firewalls.delete`, `addresses.delete`."""
    return _deletion(world, call, world.get(call.key))


def insert_firewall(world: World, call: Call) -> Body:
    """`firewalls.insert`."""
    if world.find(call.key):
        raise already_exists(call.key)
    network = last(call.body.get("network", "")) or "default"
    no_default = network == "default" and world.script.take(NoDefaultNetwork, call)
    if no_default or world.find(Key(call.project, "networks", "global", network)) is None:
        where = f"global/networks/{network}"
        raise invalid_field(
            "resource.network", where, "The referenced network resource cannot be found."
        )
    firewall = world.put(Thing(call.key, firewall_body(world, call.key, call.body), hidden=True))
    operation = begin(world, call, "insert", firewall, world.latency.change)
    then(world, operation, "thing.appear", call.key, id=firewall.body["id"])
    return view(world, operation)


def firewall_body(world: World, key: Key, sent: Body) -> Body:
    """A firewall rule with Google's defaults."""
    network = last(sent.get("network", "")) or "default"
    made = {
        "kind": "compute#firewall",
        "id": world.new_id(),
        "creationTimestamp": world.stamp(),
        "selfLink": key.link,
    }
    defaults = {"priority": 1000, "direction": "INGRESS", "disabled": False}
    return {**defaults, **sent, **made, "network": link(key.project, f"global/networks/{network}")}


def appear(world: World, event: Event) -> None:
    """Action: what was inserted can be seen."""
    thing = world.find(event.key)
    if thing and thing.body["id"] == event.argument["id"]:
        thing.hidden = False


def remove(world: World, event: Event) -> None:
    """Action: what was deleted is gone."""
    thing = world.find(event.key)
    if thing and thing.body["id"] == event.argument["id"]:
        world.drop(event.key)


def stay(world: World, event: Event) -> None:
    """Action: what was to be deleted is not, because that failed."""
    thing = world.find(event.key)
    if thing and thing.body["id"] == event.argument.get("id") and "was" in thing.notes:
        thing.body["status"] = thing.notes.pop("was")


def get_project(world: World, call: Call) -> Body:
    """`projects.get`."""
    return {
        "kind": "compute#project",
        "id": project_number(call.project),
        "name": call.project,
        "selfLink": f"{SITE}projects/{call.project}",
        "defaultServiceAccount": default_service_account(call.project),
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "commonInstanceMetadata": {"kind": "compute#metadata", "fingerprint": "AAAAAAAAAAA="},
        "quotas": project_quotas(world, call.project),
    }


def region_view(world: World, region: Thing) -> Body:
    """A region with its quotas of this moment."""
    quotas = region_quotas(world, region.key.project, region.key.name)
    return region.body | {"quotas": quotas}


def image_from_family(_world: World, call: Call) -> Body:
    """`images.getFromFamily`: the newest of a family."""
    for image in offered(call.project, "images").values():
        if image.body["family"] == call.name:
            return image.body
    path = f"projects/{call.project}/global/images/family/{call.name}"
    raise Refusal(404, "notFound", f"The resource '{path}' was not found")


def capacity(world: World, call: Call) -> Body:
    """`advice.capacity`: not for everybody, so 404 unless a test gave scores by zone."""
    region = call.path["region"]
    scores = {z: s for z, s in world.advice.items() if z.rpartition("-")[0] == region}
    if not scores:
        raise Refusal(404, "notFound", "Requested entity was not found.")
    zone, score = max(scores.items(), key=lambda pair: pair[1])
    shard = {
        "instanceCount": call.body.get("size", 1),
        "zone": zone,
        "provisioningModel": "SPOT",
    }
    return {"recommendations": [{"scores": {"obtainability": score}, "shards": [shard]}]}


def _deletion(world: World, call: Call, thing: Thing) -> Body:
    operation = begin(world, call, "delete", thing, world.latency.change)
    then(world, operation, "thing.remove", call.key, id=thing.body["id"])
    return view(world, operation)
