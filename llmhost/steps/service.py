"""The step for the service: the unit that runs what lies on the disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.facts.services import Container, Unit, UnitState
from llmhost.secret import Kept, Secret, digest
from llmhost.steps.base import Drift, Effect


@dataclass(frozen=True, slots=True)
class Service:
    """The unit is enabled and runs what lies on the disk now.

    The unit writes the digests of its files to `/run/llmhost/NAME.started` each time it starts. So
    a start with other content is seen, and a file changed and changed back asks for nothing.

    Attributes:
        name: The deployment's name.
        inputs: The files a running service depends on, with their content.
        container: The container's name; empty for a native service.
    """

    name: str
    inputs: tuple[tuple[str, str | Secret | Kept], ...]
    container: str = ""
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"service llmhost-{self.name}"

    @property
    def _unit(self) -> Unit:
        return Unit(f"llmhost-{self.name}.service")

    @property
    def _started(self) -> File:
        return File(f"/run/llmhost/{self.name}.started")

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        container = (Container(self.container),) if self.container else ()
        return (self._unit, self._started, *container)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares unit, container, and what they were started with."""
        unit, started = read(self._unit), read(self._started)
        drift = []
        if not unit.enabled:
            drift.append(Drift("enabled", "no", "yes"))
        if not unit.running:
            drift.append(Drift("active", unit.active, "active"))
        elif started or not _starts_well(unit):
            drift += self._started_drift(started.content if started else "")
        if unit.active == "active" and self.container:
            status = read(Container(self.container)).status
            if status not in {"running", "restarting"}:
                drift.append(Drift("container", status or "absent", "running"))
        return tuple(drift)

    def _started_drift(self, started: str) -> list[Drift]:
        seen = {path: said for said, _, path in map(_partition, started.split("\n"))}
        return [
            Drift(f"started with {path}", "an older version", "as on the disk")
            for path, content in self.inputs
            if seen.get(path) != digest(content)
        ]

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Enables it, and restarts it unless that was all; the rest is for the probes to see."""
        if {one.attribute for one in drift} == {"enabled"}:
            yield Effect(("systemctl", "enable", "--quiet", self._unit.name))
        else:
            yield Effect(("service_start", self._unit.name))


def _starts_well(unit: UnitState) -> bool:
    """Whether it is coming up for the first time, and not again after it has failed."""
    return unit.active == "activating" and unit.result == "success"


def _partition(line: str) -> tuple[str, str, str]:
    return line.partition("  ")
