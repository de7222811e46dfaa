"""Takes away what is llmhost's own, and says so only when Compute Engine does not know it any more.

Whatever is deleted was looked at a moment before: its labels are ours, its identifier is the one
that was meant. What is deleted because nobody needs it is in `disposal.py`.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.compute import Body, Compute
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.places import last, part
from llmhost.cloud.gcp.reading import zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.trouble import classified
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
        if there is not None and there.get("id") == machine_id and names.is_ours(there):
            self.seen(zone, there)

    def seen(self, zone: str, there: Body) -> None:
        """Deletes a machine that was just looked at, with its disks."""
        name = there["name"]
        self.compute.done(self.compute.delete_instance(zone, name))
        self._until_gone(lambda: self._still(zone, there), f"machine {name} in {zone}")
        for attached in there.get("disks", ()):
            source = attached.get("source", "")
            self.disk(part(source, "zones"), last(source))

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
            self.disk(zone_of(disk), disk["name"])
        return tuple(disk["name"] for disk in idle)

    def disk(self, zone: str, name: str) -> None:
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
        return there is not None and there.get("id") == instance.get("id")

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
