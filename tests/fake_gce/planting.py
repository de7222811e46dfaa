"""Resources that were there before the test began, ours or somebody else's."""

from typing import Any

from tests.fake_gce.bodies import disk_body
from tests.fake_gce.call import Call
from tests.fake_gce.catalogue import catalogue
from tests.fake_gce.coming import run
from tests.fake_gce.discovery import discovery
from tests.fake_gce.inserting import make
from tests.fake_gce.names import Key, fingerprint, link
from tests.fake_gce.others import firewall_body
from tests.fake_gce.world import Body, Event, Thing, World

_DISK = {
    "boot": True,
    "autoDelete": True,
    "initializeParams": {
        "diskType": "pd-balanced",
        "diskSizeGb": "20",
        "sourceImage": "projects/debian-cloud/global/images/family/debian-12",
    },
}


def plant_instance(world: World, project: str, zone: str, name: str, **fields: Any) -> Body:  # noqa: ANN401 - any JSON
    """A machine that runs; `fields` are those of an insert, and no fault strikes it."""
    defaults: Body = {
        "machineType": f"zones/{zone}/machineTypes/e2-medium",
        "disks": [_DISK],
        "networkInterfaces": [{"network": "global/networks/default", "accessConfigs": [{}]}],
    }
    method = discovery().methods["instances.insert"]
    call = Call(
        method, {"project": project, "zone": zone}, {}, {**defaults, **fields, "name": name}
    )
    instance = make(world, call, {})
    instance.body["status"] = "STAGING"
    if world.hardware.machines is None:
        identity = {"id": instance.body["id"]}
        run(world, Event(world.now(), world.number(), "instance.run", instance.key, identity))
    else:
        # Somebody else's machine is none of this computer's.
        instance.body["status"] = "RUNNING"
    return instance.body


def plant_disk(world: World, project: str, zone: str, name: str, labels: dict[str, str]) -> Body:
    """A disk that nobody uses."""
    key = Key(project, "disks", f"zones/{zone}", name)
    sent = {**_DISK["initializeParams"], "labels": labels}  # type: ignore[dict-item]
    disk = world.put(Thing(key, disk_body(world, key, sent, key)))
    del disk.body["users"]
    return disk.body


def plant_firewall(world: World, project: str, name: str, **fields: Any) -> Body:  # noqa: ANN401 - any JSON
    """A firewall rule."""
    key = Key(project, "firewalls", "global", name)
    return world.put(Thing(key, firewall_body(world, key, {"name": name, **fields}))).body


def plant_address(
    world: World, project: str, region: str, name: str, labels: dict[str, str]
) -> Body:
    """A reserved external address that nobody uses."""
    key = Key(project, "addresses", f"regions/{region}", name)
    fields: Body = {
        "address": f"127.8.0.{world.number() % 250 + 2}",
        "addressType": "EXTERNAL",
        "status": "RESERVED",
        "labels": labels,
        "labelFingerprint": fingerprint(labels),
        "region": link(project, f"regions/{region}"),
    }
    return world.put(Thing(key, _made(world, key, "compute#address") | fields)).body


def plant_router(world: World, project: str, region: str, name: str, *, nat: bool) -> Body:
    """A router, with Cloud NAT or without."""
    key = Key(project, "routers", f"regions/{region}", name)
    fields: Body = {
        "network": link(project, "global/networks/default"),
        "region": link(project, f"regions/{region}"),
    }
    if nat:
        ranges = {"sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}
        fields["nats"] = [{"name": "nat", "natIpAllocateOption": "AUTO_ONLY", **ranges}]
    return world.put(Thing(key, _made(world, key, "compute#router") | fields)).body


def plant_network(world: World, project: str, name: str) -> None:
    """A network with a subnetwork in each region, both of that name."""
    key = Key(project, "networks", "global", name)
    subnets = [
        Key(project, "subnetworks", f"regions/{region}", name) for region in catalogue().regions
    ]
    links = [subnet.link for subnet in subnets]
    fields: Body = {"autoCreateSubnetworks": True, "mtu": 1460, "subnetworks": links}
    world.put(Thing(key, _made(world, key, "compute#network") | fields))
    for number, subnet in enumerate(subnets):
        shown: Body = {
            "network": key.link,
            "region": link(project, subnet.scope),
            "ipCidrRange": f"10.{128 + number}.0.0/20",
            "purpose": "PRIVATE",
            "stackType": "IPV4_ONLY",
            "privateIpGoogleAccess": False,
        }
        world.put(Thing(subnet, _made(world, subnet, "compute#subnetwork") | shown))


def _made(world: World, key: Key, kind: str) -> Body:
    return {
        "kind": kind,
        "id": world.new_id(),
        "name": key.name,
        "creationTimestamp": world.stamp(),
        "selfLink": key.link,
    }
