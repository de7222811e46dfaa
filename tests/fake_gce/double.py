"""The double in the test's own process."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fake_gce.clock import Clock, ManualClock, RealClock
from tests.fake_gce.control import Control
from tests.fake_gce.dispatch import Dispatch, Reply
from tests.fake_gce.handlers import ACTIONS
from tests.fake_gce.hardware import Hardware
from tests.fake_gce.inserting import wanted_machine
from tests.fake_gce.journal import Entry, Journal
from tests.fake_gce.machines import Machines
from tests.fake_gce.planting import plant_network
from tests.fake_gce.server import Server
from tests.fake_gce.store import Store
from tests.fake_gce.verbs import Verbs
from tests.fake_gce.world import Latency, World

# How often a clock that runs is looked at when nobody calls, in real seconds.
_HEARTBEAT = 0.1


class FakeGce(Verbs):
    """Compute Engine on a loopback port, for as long as the `with` lasts.

    Args:
        project: The project.
        others: More projects there are.
        clock: Its time; one that stands still by default.
        latency: How long things take by it.
        machines: Makes real machines of instances.
        port: Where it listens; 0 for any free port.
        state: File that keeps the world.
        strict: Whether leaving the `with` fails when something broke the contract.
    """

    def __init__(  # noqa: PLR0913 - a test names the few it needs
        self,
        *,
        project: str = "demo",
        others: tuple[str, ...] = (),
        clock: Clock | None = None,
        latency: Latency | None = None,
        machines: Machines | None = None,
        port: int = 0,
        state: Path | None = None,
        strict: bool = True,
    ) -> None:
        self.project = project
        self.clock = clock or ManualClock()
        self.world = World(self.clock, latency or Latency(), ACTIONS, Hardware(machines))
        self._strict = strict
        self._keeps = state is not None
        journal, store = Journal(), Store(self.world, state)
        self._control = Control(self.world, journal, store)
        projects = frozenset({project, *others})
        if store.load():
            self._resume()
        else:
            for name in sorted(projects):
                plant_network(self.world, name, "default")
        self._dispatch = Dispatch(self.world, journal, projects, store.save)
        self._server = Server(port, self._dispatch.answer, self._control.answer)
        self.endpoint = self._server.endpoint
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if self._strict and kind is None and self.violations:
            raise AssertionError("\n".join(["the contract was broken:", *self.violations]))

    def start(self) -> None:
        """Listens."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        if isinstance(self.clock, RealClock):
            threading.Thread(target=self._beat, daemon=True).start()

    def close(self) -> None:
        """Stops listening; what no file keeps is gone with the double, machines included."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        if not self._keeps:
            self.wipe()
        self.world.hardware.close()

    def on_call(self, told: Callable[[Entry], None] | None) -> None:
        """Tells somebody of each call, after it took effect and before it is answered."""
        self._dispatch.on_call = told

    def ask(self, verb: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Has a verb carried out, by way of JSON as from another process."""
        answer = self._control.answer(verb, json.loads(json.dumps(arguments)))
        return json.loads(json.dumps(answer))

    def answer(self, verb: str, target: str, data: bytes) -> Reply:
        """The reply to a request that comes without a socket; `target` is its path and query."""
        return self._dispatch.answer(verb, target, data)

    def _beat(self) -> None:
        while not self._over.wait(_HEARTBEAT):
            self.world.settle()

    def _resume(self) -> None:
        """Goes on with machines that were booting when the world was left."""
        for instance in self.world.of(self.project, "instances"):
            if instance.body["status"] in {"PROVISIONING", "STAGING"}:
                self.world.hardware.begin(wanted_machine(instance))
