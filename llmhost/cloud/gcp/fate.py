"""What became of a machine: why it is gone, what its console said last, what can be done now."""

from collections.abc import Mapping
from typing import Any

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.reading import record_of, zone_of
from llmhost.cloud.gcp.refusal import RefusedError

_SERIAL_LINES = 12


def fate(compute: Compute, zone: str, machine_id: str) -> str:
    """Why a machine is no longer there, from the zone's operations."""
    try:
        told = compute.operations(zone, f"targetId={machine_id}")
    except RefusedError:
        return "the cloud does not say why"
    kinds = [str(operation.get("operationType", "")) for operation in told]
    if any("preempt" in kind for kind in kinds):
        return "it was a Spot machine, and Google took it back"
    ended = [operation for operation in told if operation.get("operationType") == "delete"]
    if any(operation.get("user") == "system" for operation in ended):
        return "its time was up: the TTL ended"
    if ended:
        return f"{ended[-1].get('user') or 'somebody'} deleted it"
    return "the cloud does not say why"


def console(compute: Compute, instance: Mapping[str, Any]) -> tuple[str, ...]:
    """The last lines of the serial console; empty where they cannot be read."""
    try:
        text = compute.serial(zone_of(instance), instance["name"])
    except RefusedError:
        return ()
    return tuple(line for line in text.splitlines() if line.strip())[-_SERIAL_LINES:]


def ways_on(instance: Mapping[str, Any]) -> str:
    """What a machine that lets nobody in costs, how to go on with it, and how to end it."""
    name = instance.get("labels", {}).get(names.NAME, instance["name"])
    usd = record_of(instance).get("usd_per_hour")
    cost = f" and costs ${usd:.2f} per hour" if usd is not None else ", and its price is not known"
    return (
        f"the machine exists{cost}; `llmhost up` goes on with it, "
        f"`llmhost down {name} --cloud gcp` ends it"
    )
