"""What a test tells the double and asks of it, as JSON that can come from another process."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from tests.fake_gce import planting
from tests.fake_gce.faults import from_json
from tests.fake_gce.guest import print_serial
from tests.fake_gce.journal import Journal
from tests.fake_gce.leaving import preempt, stopped
from tests.fake_gce.names import Key
from tests.fake_gce.store import Store
from tests.fake_gce.world import Body, Event, World

_PLANTS: Mapping[str, Callable[..., Body]] = {
    "instance": planting.plant_instance,
    "disk": planting.plant_disk,
    "firewall": planting.plant_firewall,
    "address": planting.plant_address,
    "router": planting.plant_router,
}


class Control:
    """Carries out verbs; each takes and gives what JSON can say.

    Args:
        world: What they are about.
        journal: What was called.
        store: Told after each.
    """

    def __init__(self, world: World, journal: Journal, store: Store) -> None:
        self._world = world
        self._journal = journal
        self._store = store

    def answer(self, verb: str, arguments: Body) -> Any:  # noqa: ANN401 - any JSON
        """Carries out one verb: one of this class's methods."""
        with self._world.lock:
            answer = getattr(self, f"do_{verb}")(**arguments)
            self._store.save()
            return answer

    def do_script(self, faults: list[Body]) -> None:
        """Scripts faults."""
        self._world.script.add(*map(from_json, faults))

    def do_forgive(self) -> None:
        """Takes all faults back."""
        self._world.script.clear()

    def do_advance(self, seconds: float) -> None:
        """Moves the clock."""
        self._world.clock.advance(seconds)
        self._world.settle()

    def do_wipe(self) -> None:
        """Lets no resource and no machine remain, of any project."""
        for thing in list(self._world.things.values()):
            if thing.key.collection == "instances":
                self._world.hardware.destroy(thing.body["id"])
            if thing.key.collection not in {"networks", "subnetworks"}:
                self._world.drop(thing.key)

    def do_now(self) -> float:
        """The time."""
        return self._world.now()

    def do_calls(self) -> dict[str, int]:
        """Calls by method."""
        return dict(self._journal.calls)

    def do_log(self) -> list[Body]:
        """All calls."""
        return [asdict(entry) for entry in self._journal.log]

    def do_violations(self) -> list[str]:
        """What broke the contract."""
        return list(self._journal.violations)

    def do_resources(self, project: str, collection: str) -> list[Body]:
        """What can be seen of a kind of resource."""
        self._world.settle()
        return [thing.body for thing in self._world.of(project, collection) if not thing.hidden]

    def do_plant(self, kind: str, arguments: Body) -> Body:
        """Makes something that was there before."""
        return _PLANTS[kind](self._world, **arguments)

    def do_preempt(self, project: str, zone: str, name: str) -> None:
        """Takes a machine away."""
        preempt(self._world, self._event("instance.preempt", project, zone, name))

    def do_stop(self, project: str, zone: str, name: str) -> None:
        """Stops a machine."""
        stopped(self._world, self._event("instance.stopped", project, zone, name))

    def do_print_serial(self, project: str, zone: str, name: str, text: str) -> None:
        """Writes to a serial console."""
        key = Key(project, "instances", f"zones/{zone}", name)
        print_serial(self._world.get(key), text)

    def do_limit(self, metric: str, value: float, region: str) -> None:
        """Sets a quota."""
        self._world.limits[f"{region}/{metric}"] = value

    def do_advise(self, scores: dict[str, float]) -> None:
        """Sets what `advice.capacity` says, by zone."""
        self._world.advice = scores

    def _event(self, action: str, project: str, zone: str, name: str) -> Event:
        """That now befalls a machine."""
        key = Key(project, "instances", f"zones/{zone}", name)
        identity = {"id": self._world.get(key).body["id"]}
        return Event(self._world.now(), self._world.number(), action, key, identity)
