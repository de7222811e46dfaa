"""Steps for the machine itself: its first boot, its packages, accounts."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts import system
from llmhost.facts.base import AnyFact, FactReader
from llmhost.steps.base import Drift, Effect


@dataclass(frozen=True, slots=True)
class FirstBoot:
    """cloud-init has finished, so that it does not hold apt or overwrite what we write."""

    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "first boot"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (system.OsRelease(),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Looks for cloud-init's own mark."""
        if read(system.OsRelease()).first_boot_running:
            return (Drift("cloud-init", "running", "finished"),)
        return ()

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Waits; a first boot that ended with complaints of its own is still over."""
        yield Effect(("first_boot_wait",))


@dataclass(frozen=True, slots=True)
class Packages:
    """Debian packages, in whichever version the distribution has."""

    names: tuple[str, ...]
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"packages {' '.join(self.names)}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (system.Packages(self.names),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Names what is missing."""
        installed = read(system.Packages(self.names))
        return tuple(Drift(name, "", "installed") for name in self.names if name not in installed)

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Installs just the missing ones."""
        yield Effect(("packages", *(one.attribute for one in drift)))


@dataclass(frozen=True, slots=True)
class Account:
    """An account for a service, without login."""

    name: str
    home: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"account {self.name}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (system.Account(self.name),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is there one?"""
        return () if read(system.Account(self.name)) else (Drift("exists", "", self.home),)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Makes it."""
        yield Effect(("system_user", self.name, self.home))
