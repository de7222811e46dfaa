"""What an instance and its disks look like: the request, completed as Google completes it."""

from collections.abc import Mapping
from typing import Any

from tests.fake_gce.call import Call
from tests.fake_gce.names import Key, fingerprint, image_of, last, link, project_number, region_of
from tests.fake_gce.offered import IMAGE_GB, offered
from tests.fake_gce.world import Body, Thing, World

# Fields of the request that are shown as they were sent.
_KEPT = ("description", "guestAccelerators", "serviceAccounts", "labels", "reservationAffinity")


def instance_body(world: World, call: Call) -> Body:
    """An instance right after its insert."""
    sent, project, zone = call.body, call.project, call.zone
    key = Key(project, "instances", call.scope, call.name)
    body: Body = {
        "kind": "compute#instance",
        "id": world.new_id(),
        "creationTimestamp": world.stamp(),
        "name": call.name,
        "status": "PROVISIONING",
        "zone": link(project, f"zones/{zone}"),
        "selfLink": key.link,
        "machineType": link(project, f"zones/{zone}/machineTypes/{call.machine_type}"),
        "cpuPlatform": "Intel Cascade Lake",
        "canIpForward": sent.get("canIpForward", False),
        "startRestricted": False,
        "deletionProtection": sent.get("deletionProtection", False),
        "scheduling": scheduling(sent.get("scheduling", {})),
        "metadata": metadata(sent.get("metadata", {})),
        "tags": _tags(sent.get("tags", {})),
        "shieldedInstanceConfig": {
            "enableSecureBoot": False,
            "enableVtpm": True,
            "enableIntegrityMonitoring": True,
            **sent.get("shieldedInstanceConfig", {}),
        },
        "networkInterfaces": [
            _interface(project, zone, number, nic, body_number=world.number())
            for number, nic in enumerate(sent.get("networkInterfaces", ()))
        ],
        **{name: sent[name] for name in _KEPT if name in sent},
    }
    body["labelFingerprint"] = fingerprint(body.get("labels", {}))
    body["fingerprint"] = fingerprint([body["id"], 0])
    return body


def attached(disk: Thing, number: int, sent: Mapping[str, Any]) -> Body:
    """A disk as its instance shows it."""
    return {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": sent.get("mode", "READ_WRITE"),
        "source": disk.key.link,
        "deviceName": sent.get("deviceName", f"persistent-disk-{number}"),
        "index": number,
        "boot": sent.get("boot", False),
        # Google's default is false: whoever forgets it leaves a disk behind.
        "autoDelete": sent.get("autoDelete", False),
        "interface": sent.get("interface", "SCSI"),
        "diskSizeGb": disk.body["sizeGb"],
        "architecture": "X86_64",
    }


def disk_body(world: World, key: Key, sent: Mapping[str, Any], user: Key) -> Body:
    """A disk that is made with its instance, from `initializeParams`."""
    labels = sent.get("labels", {})
    body: Body = {
        "kind": "compute#disk",
        "id": world.new_id(),
        "creationTimestamp": world.stamp(),
        "lastAttachTimestamp": world.stamp(),
        "name": key.name,
        "status": "READY",
        "sizeGb": str(sent.get("diskSizeGb", IMAGE_GB)),
        "type": link(key.project, f"{key.scope}/diskTypes/{last(sent['diskType'])}"),
        "zone": link(key.project, key.scope),
        "selfLink": key.link,
        "users": [user.link],
        "physicalBlockSizeBytes": "4096",
        "architecture": "X86_64",
        "labelFingerprint": fingerprint(labels),
    }
    image = find_image(sent.get("sourceImage", ""), key.project)
    if image:
        body |= {"sourceImage": image.key.link, "sourceImageId": image.body["id"]}
    return body | ({"labels": labels} if labels else {})


def find_image(url: str, project: str) -> Thing | None:
    """The image a `sourceImage` means; of a family the newest."""
    named = image_of(url, project)
    if named is None:
        return None
    owner, name, is_family = named
    field = "family" if is_family else "name"
    images = offered(owner, "images").values()
    return next((image for image in images if image.body[field] == name), None)


def scheduling(sent: Mapping[str, Any]) -> Body:
    """Scheduling with Google's defaults, which follow from the provisioning model."""
    model = sent.get("provisioningModel") or ("SPOT" if sent.get("preemptible") else "STANDARD")
    spot = model == "SPOT"
    return {
        "provisioningModel": model,
        "preemptible": spot,
        "onHostMaintenance": "TERMINATE" if spot else "MIGRATE",
        "automaticRestart": not spot,
        **({"instanceTerminationAction": "STOP"} if spot else {}),
        **sent,
    }


def metadata(sent: Mapping[str, Any]) -> Body:
    """Metadata with its fingerprint."""
    items = list(sent.get("items", ()))
    body: Body = {"kind": "compute#metadata", "fingerprint": fingerprint(items)}
    return body | ({"items": items} if items else {})


def metadata_value(instance: Mapping[str, Any], name: str) -> str:
    """One value of an instance's metadata; empty if it has none."""
    items = instance["metadata"].get("items", ())
    return next((str(item["value"]) for item in items if item["key"] == name), "")


def access_configs(instance: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where an instance's external addresses stand."""
    nics = instance.get("networkInterfaces", ())
    return [config for nic in nics for config in nic.get("accessConfigs", ())]


def default_service_account(project: str) -> str:
    """Whom a project's machines speak for unless told otherwise."""
    return f"{project_number(project)}-compute@developer.gserviceaccount.com"


def _tags(sent: Mapping[str, Any]) -> Body:
    items = list(sent.get("items", ()))
    return {"fingerprint": fingerprint(items)} | ({"items": items} if items else {})


def _interface(
    project: str, zone: str, number: int, sent: Mapping[str, Any], *, body_number: int
) -> Body:
    """A network interface; its external address comes when the instance runs."""
    subnetwork = last(sent.get("subnetwork", "")) or last(sent.get("network", "")) or "default"
    network = last(sent.get("network", "")) or "default"
    body: Body = {
        "kind": "compute#networkInterface",
        "name": f"nic{number}",
        "network": link(project, f"global/networks/{network}"),
        "subnetwork": link(project, f"regions/{region_of(zone)}/subnetworks/{subnetwork}"),
        "networkIP": f"10.128.{body_number // 250 % 250}.{body_number % 250 + 2}",
        "stackType": "IPV4_ONLY",
        "fingerprint": fingerprint([number, body_number]),
    }
    if "nicType" in sent:
        body["nicType"] = sent["nicType"]
    if sent.get("accessConfigs"):
        body["accessConfigs"] = [
            {
                "kind": "compute#accessConfig",
                "type": "ONE_TO_ONE_NAT",
                "name": "External NAT",
                "networkTier": "PREMIUM",
                **config,
            }
            for config in sent["accessConfigs"]
        ]
    return body
