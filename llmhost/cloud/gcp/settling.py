"""From an operation to a machine that runs. The operation is the truth, not the instance.

An instance can be seen, get as far as STAGING and vanish: only the operation says why.
"""

import time
from dataclasses import dataclass
from typing import Any

from llmhost.cloud.gcp.compute import Body, Compute, Operation
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.places import last
from llmhost.cloud.gcp.refusal import RefusedError, of_operation
from llmhost.cloud.gcp.trouble import Trouble, classified, seen

_COMING = frozenset({"PENDING", "PROVISIONING", "STAGING", "REPAIRING"})


@dataclass(frozen=True, slots=True)
class Settling:
    """Waits for what was begun.

    Attributes:
        compute: Compute Engine.
        pace: How long.
    """

    compute: Compute
    pace: Pace

    def settle(self, zone: str, name: str, operation: Operation | None) -> dict[str, Any] | Trouble:
        """The running instance, or why there is none.

        Args:
            zone: Where it is made.
            name: Its name.
            operation: What makes or starts it; None if only the instance is known.
        """
        if operation is not None:
            ended = self._ended(zone, name, operation)
            if isinstance(ended, Trouble):
                return ended
            if refusal := of_operation(ended):
                return classified(refusal)
        return self._running(zone, name)

    def under_way(self, zone: str, name: str) -> Operation | None:
        """The operation that is making or starting an instance, whoever began it."""
        begun = self.compute.operations(zone, "status!=DONE")
        coming = [
            operation
            for operation in begun
            if operation.get("operationType") in {"insert", "start"}
            and last(operation.get("targetLink", "")) == name
            and "/instances/" in operation.get("targetLink", "")
        ]
        return coming[0] if coming else None

    def _ended(self, zone: str, name: str, operation: Operation) -> Operation | Trouble:
        begun = time.monotonic()
        while operation.get("status") != "DONE":
            try:
                operation = self.compute.wait(operation)
            except RefusedError as refused:
                return classified(refused.refusal)
            if operation.get("status") == "DONE":
                break
            waited = time.monotonic() - begun
            if waited > self.pace.making and self._can_be_left(zone, name, waited):
                return seen("slow", f"no machine after {waited:.0f} s")
            time.sleep(self.pace.pause / 4)
        return operation

    def _can_be_left(self, zone: str, name: str, waited: float) -> bool:
        """Whether what is coming can be swept: it has to be seen for that, or is waited for."""
        if waited > self.pace.hidden:
            return True
        there = self.compute.instance(zone, name)
        in_queue = there is not None and there.get("status") == "PENDING"
        return there is not None and not (in_queue and waited < self.pace.queue)

    def _running(self, zone: str, name: str) -> dict[str, Any] | Trouble:
        for _ in self.pace.looks(self.pace.making):
            instance = self.compute.instance(zone, name)
            if instance is None:
                return seen("vanished", "the machine was made and is gone")
            status = instance.get("status", "")
            if status == "RUNNING":
                return instance
            if status not in _COMING:
                return seen("vanished", f"the machine was made and is {status} already")
        return seen("slow", f"the machine does not run after {self.pace.making:.0f} s")


def oldest(instances: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Of several machines of one deployment, the one that everybody agrees on."""
    return min(instances, key=_age, default=None)


def _age(instance: Body) -> tuple[str, str]:
    return (str(instance.get("creationTimestamp", "")), str(instance.get("id", "")))
