"""What llmhost needs of a forge: a place where runners are registered, found and removed.

Forges are loaded by name from `FORGES`. They are asked from here, never from the host: what a host
receives is the credential of its one runner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from llmhost.errors import LlmhostError
from llmhost.secret import Secret
from llmhost.spec.runner import Runner


class RunnerError(LlmhostError):
    """A forge refuses, cannot be reached, or has no runner to give; or a runner does not come."""


class BusyRunnerError(RunnerError):
    """A runner has a job in hand, or its forge still believes so."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A runner as its forge sees it.

    Attributes:
        id: The forge's identifier.
        name: What it is called there.
        online: Whether it is connected, and takes jobs.
        busy: Whether it has a job in hand.
        labels: Its labels.
    """

    id: int
    name: str
    online: bool
    busy: bool
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """A runner that was just registered.

    Attributes:
        runner: How it is now: offline.
        credential: What its program needs to connect, and all that the host is ever given.
    """

    runner: Registered
    credential: Secret


@dataclass(frozen=True, slots=True)
class Software:
    """The runner's program, as its forge hands it out now.

    Attributes:
        version: Its version.
        url: Where it is fetched from.
        sha256: Its checksum in hexadecimal.
        token: What the download has to be asked with, where it is not open to all; short-lived.
    """

    version: str
    url: str
    sha256: str
    token: Secret


class Forge(Protocol):
    """A place where runners are registered."""

    @property
    def server(self) -> str:
        """Where its runners connect to, for those that have to be told."""
        ...

    def check(self, runner: Runner, /) -> None:
        """Asks all that can be asked before anything is made, so that what is wrong costs nothing.

        Raises:
            RunnerError: A registration would be refused: token, permission, place, group.
            UsageError: Strangers' code would run on the host, and nobody has agreed to that.
        """
        ...

    def software(self, arch: str, /) -> Software:
        """The program for a kernel's architecture. Never pinned: forges refuse old ones."""
        ...

    def register(self, name: str, labels: tuple[str, ...], runner: Runner, /) -> Registration:
        """Registers a runner for one job; what an earlier one of that name has left is replaced.

        Raises:
            RunnerError: It is refused; also where a runner of that name is connected.
        """
        ...

    def find(self, name: str, /) -> Registered | None:
        """The runner of that name."""
        ...

    def ours(self) -> tuple[Registered, ...]:
        """Every runner whose name says that llmhost registered it."""
        ...

    def remove(self, runner: Registered, /) -> None:
        """Removes a registration; one that is gone already is removed well.

        Raises:
            BusyRunnerError: It has a job in hand.
        """
        ...


FORGES: Mapping[str, str] = {
    "github": "llmhost.runners.github.forge:GitHub",
    "gitlab": "llmhost.runners.gitlab.forge:GitLab",
}


def forge_of(runner: Runner, environ: Mapping[str, str]) -> Forge:
    """The forge of a runner, asked with what the environment holds.

    Raises:
        RunnerError: The environment holds nothing to ask it with.
    """
    module, _, kind = FORGES[runner.forge].partition(":")
    made: Forge = getattr(import_module(module), kind)(runner, environ)
    return made
