"""Takes away what is llmhost's own, and says so only when Compute Engine does not know it any more.

Whatever is deleted was looked at a moment before: its labels are ours, its identifier is the one
that was meant.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.compute import Body, Compute
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.places import last, part
from llmhost.cloud.gcp.reading import zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.sweep import ADDRESS, DISK, MACHINE, Inventory, idle_rules
from llmhost.cloud.gcp.trouble import classified
from llmhost.cloud.keeping import Waste
from llmhost.errors import CloudError

HANDS = 16
"""How many deletions run at the same time: each waits for Google, none for this computer."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Clearing:
    """Deletes.

    Attributes:
        compute: Compute Engine.
        pace: How long it may take to forget something.
    """

    compute: Compute
    pace: Pace

    def instance(self, zone: str, name: str, machine_id: str) -> None:
        """Deletes a machine of ours with its disks; one that is gone is fine."""
        there = self.compute.instance(zone, name)
        if there is None or there.get("id") != machine_id or not names.is_ours(there):
            return
        self.compute.done(self.compute.delete_instance(zone, name))
        self._until_gone(lambda: self._still(zone, there), f"machine {name} in {zone}")
        for attached in there.get("disks", ()):
            disk = attached.get("source", "")
            self._disk(part(disk, "zones"), last(disk))

    def zone(self, zone: str, deployment: str) -> None:
        """Sweeps a zone that is given up: the machine, and disks that are left of it."""
        there = self.compute.instance(zone, names.instance_name(deployment))
        if there and names.is_ours(there, deployment):
            self.instance(zone, there["name"], there["id"])
        self.disks(deployment, zone)

    def disks(self, deployment: str, zone: str = "") -> tuple[str, ...]:
        """Deletes disks of a deployment that no machine uses; returns their names."""
        query = names.named(deployment)
        listed = self.compute.zone_disks(zone, query) if zone else self.compute.disks(query)
        idle = [disk for disk in listed if names.is_ours(disk, deployment)]
        idle = [disk for disk in idle if not disk.get("users")]
        for disk in idle:
            self._disk(zone_of(disk), disk["name"])
        return tuple(disk["name"] for disk in idle)

    def rules(self) -> tuple[str, ...]:
        """Deletes our firewall rules if no machine of ours is left; returns their names."""
        rules = [rule for rule in self.compute.rules() if names.is_our_rule(rule)]
        if not rules:
            return ()
        idle = idle_rules(rules, self.compute.instances(names.ALL))
        for rule in idle:
            self.waste(rule)
        return tuple(rule.name for rule in idle)

    def waste(self, waste: Waste) -> None:
        """Deletes one thing that is waste."""
        if waste.kind == MACHINE:
            self.instance(waste.place, waste.name, waste.id)
        elif waste.kind == DISK:
            self._disk(waste.place, waste.name)
        elif waste.kind == ADDRESS and waste.place:
            gone = self.compute.delete("Addresses", region=waste.place, address=waste.name)
            self.compute.done(gone)
        elif waste.kind == ADDRESS:
            self.compute.done(self.compute.delete("GlobalAddresses", address=waste.name))
        else:
            self.compute.done(self.compute.delete("Firewalls", firewall=waste.name))

    def inventory(self) -> Inventory:
        """Everything of ours, in all zones."""
        asked: tuple[Callable[[], Sequence[Body]], ...] = (
            partial(self.compute.instances, names.ALL),
            partial(self.compute.disks, names.ALL),
            partial(self.compute.addresses, names.ALL),
            self.compute.rules,
        )
        with ThreadPoolExecutor(len(asked)) as pool:
            instances, disks, addresses, rules = pool.map(lambda ask: ask(), asked)
        return Inventory(instances, disks, addresses, rules)

    def _disk(self, zone: str, name: str) -> None:
        """Deletes a disk of ours that nobody uses; one that is gone is fine."""
        there = self.compute.disk(zone, name)
        if there is None or not names.is_ours(there) or there.get("users"):
            return
        try:
            self.compute.done(self.compute.delete("Disks", zone=zone, disk=name))
        except RefusedError as refused:
            # Between the look and the deletion a machine may have taken it, or it went by itself.
            if classified(refused.refusal).kind not in {"invalid", "stale"}:
                raise
            return
        self._until_gone(lambda: self.compute.disk(zone, name) is not None, f"disk {name}")

    def _still(self, zone: str, instance: Body) -> bool:
        there = self.compute.instance(zone, instance["name"])
        return there is not None and _same(there, instance)

    def _until_gone(self, there: Callable[[], bool], what: str) -> None:
        for _ in self.pace.looks(self.pace.making):
            if not there():
                return
        raise CloudError(
            f"{what} is still there, {self.pace.making:.0f} s after its deletion",
            hint="repeat the command: it goes on where it is",
        )


def side_by_side(
    work: Callable[[Item], None], items: Iterable[Item]
) -> list[tuple[Item, Exception | None]]:
    """Does the same for many things, some at a time; what goes wrong with one stops no other."""

    def one(item: Item) -> tuple[Item, Exception | None]:
        try:
            work(item)
        except (RefusedError, CloudError) as error:
            return item, error
        return item, None

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, items))


def _same(one: dict[str, Any] | Body, other: Body) -> bool:
    return one.get("id") == other.get("id")
