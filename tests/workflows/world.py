"""Everything a workflow may reach: one host in memory, clouds, somebody who agrees or does not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmhost.spec.deployment import Ask
from llmhost.transport.base import Address, Transport
from llmhost.workflows.order import Order
from llmhost.workflows.place import Place
from llmhost.workflows.results import Planned, Served
from llmhost.workflows.session import Session
from llmhost.workflows.up import plan, up
from tests.fakes import FakeCloud, Listener
from tests.workflows.modelhost import ModelHost

HOST = Place("host", host="debian@192.0.2.7")
SANDBOX = Place("cloud", cloud="sandbox")
VLLM = Ask("vllm", gpus=0)


def asked(provider: str, gpus: int, **more: Any) -> Ask:  # noqa: ANN401  Ask's fields
    """A deployment on that many GPUs, its terms accepted; whether it fits is not the question."""
    return Ask(provider, gpus=gpus, accept_licence=True, force=True, **more)


@dataclass
class World:
    """A session with its surroundings.

    Attributes:
        home: The user's own directory, empty.
        agrees: What is answered to every plan.
        thinks: What happens between a plan and the answer.
        shown: The plans that were shown.
        logins: The addresses that were connected to.
        booting: How many times a machine that is connected to does not answer yet.
    """

    home: Path
    host: ModelHost = field(default_factory=ModelHost)
    clouds: dict[str, FakeCloud] = field(
        default_factory=lambda: {"sandbox": FakeCloud("sandbox"), "gcp": FakeCloud("gcp")}
    )
    heard: Listener = field(default_factory=Listener)
    environ: dict[str, str] = field(default_factory=dict)
    agrees: bool = True
    thinks: Callable[[], None] = lambda: None
    shown: list[Planned] = field(default_factory=list)
    logins: list[Address] = field(default_factory=list)
    booting: int = 0

    @property
    def session(self) -> Session:
        return Session(
            report=self.heard,
            connect=self._connect,
            drivers=self.clouds.__getitem__,
            confirm=self._confirm,
            environ={
                "LLMHOST_HOME": str(self.home),
                "XDG_STATE_HOME": str(self.home / "state"),
                **self.environ,
            },
        )

    def up(self, ask: Ask, place: Place = HOST, *, yes: bool = False) -> Served:
        """Brings a deployment up; what was exchanged before is forgotten."""
        self.host.exchanges.clear()
        self.host.done.clear()
        self.logins.clear()
        session = self.session
        return up(session, place, Order(session.environ, ask), yes=yes)

    def plan(self, ask: Ask, place: Place = HOST) -> Planned:
        self.host.exchanges.clear()
        session = self.session
        return plan(session, place, Order(session.environ, ask))

    def _connect(self, address: Address) -> Transport:
        self.logins.append(address)
        self.host.silent, self.booting = self.booting, 0
        return self.host

    def _confirm(self, planned: Planned) -> bool:
        self.shown.append(planned)
        self.thinks()
        return self.agrees
