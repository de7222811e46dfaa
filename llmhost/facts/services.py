"""Facts about systemd units and the Docker engine."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from llmhost.transport.base import Answer


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as systemd sees it.

    Attributes:
        loaded: Whether systemd knows the unit at all.
        active: `active`, `activating`, `failed`, `inactive` …
        result: `success`, or how it failed.
        enabled: Whether it starts at boot.
        stale: Whether its file changed after systemd read it.
        since: When it last became active, seconds since the epoch; 0 when it never did.
        description: The unit's own title.
    """

    loaded: bool
    active: str
    result: str
    enabled: bool
    stale: bool
    since: int
    description: str

    @property
    def running(self) -> bool:
        """Whether it is up, or coming up."""
        return self.active in {"active", "activating", "reloading"}


@dataclass(frozen=True, slots=True)
class Unit:
    """How is this unit?"""

    name: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("unit_state", self.name)

    def parse(self, answer: Answer, /) -> UnitState:
        """Reads systemd's KEY=VALUE lines."""
        said = dict(line.partition("=")[::2] for line in answer.stdout.split("\n"))
        since = said.get("ActiveEnterTimestamp", "").lstrip("@")
        return UnitState(
            loaded=said.get("LoadState") == "loaded",
            active=said.get("ActiveState", "inactive"),
            result=said.get("Result", ""),
            enabled=said.get("UnitFileState") in {"enabled", "static", "enabled-runtime"},
            stale=said.get("NeedDaemonReload") == "yes",
            since=int(since) if since.isdecimal() else 0,
            description=said.get("Description", ""),
        )


@dataclass(frozen=True, slots=True)
class Logged:
    """Which lines has a service written, since it was started, that match one of some patterns?

    Attributes:
        unit: Its unit.
        container: Its container; empty for a native service.
        patterns: Regular expressions; without one nothing is asked.
    """

    unit: str
    container: str
    patterns: tuple[str, ...]

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("logged", self.unit, self.container, "|".join(self.patterns))

    def parse(self, answer: Answer, /) -> tuple[str, ...]:
        """Takes the lines as they are, the oldest first; none where there is no service."""
        return tuple(answer.stdout.splitlines())


@dataclass(frozen=True, slots=True)
class Apply:
    """An apply that is under way on the host, and who started it."""

    title: str
    since: int
    holder: str


@dataclass(frozen=True, slots=True)
class Applying:
    """Does somebody apply a deployment right now? None when nobody does."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("applying",)

    def parse(self, answer: Answer, /) -> Apply | None:
        """Reads the unit's state, and the holder among its lines.

        One that was told to stop still finishes the packages in hand.
        """
        unit = Unit("llmhost-apply.service").parse(answer)
        if not unit.running and unit.active != "deactivating":
            return None
        lines = (line.partition("=") for line in answer.stdout.split("\n"))
        holders = [value for key, _, value in lines if key == "HOLDER"]
        return Apply(unit.description, unit.since, "".join(holders[-1:]))


@dataclass(frozen=True, slots=True)
class DockerEngine:
    """Which version of the Docker engine answers? Empty when none does."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("docker_api", "/version")

    def parse(self, answer: Answer, /) -> str:
        """Reads the Engine API's answer."""
        document = _document(answer)
        return str(document.get("Version", ""))


@dataclass(frozen=True, slots=True)
class Image:
    """Is this image on the host? Its id, or empty."""

    reference: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("docker_api", f"/images/{quote(self.reference)}/json")

    def parse(self, answer: Answer, /) -> str:
        """Reads the Engine API's answer."""
        return str(_document(answer).get("Id", ""))


@dataclass(frozen=True, slots=True)
class ContainerState:
    """A container as the engine sees it; `status` is empty when there is none."""

    status: str
    restarts: int


@dataclass(frozen=True, slots=True)
class Container:
    """How is the container of this name?"""

    name: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("docker_api", f"/containers/{quote(self.name)}/json")

    def parse(self, answer: Answer, /) -> ContainerState:
        """Reads the Engine API's answer."""
        document = _document(answer)
        state = document.get("State")
        status = state.get("Status", "") if isinstance(state, dict) else ""
        restarts = document.get("RestartCount", 0)
        return ContainerState(str(status), restarts if isinstance(restarts, int) else 0)


@dataclass(frozen=True, slots=True)
class Compose:
    """Is Docker's compose plugin installed?"""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks: the plugin's place in Docker's and in Debian's packages."""
        return (
            "find",
            "/usr/libexec/docker/cli-plugins",
            "/usr/lib/docker/cli-plugins",
            "/usr/local/lib/docker/cli-plugins",
            "-name",
            "docker-compose",
        )

    def parse(self, answer: Answer, /) -> bool:
        """Reads paths."""
        return bool(answer.stdout.strip())


def _document(answer: Answer) -> dict[str, object]:
    """The JSON object of an Engine API answer with status 200; empty for any other."""
    text, _, status = answer.stdout.rstrip("\n").rpartition("\n")
    if status != "200":
        return {}
    document = json.loads(text)
    return document if isinstance(document, dict) else {}
