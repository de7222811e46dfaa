"""From an instance, as Compute Engine shows it, to a machine."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llmhost.cloud.base import Machine, MachineState
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.places import last, part
from llmhost.transport.base import Address, Tunnel

# instances.get, `status` (discovery document, revision 20261106).
_STATES: Mapping[str, MachineState] = {
    "PENDING": "creating",
    "PROVISIONING": "creating",
    "STAGING": "creating",
    "REPAIRING": "creating",
    "RUNNING": "running",
    "PENDING_STOP": "deleting",
    "STOPPING": "deleting",
    "DEPROVISIONING": "deleting",
    "SUSPENDING": "deleting",
}


def machine_of(instance: Mapping[str, Any], key: Path, host_key: str = "") -> Machine:
    """The machine; without a host key that vouches for it, it has no address.

    Args:
        instance: Body of the instance.
        key: The private key that logs in.
        host_key: `TYPE BASE64`, as the machine itself published it.
    """
    record = record_of(instance)
    found = instance.get("labels", {})
    return Machine(
        name=found.get(names.NAME, instance["name"]),
        id=str(instance.get("id", "")),
        cloud="gcp",
        state=_STATES.get(instance.get("status", ""), "stopped"),
        address=_address(instance, key, host_key) if host_key else None,
        gpu=record.get("gpu", ""),
        gpus=record.get("gpus", 0),
        labels=record.get("labels", {}),
        created=utc(instance.get("creationTimestamp", "")),
        place=zone_of(instance),
        usd_per_hour=record.get("usd_per_hour"),
        machine_type=last(instance.get("machineType", "")),
        expires=expires(instance),
        owner=found.get(names.OWNER, ""),
    )


def _address(instance: Mapping[str, Any], key: Path, host_key: str) -> Address | None:
    user = str(record_of(instance).get("user") or "llmhost")
    if is_inside(instance):
        name, link = instance["name"], instance.get("zone", "")
        interface = str(instance["networkInterfaces"][0].get("name") or "nic0")
        way = Tunnel("iap", (part(link, "projects"), zone_of(instance), name, interface))
        return Address(name, user=user, key=key, host_key=host_key, way=way)
    host = external_address(instance)
    return Address(host, user=user, key=key, host_key=host_key) if host else None


def record_of(instance: Mapping[str, Any]) -> Mapping[str, Any]:
    """What llmhost keeps in the machine's metadata; empty where it is missing or damaged."""
    text = metadata(instance).get(names.RECORD, "")
    try:
        record = json.loads(text)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def metadata(instance: Mapping[str, Any]) -> Mapping[str, str]:
    """The instance's metadata by key."""
    items: Iterable[Mapping[str, str]] = instance.get("metadata", {}).get("items", ())
    return {item["key"]: item.get("value", "") for item in items}


def zone_of(instance: Mapping[str, Any]) -> str:
    """The zone it is in."""
    return last(instance.get("zone", ""))


def is_inside(instance: Mapping[str, Any]) -> bool:
    """Whether it was made without an external address, so that only a tunnel leads to it."""
    interfaces = instance.get("networkInterfaces", ())
    return bool(interfaces) and not any(one.get("accessConfigs") for one in interfaces)


def external_address(instance: Mapping[str, Any]) -> str:
    """Its address on the internet; empty while it has none."""
    for interface in instance.get("networkInterfaces", ()):
        for access in interface.get("accessConfigs", ()):
            if address := access.get("natIP"):
                return str(address)
    return ""


def expires(instance: Mapping[str, Any]) -> str:
    """When it ends: as Compute Engine has it if it runs, else as its label says."""
    planned = instance.get("resourceStatus", {}).get("scheduling", {}).get("terminationTimestamp")
    if planned:
        return utc(planned)
    meant = names.expiry(instance)
    return rfc3339(meant) if meant else ""


def utc(text: str) -> str:
    """Google writes California's time; we write UTC, in whole seconds."""
    return rfc3339(datetime.fromisoformat(text)) if text else ""


def rfc3339(moment: datetime) -> str:
    """A time as we write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def forces_os_login(instance: Mapping[str, Any]) -> bool:
    """Whether OS Login is on although the machine's own metadata says it is not."""
    effective = instance.get("resourceStatus", {}).get("effectiveInstanceMetadata", {})
    return bool(effective.get("enableOsloginMetadataValue"))
