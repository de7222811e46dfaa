"""A plan: ordered changes, nothing done yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.steps.base import Drift

Action: TypeAlias = Literal["create", "update", "delete", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one thing.

    Attributes:
        title: The thing, such as `file /etc/docker/daemon.json`.
        action: `none` when it is as it should be.
        drift: What differs; empty for `none`.
        reason: Why, where the drift does not say it, such as `new machine`.
    """

    title: str
    action: Action
    drift: tuple[Drift, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a machine and on its host, in order.

    Attributes:
        name: The deployment's name.
        machine: What would happen to the machine; None for a host of one's own.
        host: One change per step, unchanged ones included.
        usd_per_hour: Price of the machine in US dollars per hour; None where there is no bill.
        simulated: One line that says what is simulated; empty where everything is real.
    """

    name: str
    machine: Change | None
    host: tuple[Change, ...]
    usd_per_hour: float | None = None
    simulated: str = ""

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that would really change something."""
        return tuple(change for change in self if change.action != "none")

    def __iter__(self) -> Iterator[Change]:
        if self.machine is not None:
            yield self.machine
        yield from self.host
