"""Steps for Docker: its vendor's engine, running with its settings, and images on the host."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from llmhost.errors import StepError
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.facts.services import Compose, DockerEngine, Image, Unit
from llmhost.facts.system import OsRelease
from llmhost.steps.base import Drift, Effect
from llmhost.steps.daemonjson import DaemonJson
from llmhost.steps.dockerpackages import COMPOSE, PACKAGES, STATES, chosen, packaged, replaced

# The first engine that reads CDI specs of version 0.7.0, which the container toolkit writes:
# https://docs.docker.com/engine/release-notes/ and the toolkit's release notes, read 2026-11-20.
OLDEST = (26, 1)
KEY = "/etc/apt/keyrings/docker.asc"
SOURCES = "/etc/apt/sources.list.d/docker.sources"


@dataclass(frozen=True, slots=True)
class Docker:
    """A Docker engine with its compose plugin; what is there and new enough is left alone.

    Attributes:
        repository: Root of Docker's apt repositories.
    """

    repository: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "docker engine"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (DockerEngine(), Compose(), OsRelease(), Unit("docker.service"), STATES)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares engine and plugin; an engine that is only stopped is the next step's matter.

        Raises:
            StepError: The engine is too old, and nobody knows where it came from.
        """
        system, states = read(OsRelease()), read(STATES)
        there = {name: state for name, state in states.items() if state.installed}
        drift = [
            Drift(f"package {name}", state.status, "installed")
            for name, state in states.items()
            if state.unfinished
        ]
        wanted = f"at least {OLDEST[0]}.{OLDEST[1]}"
        version = read(DockerEngine()) or packaged(there)
        if version and _number(version) < OLDEST:
            _refuse_unknown(version, there)
            drift.append(Drift("engine", version, wanted))
        elif not version and not read(Unit("docker.service")).loaded:
            drift.append(Drift("engine", "", wanted))
        elif not read(Compose()):
            theirs = COMPOSE.get(system.codename) if "docker.io" in there else None
            drift.append(Drift("package " + (theirs or "docker-compose-plugin"), "", "installed"))
        drift += replaced(drift, there)
        if not set(PACKAGES).isdisjoint(chosen(drift)):
            root = f"{self.repository}/{system.id}"
            drift.append(Drift("repository", "", f"{root} {system.codename}"))
        return tuple(drift)

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Follows the vendor's instructions: its key, its repository, its packages."""
        for one in drift:
            if one.attribute == "repository":
                root, codename = one.desired.split()
                entry = _sources(root, codename)
                yield Effect(("repository", root, f"{root}/gpg", KEY, SOURCES, entry))
        yield Effect(("packages", *chosen(drift)))


@dataclass(frozen=True, slots=True)
class DockerRunning:
    """The engine runs, starts at boot, and has read its settings as they are on the disk.

    Attributes:
        settings: The step before this one, which may be about to change them.
    """

    settings: DaemonJson
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "service docker"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (Unit("docker.service"), *self.settings.facts())

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares the engine's start with the last change of its settings, or the coming one."""
        unit, settings = read(Unit("docker.service")), read(File(self.settings.path))
        drift = []
        if not unit.enabled:
            drift.append(Drift("enabled", "no", "yes"))
        if not unit.running:
            drift.append(Drift("active", unit.active, "active"))
        elif self.settings.check(read) or (settings and unit.since < settings.changed):
            drift.append(Drift("settings", "older than on the disk", "as on the disk"))
        return tuple(drift)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Restarts the engine."""
        yield Effect(("restart_docker",))


@dataclass(frozen=True, slots=True)
class PulledImage:
    """A container image on the host, so that starting the service downloads nothing."""

    reference: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"image {self.reference}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (Image(self.reference),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is it there?"""
        return () if read(Image(self.reference)) else (Drift("image", "", "pulled"),)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Pulls it."""
        yield Effect(("pull", self.reference))


def _refuse_unknown(version: str, there: Container[str]) -> None:
    if "docker-ce" not in there and "docker.io" not in there:
        raise StepError(
            f"Docker {version} on the host is too old, and llmhost cannot replace it",
            why="it belongs neither to a package of Docker's nor to one of the distribution's",
            hint=f"bring it to {OLDEST[0]}.{OLDEST[1]} or later, or remove it, and run this again",
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _sources(root: str, codename: str) -> str:
    return f"Types: deb\nURIs: {root}\nSuites: {codename}\nComponents: stable\nSigned-By: {KEY}\n"
