"""What of llmhost's own is waste: expired, ownerless, left over. Pure; nothing foreign is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.places import last
from llmhost.cloud.gcp.reading import expires
from llmhost.cloud.keeping import Waste

# A disk is there a moment before its machine is: what is younger is left alone.
_YOUNG = timedelta(minutes=10)

# Compute Engine begins to end a machine up to 30 s late (limit-vm-runtime, 2026-04), and it takes
# a while; only after that it is ours to finish.
_LATE = timedelta(minutes=5)

Body = Mapping[str, Any]

MACHINE, DISK, ADDRESS, RULE = "machine", "disk", "address", "firewall rule"


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that may be llmhost's, as Compute Engine lists it."""

    instances: Sequence[Body] = ()
    disks: Sequence[Body] = ()
    addresses: Sequence[Body] = ()
    firewalls: Sequence[Body] = ()


def waste(inventory: Inventory, now: datetime) -> tuple[Waste, ...]:
    """What to delete, machines first."""
    machines = [one for one in inventory.instances if names.is_ours(one)]
    gone = {str(one.get("id")): why for one in machines if (why := spent(one, now))}
    kept = [one for one in machines if str(one.get("id")) not in gone]
    found = [_of(MACHINE, one, gone[str(one["id"])]) for one in machines if one not in kept]
    return (
        *found,
        *unused(inventory.disks, now),
        *unused(inventory.addresses, now, ADDRESS),
        *_rules(inventory.firewalls, kept, now),
    )


def unused(things: Sequence[Body], now: datetime, kind: str = DISK) -> tuple[Waste, ...]:
    """Of disks, or addresses, those of ours that no machine uses."""
    return tuple(
        _of(kind, one, "no machine uses it")
        for one in things
        if names.is_ours(one) and not one.get("users") and _old(one, now)
    )


def idle_rules(rules: Sequence[Body], machines: Sequence[Body]) -> tuple[Waste, ...]:
    """Firewall rules of ours that no machine needs; called when a machine has gone."""
    if any(names.is_ours(one) for one in machines):
        return ()
    return tuple(_of(RULE, rule, "no machine needs it") for rule in rules if _ours(rule))


def _rules(rules: Sequence[Body], kept: Sequence[Body], now: datetime) -> tuple[Waste, ...]:
    return idle_rules([rule for rule in rules if _old(rule, now)], kept)


def _ours(rule: Body) -> bool:
    return names.is_our_rule(rule)


def spent(instance: Body, now: datetime) -> str:
    """Why a machine of ours is to go; empty while it may stay."""
    if not instance.get("labels", {}).get(names.NAME):
        return "it belongs to no deployment"
    end = expires(instance)
    if end and datetime.fromisoformat(end) + _LATE < now:
        return f"its time ended at {end}"
    return ""


def _old(resource: Body, now: datetime) -> bool:
    made = resource.get("creationTimestamp", "")
    return not made or datetime.fromisoformat(made).astimezone(UTC) + _YOUNG < now


def _of(kind: str, body: Body, why: str) -> Waste:
    place = last(body.get("zone", "") or body.get("region", ""))
    deployment = body.get("labels", {}).get(names.NAME, "")
    return Waste(kind, body["name"], place, why, deployment, str(body.get("id", "")))
