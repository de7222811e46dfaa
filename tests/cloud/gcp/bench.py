"""Somebody who uses the double: a computer with its own state, a driver, something to ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.gcp.driver import GcpDriver
from llmhost.cloud.gcp.pace import Pace
from llmhost.spec.terms import Terms
from llmhost.transport.base import Address
from tests.fake_gce.verbs import Verbs
from tests.fakes import Listener

PACE = Pace(making=20.0, hidden=40.0, vouching=5.0, login=1.0, pause=0.01)
"""Patience with a double whose clock moves by itself."""

ZONES = ("us-east4-a", "us-east4-c", "us-central1-a", "us-central1-b")
"""Where two L4s are cheapest, in the order in which they are tried."""


def let_in(_address: Address) -> None:
    """A login that always comes about; the double's instances have no sshd."""


@dataclass
class Bench:
    """One person's computer.

    Attributes:
        gce: The cloud.
        state: Their XDG_STATE_HOME.
        login: How a login goes.
        pace: How patient they are.
        heard: What was reported to them.
        more: Further environment.
    """

    gce: Verbs
    state: Path
    login: Callable[[Address], None] = let_in
    pace: Pace = PACE
    heard: Listener = field(default_factory=Listener)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of their commands."""
        return {
            "LLMHOST_GCE_ENDPOINT": self.gce.endpoint,  # type: ignore[attr-defined]  # both have it
            "LLMHOST_GCE_PROJECT": self.gce.project,
            "XDG_STATE_HOME": str(self.state),
            "HOME": str(self.state),
            **self.more,
        }

    @property
    def driver(self) -> GcpDriver:
        """A driver as a fresh command has it."""
        return GcpDriver(environ=self.environ, login=self.login, patience=self.pace, now=self.now)

    def now(self) -> datetime:
        """The double's time, so that nobody has to wait for a TTL."""
        return datetime.fromtimestamp(self.gce.now(), UTC)

    def create(self, request: MachineRequest | None = None) -> Machine:
        """Makes a machine."""
        return self.driver.create(request or wanted(), self.heard)

    def down(self, name: str = "vllm") -> tuple[str, ...]:
        """Takes everything of a deployment away."""
        return self.driver.tidy(name, self.heard)

    def left(self) -> list[str]:
        """Everything that can be seen in the project."""
        return [
            f"{kind} {thing['name']}"
            for kind in ("instances", "disks", "addresses", "firewalls")
            for thing in getattr(self.gce, kind)()
        ]


def wanted(name: str = "vllm", gpu: str = "l4", gpus: int = 2, **terms: object) -> MachineRequest:
    """A request for two L4s, or what else is asked for."""
    return MachineRequest(
        name,
        gpu=gpu,
        gpus=gpus,
        labels={"provider": "vllm", "model": "org/model"},
        terms=Terms(**terms),  # type: ignore[arg-type]  # the caller says what fits
        record='{"format": 1, "name": "vllm"}',
    )
