"""Stand-ins for what is outside: a transport, a cloud, somebody who listens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.offers import Offer
from llmhost.errors import CloudError
from llmhost.events import Event, Reporter
from llmhost.spec.sources import Sources
from llmhost.transport.base import Address, Answer, LineHandler, Stream

ADDRESS = Address("192.0.2.7", user="debian", host_key="ssh-ed25519 AAAA")


class ScriptedTransport:
    """A host that gives the next answer to whatever it is sent, and remembers what that was."""

    name = "test-host"

    def __init__(self, *answers: Answer) -> None:
        self.sent: list[str] = []
        self.closed = False
        self._answers: Iterator[Answer] = iter(answers)

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        self.sent.append(script)
        answer = next(self._answers)
        if on_line is None:
            return answer
        for line in answer.stdout.splitlines():
            on_line(line)
        return replace(answer, stdout="")

    def stream(self, port: int, /) -> Stream:
        raise ConnectionRefusedError(f"nothing listens on port {port}")

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeCloud:
    """A cloud in memory; `broken` is why it cannot be asked."""

    name: str = "sandbox"
    there: list[Machine] = field(default_factory=list)
    made: list[MachineRequest] = field(default_factory=list)
    broken: str = ""
    simulated: str = ""

    def sources(self, _request: MachineRequest, /) -> Sources:
        return Sources(pypi="https://index.test/simple")

    def offers(self, request: MachineRequest, /) -> tuple[Offer, ...]:
        offer = Offer("shelf", "a shelf", gpu=request.gpu, gpus=request.gpus)
        return (replace(offer, simulated=self.simulated),)

    def find(self, name: str, /) -> Machine | None:
        return next((machine for machine in self.machines() if machine.name == name), None)

    def machines(self) -> Sequence[Machine]:
        if self.broken:
            raise CloudError(self.broken)
        return tuple(self.there)

    def create(self, request: MachineRequest, _report: Reporter, /) -> Machine:
        self.made.append(request)
        machine = machine_of(request, cloud=self.name, simulated=self.simulated)
        self.there = [one for one in self.there if one.name != machine.name] + [machine]
        return machine

    def delete(self, machine: Machine, _report: Reporter, /) -> None:
        self.there.remove(machine)


@dataclass
class StockedCloud(FakeCloud):
    """The same with a stock, and a memory of what was asked of it."""

    stocked: list[MachineRequest] = field(default_factory=list)

    def stock(self, request: MachineRequest, _report: Reporter, /) -> None:
        self.stocked.append(request)


@dataclass
class RecordingCloud(FakeCloud):
    """The same with a memory of what its machines carry; `full` is why it has none left."""

    recorded: list[MachineRequest] = field(default_factory=list)
    full: str = ""

    def record(self, machine: Machine, request: MachineRequest, /) -> None:
        if self.full:
            raise CloudError(self.full)
        self.recorded.append(request)
        there = [one for one in self.there if one.id != machine.id]
        self.there = [*there, replace(machine, labels=request.labels)]


def machine_of(request: MachineRequest, cloud: str = "sandbox", simulated: str = "") -> Machine:
    """A running machine, as asked for."""
    return Machine(
        name=request.name,
        id="i-1",
        cloud=cloud,
        state="running",
        address=ADDRESS,
        gpu=request.gpu,
        gpus=request.gpus,
        labels=request.labels,
        created="2026-11-20T12:00:00Z",
        place="a shelf",
        simulated=simulated,
    )


class Listener:
    """Keeps every event."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        self.heard.append(event)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]
