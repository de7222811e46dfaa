"""Steps for Docker: its vendor's engine, running with its settings, and images on the host."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.facts.services import Compose, DockerEngine, Image, Unit
from llmhost.facts.system import OsRelease
from llmhost.steps.base import Drift, Effect
from llmhost.steps.daemonjson import DaemonJson

# https://docs.docker.com/engine/install/debian/, read 2026-11-20.
PACKAGES = (
    "docker-ce",
    "docker-ce-cli",
    "containerd.io",
    "docker-buildx-plugin",
    "docker-compose-plugin",
)
# The first engine that reads CDI specs of version 0.7.0, which the container toolkit writes:
# https://docs.docker.com/engine/release-notes/ and the toolkit's release notes, read 2026-11-20.
OLDEST = (26, 1)
KEY = "/etc/apt/keyrings/docker.asc"
SOURCES = "/etc/apt/sources.list.d/docker.sources"


@dataclass(frozen=True, slots=True)
class Docker:
    """A Docker engine with its compose plugin; one that is there and new enough is left alone.

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
        return (DockerEngine(), Compose(), OsRelease(), Unit("docker.service"))

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares versions; an engine that is only stopped is the next step's matter."""
        version = read(DockerEngine())
        wanted = f"at least {OLDEST[0]}.{OLDEST[1]}"
        drift = []
        if version and _number(version) < OLDEST:
            drift.append(Drift("version", version, wanted))
        elif not version and not read(Unit("docker.service")).loaded:
            drift.append(Drift("engine", "", wanted))
        if not read(Compose()):
            drift.append(Drift("compose plugin", "", "installed"))
        if drift:
            # Carried along, since the repository's suite is named after the release.
            system = read(OsRelease())
            drift.append(Drift("release", "", f"{system.id} {system.codename}"))
        return tuple(drift)

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Follows the vendor's instructions: its key, its repository, its packages."""
        distribution, codename = drift[-1].desired.split()
        root = f"{self.repository}/{distribution}"
        yield Effect(("fetch", f"{root}/gpg", KEY))
        yield Effect(("put", "0644", "root:root", SOURCES, _sources(root, codename)))
        yield Effect(("packages", *PACKAGES))


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


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _sources(root: str, codename: str) -> str:
    return f"Types: deb\nURIs: {root}\nSuites: {codename}\nComponents: stable\nSigned-By: {KEY}\n"
