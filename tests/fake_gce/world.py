"""Everything the double knows: resources, what is going to happen to them, and when.

Time is events: whatever takes long lies in the timeline with the moment it is due, as data, so that
a world can be written to a file at any moment and go on from there. Nothing happens by itself: each
call, each `advance` and, with a clock that runs, a thread settle what has become due.
"""

import heapq
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from tests.fake_gce.clock import Clock, rfc3339
from tests.fake_gce.hardware import Hardware
from tests.fake_gce.names import Key
from tests.fake_gce.refusal import not_found
from tests.fake_gce.script import Script

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long things take, in seconds of the double's clock.

    Attributes:
        pending: Until an operation is RUNNING.
        insert: Until an instance's operation is done.
        running: From there until the instance is RUNNING.
        host_keys: From RUNNING until guest attributes show the host keys.
        delete: Until an instance is gone; also stop and preemption.
        change: Every other operation.
    """

    pending: float = 1.0
    insert: float = 12.0
    running: float = 3.0
    host_keys: float = 15.0
    delete: float = 25.0
    change: float = 2.0


NO_LATENCY = Latency(0, 0, 0, 0, 0, 0)
"""Everything is done when the answer comes; only what faults slow down takes time."""


@dataclass(slots=True)
class Thing:
    """A resource.

    Attributes:
        key: Which one.
        body: As the API shows it.
        hidden: Whether it exists without being seen yet.
        notes: What the double remembers about it and the API does not show; JSON, too.
    """

    key: Key
    body: Body
    hidden: bool = False
    notes: Body = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that will happen, to the resource of that key if it is still the same."""

    due: float
    number: int
    action: str = field(compare=False)
    key: Key = field(compare=False)
    argument: Body = field(compare=False, default_factory=dict)


Action: TypeAlias = Callable[["World", Event], None]


class World:
    """The state of the double; whoever touches it holds `lock`."""

    def __init__(
        self, clock: Clock, latency: Latency, actions: Mapping[str, Action], hardware: Hardware
    ) -> None:
        self.clock = clock
        self.latency = latency
        self.hardware = hardware
        self.lock = threading.RLock()
        self.script = Script()
        self.things: dict[Key, Thing] = {}
        self.limits: dict[str, float] = {}
        self.advice: dict[str, float] = {}
        self.requests: dict[str, Key] = {}
        self._actions = actions
        self._timeline: list[Event] = []
        # Real machines are found by their instance's identifier, also by doubles beside this one.
        self._number = secrets.randbelow(2**40) if hardware.machines else 0
        self._moment: float | None = None

    def now(self) -> float:
        """The time: of the event that is happening, otherwise of the clock."""
        return self.clock.now() if self._moment is None else self._moment

    def number(self) -> int:
        """A number that is never given again."""
        self._number += 1
        return self._number

    def new_id(self) -> str:
        """A resource's identifier: 19 digits, as Google's."""
        return str(4_000_000_000_000_000_000 + self.number() * 7919)

    def stamp(self) -> str:
        """The time, as Google writes it."""
        return rfc3339(self.now())

    def find(self, key: Key) -> Thing | None:
        """The resource, seen or not."""
        return self.things.get(key)

    def get(self, key: Key) -> Thing:
        """The resource, if it can be seen.

        Raises:
            Refusal: 404.
        """
        thing = self.things.get(key)
        if thing is None or thing.hidden:
            raise not_found(key)
        return thing

    def put(self, thing: Thing) -> Thing:
        """Keeps a resource."""
        self.things[thing.key] = thing
        return thing

    def drop(self, key: Key) -> None:
        """Forgets a resource."""
        self.things.pop(key, None)

    def of(self, project: str, collection: str) -> Iterator[Thing]:
        """The resources of a kind, seen or not."""
        for key, thing in self.things.items():
            if (key.project, key.collection) == (project, collection):
                yield thing

    def later(self, due: float, action: str, key: Key, **argument: Any) -> None:  # noqa: ANN401
        """Puts something into the timeline."""
        heapq.heappush(self._timeline, Event(due, self.number(), action, key, argument))

    def settle(self) -> None:
        """Lets everything happen that has become due, in its order."""
        with self.lock:
            while self._timeline and self._timeline[0].due <= self.clock.now():
                event = heapq.heappop(self._timeline)
                self._moment = event.due
                try:
                    self._actions[event.action](self, event)
                finally:
                    self._moment = None

    def next_due(self) -> float | None:
        """When the next thing happens."""
        return self._timeline[0].due if self._timeline else None

    def dump(self) -> Body:
        """The whole world as JSON."""
        return {
            "now": self.clock.now(),
            "number": self._number,
            "limits": self.limits,
            "advice": self.advice,
            "faults": self.script.dump(),
            "requests": {request: asdict(key) for request, key in self.requests.items()},
            "things": [asdict(thing) for thing in self.things.values()],
            "timeline": [asdict(event) for event in self._timeline],
        }

    def load(self, raw: Body) -> None:
        """Becomes the world that was dumped; its clock goes on from there, never back."""
        self.clock.advance(max(0.0, raw["now"] - self.clock.now()))
        self._number = raw["number"]
        self.limits, self.advice = raw["limits"], raw["advice"]
        self.script.load(raw["faults"])
        self.requests = {request: Key(**key) for request, key in raw["requests"].items()}
        things = [Thing(**{**thing, "key": Key(**thing["key"])}) for thing in raw["things"]]
        self.things = {thing.key: thing for thing in things}
        events = [Event(**{**event, "key": Key(**event["key"])}) for event in raw["timeline"]]
        self._timeline = events
        heapq.heapify(self._timeline)
