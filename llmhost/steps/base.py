"""What a step is: it names the facts it needs, says what differs, and yields effects for just that.

Steps are pure. `facts()` says what must be known of the host, `check()` compares, `apply()` answers
with effects; nobody touches the host here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from llmhost.facts.base import Fact, FactReader
from llmhost.secret import Secret


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between what is and what should be.

    Attributes:
        attribute: What differs, such as `content`, `mode`, `enabled`, `version`.
        actual: What is, in a word or two; empty for something absent.
        desired: What should be.
        diff: Unified diff lines, for text; never of a secret.
    """

    attribute: str
    actual: str
    desired: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """One change on a host: a program, or a function of `host/effects.bash`, with its arguments.

    Attributes:
        argv: Program or function, then arguments, each passed as one word whatever it holds.
    """

    argv: tuple[str | Secret, ...]


class Step(Protocol):
    """Brings one thing on a host to its desired state."""

    @property
    def title(self) -> str:
        """The thing and its name, such as `file /etc/docker/daemon.json`."""
        ...

    @property
    def lane(self) -> str:
        """Steps of different lanes may run side by side; the empty lane waits for all before it."""
        ...

    def facts(self) -> tuple[Fact[Any], ...]:
        """What must be known of the host before `check`."""
        ...

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares; an empty answer means that nothing is to be done."""
        ...

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """The effects that remove this drift, in order."""
        ...
