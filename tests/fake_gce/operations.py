"""Operations: begun by whatever changes something, done when the clock says so, waited for."""

import time
from typing import Any

from tests.fake_gce.call import Call
from tests.fake_gce.clock import rfc3339
from tests.fake_gce.failures import Failure, of_code
from tests.fake_gce.faults import OperationFails, Slow
from tests.fake_gce.names import Key, link
from tests.fake_gce.refusal import not_found
from tests.fake_gce.world import Body, Event, Thing, World

USER = "tester@example.com"
SYSTEM = "system"

# `wait` answers after two minutes at the latest (discovery document, 2026-11-06).
_PATIENCE = 120.0


def begin(world: World, call: Call, kind: str, target: Thing, seconds: float) -> Thing:
    """An operation of a call that has just been accepted; whoever begins it schedules its end."""
    operation = _new(world, kind, target, USER)
    if call.request_id:
        operation.body["clientOperationId"] = call.request_id
        world.requests[f"{call.project}/{call.request_id}"] = operation.key
    slow = world.script.take(Slow, call)
    _schedule(world, operation, seconds + (slow.seconds if slow else 0.0))
    operation.notes["hides"] = bool(slow and slow.hidden)
    # An insert that fails has a course of its own, with more to be cleared away.
    broken = None if kind == "insert" else world.script.take(OperationFails, call)
    if broken:
        operation.notes["failure"] = of_code(broken).as_json()
    return operation


def begin_unasked(world: World, kind: str, target: Thing, seconds: float) -> Thing:
    """An operation that Google begins: a preemption, the end of a run duration."""
    operation = _new(world, kind, target, SYSTEM)
    _schedule(world, operation, seconds)
    return operation


def then(world: World, operation: Thing, action: str, target: Key, **argument: Any) -> None:  # noqa: ANN401 - any JSON
    """Schedules the end of an operation and, just before, what it leads to; nothing if it fails."""
    failure = operation.notes.get("failure")
    stays = "instance.stay" if target.collection == "instances" else "thing.stay"
    world.later(operation.notes["ends"], stays if failure else action, target, **argument)
    ending = {"failure": failure} if failure else {}
    world.later(operation.notes["ends"], "operation.finish", operation.key, **ending)


def hides(operation: Thing) -> bool:
    """Whether its target is not to be seen before it is done."""
    return bool(operation.notes["hides"])


def view(world: World, operation: Thing) -> Body:
    """The operation with its progress of this moment."""
    body = dict(operation.body)
    if body["status"] == "RUNNING":
        begun, done = operation.notes["begun"], operation.notes["ends"]
        share = (world.now() - begun) / max(done - begun, 1e-9)
        body["progress"] = min(99, int(100 * share))
    return body


def wait(world: World, call: Call) -> Body:
    """`zoneOperations.wait` and its sisters: until DONE, two minutes at most.

    The one call that takes time while it is answered; it holds the world only for moments.
    """
    key = Key(call.project, "operations", call.scope, call.name)
    deadline = world.clock.now() + _PATIENCE
    while True:
        with world.lock:
            world.settle()
            operation = world.get(key)
            due = world.next_due()
            if operation.body["status"] == "DONE" or world.clock.now() >= deadline:
                return view(world, operation)
        if world.hardware.busy():
            # Machines boot in real time, whatever the clock does.
            time.sleep(0.02)
        else:
            world.clock.sleep_until(min(due or deadline, deadline))


def answered_before(world: World, call: Call) -> Body | None:
    """What the first request of that `requestId` got: its operation, as it is by now."""
    if not call.request_id:
        return None
    key = world.requests.get(f"{call.project}/{call.request_id}")
    if key is None:
        return None
    operation = world.find(key)
    if operation is None:
        raise not_found(key)
    return view(world, operation)


def start(world: World, event: Event) -> None:
    """Action: it is being worked on."""
    operation = world.find(event.key)
    if operation and operation.body["status"] == "PENDING":
        operation.body |= {"status": "RUNNING", "startTime": rfc3339(event.due)}


def finish(world: World, event: Event) -> None:
    """Action: it is done, well or not."""
    operation = world.find(event.key)
    if operation is None or operation.body["status"] == "DONE":
        return
    done = {"status": "DONE", "progress": 100, "endTime": rfc3339(event.due)}
    operation.body |= {"startTime": rfc3339(event.due), **operation.body, **done}
    if "failure" in event.argument:
        operation.body |= Failure.from_json(event.argument["failure"]).shown()


def _new(world: World, kind: str, target: Thing, user: str) -> Thing:
    now = world.stamp()
    identifier = world.new_id()
    scope = target.key.scope
    key = Key(target.key.project, "operations", scope, f"operation-{identifier}")
    body: Body = {
        "kind": "compute#operation",
        "id": identifier,
        "name": key.name,
        "operationType": kind,
        "targetLink": target.key.link,
        "targetId": target.body["id"],
        "user": user,
        "status": "PENDING",
        "progress": 0,
        "insertTime": now,
        "selfLink": key.link,
    }
    if scope != "global":
        body[scope.partition("/")[0].rstrip("s")] = link(key.project, scope)
    return world.put(Thing(key, body))


def _schedule(world: World, operation: Thing, seconds: float) -> None:
    now = world.now()
    operation.notes = {"begun": now, "ends": now + seconds, "hides": False}
    pending = min(world.latency.pending, seconds)
    world.later(now + pending, "operation.start", operation.key)
