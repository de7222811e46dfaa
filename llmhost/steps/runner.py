"""Steps for a CI runner: its program, the unit that runs it for one job, and its removal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File, Size
from llmhost.facts.services import Unit
from llmhost.facts.system import Account
from llmhost.secret import Secret
from llmhost.steps.base import Drift, Effect
from llmhost.steps.removal import Removing

USER = "llmhost-runner"
HOME = "/var/lib/llmhost/runner"
PROGRAMS = "/var/lib/llmhost/runner-software"
ROOTS = "/var/lib/llmhost/runners"


def unit_of(name: str) -> str:
    """The unit that runs the runner of a deployment; no service of a deployment is called so."""
    return f"llmhost-runner@{name}.service"


def credential_of(name: str) -> str:
    """Where the credential lies until systemd has read it: in memory, for root alone."""
    return f"/run/llmhost/{name}.runner"


def mark_of(name: str) -> str:
    """The file that is there once a job has begun."""
    return f"/run/llmhost-runner-{name}/job"


@dataclass(frozen=True, slots=True)
class RunnerProgram:
    """The program a forge hands out, checked by the checksum it names.

    Attributes:
        version: Its version, as the forge says today.
        url: Where it is fetched from.
        sha256: Its checksum in hexadecimal.
        token: What to ask for it with; empty where it is open to all.
        start: The file that is there once it is unpacked.
        prepare: A program in it that installs what it needs; empty for none.
    """

    version: str
    url: str
    sha256: str
    token: Secret
    start: str
    prepare: str = ""
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"runner program {self.version}"

    @property
    def _there(self) -> Size:
        return Size(f"{PROGRAMS}/{self.version}/{self.start}")

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (self._there,)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is that version there?"""
        return () if read(self._there) else (Drift("version", "", self.version),)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Fetches, checks and unpacks it."""
        said = (self.version, self.url, self.sha256, self.token, self.start, self.prepare)
        yield Effect(("runner_program", *said))


@dataclass(frozen=True, slots=True)
class RunnerService:
    """The runner works, or waits for its job.

    Attributes:
        name: The deployment's name.
        version: Version of the program.
        credential: What it connects with, good for one runner alone.
        anew: Whether one that works is to be started anew, because it is registered otherwise.
    """

    name: str
    version: str
    credential: Secret
    anew: bool = False
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"runner {self.name}"

    @property
    def _unit(self) -> Unit:
        return Unit(unit_of(self.name))

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (self._unit,)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is it at work?"""
        state = read(self._unit)
        if not state.running:
            return (Drift("active", state.active, "active"),)
        return (Drift("registered", "otherwise", "as asked for"),) if self.anew else ()

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Puts the credential into memory, where systemd takes it from, and starts the unit."""
        yield Effect(("put", "0600", "root:root", credential_of(self.name), self.credential))
        yield Effect(("runner_start", self.name, self.version, USER))


@dataclass(frozen=True, slots=True)
class RunnerRemoval(Removing):
    """The runner is gone from the host.

    Attributes:
        name: The deployment's name.
        last: Whether no other deployment here has a runner, so that account and program go, too.
    """

    name: str
    last: bool = False
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"removal of the runner of {self.name}"

    @property
    def things(self) -> Mapping[str, AnyFact]:
        """The runner first; each thing as `down` tells it."""
        things: dict[str, AnyFact] = {
            f"runner {self.name} with its folder": File(f"/etc/systemd/system/{unit_of(self.name)}")
        }
        if self.last:
            things[f"account {USER}"] = Account(USER)
        return things

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """A job that is under way ends with it."""
        yield Effect(("runner_remove", self.name, USER if self.last else ""))
