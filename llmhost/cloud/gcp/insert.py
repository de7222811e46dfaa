"""The body of the one call that makes a machine: everything that ends it again is in it.

Shape: discovery document compute v1, revision 20261106. int64 values are strings there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.gcp import names
from llmhost.cloud.offers import Offer, Provisioning
from llmhost.spec.machines import MachineType

_MODELS: Mapping[Provisioning, str] = {
    "on-demand": "STANDARD",
    "spot": "SPOT",
    "flex-start": "FLEX_START",
}

# How long a flex-start request may wait for its turn; from 90 s on it waits as a PENDING machine
# (instances/flex-start-vms, 2026-04). It belongs into `params`, not into `scheduling`.
_FLEX_PATIENCE_SECONDS = 900

# Driver, Docker and two container images before any weights: the profiles' images are 10 to 25 GB.
LEAST_DISK_GB = 100


@dataclass(frozen=True, slots=True)
class Ground:
    """What a machine stands on in a project.

    Attributes:
        image: Link of the resolved boot image.
        user: The account its guest agent makes.
        network: Link of the network.
        subnets: Link of the subnet by region; empty where the network makes its own.
        public_key: `TYPE BASE64`, let in as `user`.
        owner: Who makes it.
    """

    image: str
    user: str
    network: str
    public_key: str
    owner: str
    subnets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Insert:
    """What one insert is made of.

    Attributes:
        request: What is asked of the cloud.
        offer: What it is to be met with.
        kind: The offer's machine type.
        ground: What it stands on.
        now: When it is sent.
        token: A few letters that no other insert has; they name the disk.
    """

    request: MachineRequest
    offer: Offer
    kind: MachineType
    ground: Ground
    now: datetime
    token: str


def body(of: Insert) -> dict[str, Any]:
    """The instance, as `instances.insert` takes it."""
    request, offer, kind, ground, now = of.request, of.offer, of.kind, of.ground, of.now
    ttl = request.terms.ttl_seconds
    labels = names.labels(request.name, ground.owner, now + timedelta(seconds=ttl) if ttl else None)
    name = names.instance_name(request.name)
    made: dict[str, Any] = {
        "name": name,
        "description": f"llmhost deployment {request.name}",
        "machineType": f"zones/{offer.place}/machineTypes/{offer.machine_type}",
        "labels": labels,
        "tags": {"items": [names.TAG]},
        "scheduling": _scheduling(offer, ttl),
        "disks": [_boot_disk(of, labels)],
        "networkInterfaces": [_interface(request, offer, ground)],
        "metadata": {"items": _metadata(request, offer, ground)},
        # What runs on it gets no credentials of the project's.
        "serviceAccounts": [],
        "shieldedInstanceConfig": {"enableSecureBoot": True},
    }
    if kind.attach:
        accelerator = f"zones/{offer.place}/acceleratorTypes/{kind.accelerator}"
        made["guestAccelerators"] = [
            {"acceleratorType": accelerator, "acceleratorCount": kind.gpus}
        ]
    if offer.provisioning == "flex-start":
        made["params"] = {"requestValidForDuration": {"seconds": str(_FLEX_PATIENCE_SECONDS)}}
        made["reservationAffinity"] = {"consumeReservationType": "NO_RESERVATION"}
    return made


def _scheduling(offer: Offer, ttl: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "provisioningModel": _MODELS[offer.provisioning],
        "onHostMaintenance": "TERMINATE",  # machines with GPUs cannot be moved
        "automaticRestart": False,
    }
    if ttl is not None or offer.provisioning != "on-demand":
        made["instanceTerminationAction"] = "DELETE"
    if ttl is not None:
        made["maxRunDuration"] = {"seconds": str(ttl)}
    return made


def boot_gb(request: MachineRequest) -> int:
    """The size of its boot disk in GB."""
    return max(request.disk_gb, LEAST_DISK_GB)


def _boot_disk(of: Insert, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "boot": True,
        "autoDelete": True,
        "deviceName": "boot",
        "initializeParams": {
            # A disk of that name that exists already would be attached, and deleted with the
            # machine, whoever it belongs to (discovery document, `diskName`): so nobody has it.
            "diskName": f"{names.instance_name(of.request.name)}-{of.token}",
            "sourceImage": of.ground.image,
            "diskType": f"zones/{of.offer.place}/diskTypes/{of.kind.disks[0]}",
            "diskSizeGb": str(boot_gb(of.request)),
            "labels": dict(labels),
        },
    }


def _interface(request: MachineRequest, offer: Offer, ground: Ground) -> dict[str, Any]:
    region = offer.place.rpartition("-")[0]
    made: dict[str, Any] = {"network": ground.network, "nicType": "GVNIC"}
    if region in ground.subnets:
        made["subnetwork"] = ground.subnets[region]
    if not request.terms.iap:
        made["accessConfigs"] = [{"name": "External NAT", "type": "ONE_TO_ONE_NAT"}]
    return made


def _metadata(request: MachineRequest, offer: Offer, ground: Ground) -> list[dict[str, str]]:
    items = {
        "ssh-keys": f"{ground.user}:{ground.public_key} {ground.user}",
        "block-project-ssh-keys": "TRUE",
        "enable-oslogin": "FALSE",
        # Host keys are read from there, so that the first login trusts nobody.
        "enable-guest-attributes": "TRUE",
        names.RECORD: json.dumps(_record(request, offer, ground), separators=(",", ":")),
    }
    return [{"key": key, "value": value} for key, value in items.items()]


def _record(request: MachineRequest, offer: Offer, ground: Ground) -> dict[str, Any]:
    """What labels cannot hold; it never has a secret in it."""
    return {
        **carried(request),
        "usd_per_hour": offer.usd_per_hour,
        "price_date": offer.price_date,
        "image": ground.image.rpartition("/")[2],
        "user": ground.user,
    }


def carried(request: MachineRequest) -> dict[str, Any]:
    """The part of that which another deployment on the same machine changes."""
    return {
        "format": 1,
        "gpu": request.gpu,
        "gpus": request.gpus,
        "labels": dict(request.labels),
        "deployment": json.loads(request.record) if request.record else None,
    }
