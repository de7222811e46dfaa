"""What the double remembers: places, tokens, groups, runners, jobs, and how time passes."""

import base64
import itertools
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["classic", "fine-grained", "workflow", "installation"]


@dataclass(frozen=True, slots=True)
class Token:
    """What a token may do.

    Attributes:
        kind: What it is; it decides how a refusal is worded.
        manages: Places whose runners it may manage: `OWNER/REPO`, `ORG`.
        sees: Further places it can see and not manage.
        sso: Organisation whose single sign-on it has not seen.
        expires: When it ends, by the double's clock.
    """

    kind: Kind = "fine-grained"
    manages: frozenset[str] = frozenset()
    sees: frozenset[str] = frozenset()
    sso: str = ""
    expires: float = float("inf")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong instead of an answer.

    Attributes:
        method: Method of the request.
        path: What its path ends in.
        status: What is answered; 0 closes the connection without an answer.
        body: The answer.
        headers: Its headers.
        times: How often.
        committed: Whether what was asked for is done all the same.
    """

    method: str
    path: str
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    committed: bool = False


@dataclass(slots=True)
class Runner:
    """A registered runner."""

    id: int
    name: str
    place: str
    labels: tuple[str, ...]
    group: int
    key: str
    online: bool = False
    busy: bool = False
    version: str = ""
    job: "Job | None" = None


@dataclass(slots=True)
class Job:
    """A job that waits for a runner with its labels, or ran on one.

    Attributes:
        script: What it runs.
        labels: What its runner must have.
        ran_on: Name of the runner that took it.
        status: How its script ended; None before.
        output: What it printed.
    """

    script: str
    labels: frozenset[str]
    ran_on: str = ""
    status: int | None = None
    output: str = ""


@dataclass(slots=True)
class Group:
    """A runner group of an organisation."""

    id: int
    name: str
    default: bool = False
    public: bool = False


@dataclass(slots=True)
class World:
    """GitHub, as far as runners go.

    Attributes:
        places: Repositories and organisations, and whether a repository is public.
        refuse_connect: What a runner that connects is told instead of a welcome.
        version: Version of the runner handed out.
        skew: Seconds the double's clock is ahead.
        limit: Requests that are left; None for any number.
    """

    places: dict[str, bool] = field(default_factory=lambda: {"acme/models": False, "acme": False})
    tokens: dict[str, Token] = field(default_factory=dict)
    apps: dict[str, tuple[Any, frozenset[str]]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=lambda: [Group(1, "Default", default=True)])
    runners: list[Runner] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refuse_connect: str = ""
    version: str = "2.337.0"
    checksum: str = ""
    skew: float = 0.0
    limit: int | None = None
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(21))

    def now(self) -> float:
        """The double's clock, in seconds since the epoch."""
        return time.time() + self.skew

    def at(self, place: str) -> list[Runner]:
        """The runners of a place."""
        return [one for one in self.runners if one.place == place]

    def enrol(self, place: str, name: str, labels: tuple[str, ...], group: int = 1) -> Runner:
        """Registers a runner."""
        made = Runner(next(self._ids), name, place, labels, group, secrets.token_hex(16))
        self.runners.append(made)
        return made

    def by_key(self, key: str) -> Runner | None:
        """The runner that connects with that key."""
        return next((one for one in self.runners if one.key == key), None)

    def work_for(self, runner: Runner) -> Job | None:
        """A job for a runner that has none; it is busy from then on."""
        if runner.job is None:
            has = {label.lower() for label in runner.labels}
            for job in self.jobs:
                if not job.ran_on and {label.lower() for label in job.labels} <= has:
                    job.ran_on, runner.job, runner.busy = runner.name, job, True
                    break
        return runner.job


def jit_config(runner: Runner, service: str) -> str:
    """What a just-in-time runner is configured with: base64 of files in base64, as GitHub's is."""
    files = {
        ".runner": {"agentId": runner.id, "agentName": runner.name, "serverUrl": service},
        ".credentials": {"scheme": "OAuth", "data": {"key": runner.key}},
    }
    packed = {name: _encoded(json.dumps(said)) for name, said in files.items()}
    return _encoded(json.dumps(packed))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
