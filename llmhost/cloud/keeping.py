"""What a cloud with a bill offers besides making and deleting one machine: keeping order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from llmhost.cloud.base import Machine
from llmhost.events import Outcome, Reporter


@dataclass(frozen=True, slots=True)
class Waste:
    """Something of llmhost's own that nobody needs any more.

    Attributes:
        kind: What it is: `machine`, `disk`, `address`, `firewall rule`.
        name: The cloud's name for it.
        place: Zone or region; empty for things without.
        why: Why it is waste.
        deployment: The deployment it was made for, if that is known.
        id: Its identifier, so that another of the same name is not taken for it.
    """

    kind: str
    name: str
    place: str
    why: str
    deployment: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined before anything is made.

    Attributes:
        name: What was looked at.
        outcome: `ok`; `failed` where machines cannot be had like that; `skipped` where it could not
            be looked at.
        seen: What was seen, in a few words.
        remedy: What to do about it; a command to copy where there is one.
    """

    name: str
    outcome: Outcome
    seen: str
    remedy: str = ""


@runtime_checkable
class Keeper(Protocol):
    """A driver that keeps order in an account."""

    def fate(self, machine: Machine, /) -> str:
        """Why a machine is no longer there, as far as the cloud says."""
        ...

    def tidy(self, name: str, report: Reporter, /) -> tuple[str, ...]:
        """Deletes whatever is there of a deployment, machine or not; returns what it was."""
        ...

    def extend(self, machine: Machine, seconds: int, report: Reporter, /) -> Machine:
        """Lets a machine live for so long from now; its host may be away for a while meanwhile."""
        ...

    def waste(self) -> tuple[Waste, ...]:
        """What is expired, ownerless or left over, of llmhost's own alone, everywhere."""
        ...

    def unused(self) -> tuple[Waste, ...]:
        """The part of that which costs money though no machine is left to be listed: disks."""
        ...

    def clear(self, waste: Sequence[Waste], report: Reporter, /) -> tuple[tuple[Waste, str], ...]:
        """Deletes waste; returns what could not be deleted, each with the reason."""
        ...

    def examine(self) -> tuple[Finding, ...]:
        """Looks at everything a machine needs before it is made."""
        ...
