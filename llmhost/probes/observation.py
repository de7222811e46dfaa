"""What is asked of a running service, and what was seen: the other side of `host/observe.bash`."""

import json
import math
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from llmhost.facts.gpu import Gpu, Gpus
from llmhost.facts.services import Unit, UnitState
from llmhost.host import script
from llmhost.spec.deployment import Deployment
from llmhost.transport.base import Answer

COMPLETION_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; status 0 when there was none."""

    status: int
    body: str

    @property
    def good(self) -> bool:
        """Whether the answer is a success as HTTP has it; the body may still say otherwise."""
        return self.status == HTTPStatus.OK

    def json(self) -> object:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class ContainerSeen:
    """A container as it was at that moment."""

    status: str
    restarts: int
    exit_code: int
    out_of_memory: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a service. What was not asked, since something before it was missing, is None.

    Attributes:
        unit: The service's unit as systemd sees it.
        container: The container; None for a native service or when there is none.
        alive: The liveness path.
        ready: The readiness path.
        models: The list of models.
        resident: The document that tells what is in memory.
        completion: A real completion.
        gpus: The host's GPUs with the memory used.
        inside: What `nvidia-smi -L` says inside the container.
        stored: Bytes where the provider keeps what it fetches itself; None where llmhost fetches,
            or there is nothing yet.
        log: What the service has written since the last look.
    """

    unit: UnitState | None = None
    container: ContainerSeen | None = None
    alive: Reply | None = None
    ready: Reply | None = None
    models: Reply | None = None
    resident: Reply | None = None
    completion: Reply | None = None
    gpus: tuple[Gpu, ...] = ()
    inside: tuple[str, ...] = ()
    stored: int | None = None
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Serving:
    """How is the service right now? The fact behind `status` and an unchanged `up`."""

    name: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks; `definitions` must stand before it in the script."""
        return ("observe",)

    def parse(self, answer: Answer, /) -> Observation:
        """Reads one observation."""
        return next(read(answer.stdout.split("\n")), Observation())


def definitions(deployment: Deployment) -> str:
    """The bash variables that `observe` goes by."""
    readiness = deployment.profile.readiness
    body = {
        "model": deployment.model.id,
        "messages": [{"role": "user", "content": "Say hello in one word."}],
        "max_tokens": 8,
        "temperature": 0,
    }
    values = {
        "name": deployment.name,
        "unit": deployment.unit,
        "container": deployment.container,
        "port": str(deployment.port),
        "gpus": str(deployment.gpus),
        "liveness": readiness.alive,
        "readiness": readiness.ready,
        "models": readiness.models,
        "resident": readiness.resident.get if readiness.resident else "",
        "completion": COMPLETION_PATH,
        "body": json.dumps(body),
        "api_key_name": deployment.profile.api_key,
        "store": _store(deployment),
        "seconds_per_gb": str(math.ceil(readiness.deadline.per_gb)),
    }
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items())


def _store(deployment: Deployment) -> str:
    """Where the provider keeps what it fetches itself; empty where llmhost has fetched it."""
    if deployment.model.source == "hub":
        return ""
    install = deployment.variant.install
    return install.home if install else deployment.store


def watch(deployment: Deployment, seconds: int) -> str:
    """A script that observes again and again for that many seconds.

    Where the provider fetches the model itself, the time in which bytes come in does not count, and
    each GB there is adds what the profile allows for loading it.
    """
    return script.library("facts", "observe") + definitions(deployment) + f"watch {seconds}\n"


def read(lines: Iterable[str]) -> Iterator[Observation]:
    """Reads observations from the lines that `observe` prints."""
    reader = Reader()
    for line in lines:
        observation = reader.hear(line)
        if observation is not None:
            yield observation


class Reader:
    """Collects lines until an observation is whole."""

    def __init__(self) -> None:
        self._seen: dict[str, list[str]] = {}

    def hear(self, line: str) -> Observation | None:
        """Takes one line; answers with an observation when this was its last."""
        key, _, value = line.partition("\t")
        if key != "end":
            self._seen.setdefault(key, []).append(value)
            return None
        seen, self._seen = self._seen, {}
        gpus = Gpus().parse(Answer(0, "\n".join(seen.get("gpu", ())), "")).gpus
        return Observation(
            unit=_unit(seen.get("unit")),
            container=_container(seen.get("container")),
            alive=_reply(seen.get("alive")),
            ready=_reply(seen.get("ready")),
            models=_reply(seen.get("models")),
            resident=_reply(seen.get("resident")),
            completion=_reply(seen.get("completion")),
            gpus=gpus,
            inside=tuple(seen.get("inside", ())),
            stored=_number(seen.get("stored")),
            log=tuple(seen.get("log", ())),
        )


def _unit(lines: list[str] | None) -> UnitState | None:
    return Unit("").parse(Answer(0, "\n".join(lines), "")) if lines else None


def _number(values: list[str] | None) -> int | None:
    return int(values[0]) if values and values[0].isdecimal() else None


def _reply(values: list[str] | None) -> Reply | None:
    if not values:
        return None
    status, _, body = values[0].partition(" ")
    return Reply(int(status) if status.isdecimal() else 0, body.strip())


def _container(values: list[str] | None) -> ContainerSeen | None:
    words = values[0].split() if values else []
    if len(words) != 4:  # noqa: PLR2004  the four words the question asks for
        return None
    status, restarts, exit_code, out_of_memory = words
    return ContainerSeen(status, int(restarts), int(exit_code), out_of_memory == "true")
