"""From a request to its answer: checked, perhaps refused, carried out, checked again."""

import json
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_gce import faults, refusal
from tests.fake_gce.call import Call
from tests.fake_gce.discovery import discovery
from tests.fake_gce.gates import check_gates
from tests.fake_gce.handlers import HANDLERS, WAITS
from tests.fake_gce.journal import Entry, Journal
from tests.fake_gce.operations import answered_before
from tests.fake_gce.refusal import Refusal
from tests.fake_gce.schema import answer_problems, parameter_problems, request_problems
from tests.fake_gce.world import Body, World


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back; nothing at all with status 0."""

    status: int
    body: bytes = b""


class Dispatch:
    """Answers requests for a world.

    Args:
        world: What they are about.
        journal: Where they are written down.
        projects: Projects there are.
        save: Told after each change, before its answer is sent.
    """

    def __init__(
        self,
        world: World,
        journal: Journal,
        projects: frozenset[str],
        save: Callable[[], None],
    ) -> None:
        self._world = world
        self._journal = journal
        self._projects = projects
        self._save = save
        self.on_call: Callable[[Entry], None] | None = None

    def answer(self, verb: str, target: str, data: bytes) -> Reply:
        """The reply to one request."""
        path, query = (
            urlsplit(target).path,
            parse_qs(urlsplit(target).query, keep_blank_values=True),
        )
        try:
            call = self._read(verb, path, query, data)
        except Refusal as no:
            self._write(Entry(0, self._world.clock.now(), f"{verb} {path}", status=no.status))
            return Reply(no.status, _encoded(no.body()))
        try:
            return self._carried_out(call)
        except Exception:  # noqa: BLE001 - a fault of the double's own must not look like Google's
            self._journal.violation(f"the double failed:\n{traceback.format_exc()}")
            return Reply(500, _encoded(refusal.unavailable(500).body()))

    def _read(self, verb: str, path: str, query: dict[str, list[str]], data: bytes) -> Call:
        """The call that a request means.

        Raises:
            Refusal: 404 where there is no such call, 400 where it is not well-formed.
        """
        found = discovery().find(verb, path)
        if found is None:
            self._journal.violation(f"no such call: {verb} {path}")
            raise Refusal(
                404, "notFound", f"The requested URL {path} was not found on this server."
            )
        method, words = found
        problems = list(parameter_problems(method, words, query))
        body: Any = {}
        if method.request and not problems:
            try:
                body = json.loads(data or b"{}")
            except ValueError as problem:
                problems = [str(problem)]
            else:
                problems = list(request_problems(method, body))
        elif data:
            problems.append(f"{method.name} takes no body")
        if problems:
            raise refusal.unreadable("; ".join(problems))
        if method.name not in HANDLERS:
            self._journal.violation(f"not modelled: {method.name}")
            raise Refusal(501, "notImplemented", f"The double does not model {method.name}.")
        return Call(method, words, {name: values[-1] for name, values in query.items()}, body)

    def _carried_out(self, call: Call) -> Reply:
        world = self._world
        with world.lock:
            world.clock.tick()
            world.settle()
            dropped = world.script.take(faults.Dropped, call)
            hanging = world.script.take(faults.Hang, call)
        if hanging and not hanging.committed:
            time.sleep(hanging.seconds)
        if dropped and not dropped.committed:
            return self._noted(call, Reply(0))
        reply = self._attempted(call)
        if hanging and hanging.committed:
            time.sleep(hanging.seconds)
        return self._noted(call, Reply(0) if dropped else reply)

    def _attempted(self, call: Call) -> Reply:
        with nullcontext() if call.method.name in WAITS else self._world.lock:
            try:
                check_gates(self._world, self._projects, call)
                body = answered_before(self._world, call) or HANDLERS[call.method.name](
                    self._world, call
                )
            except Refusal as no:
                return Reply(no.status, _encoded(no.body()))
            finally:
                if call.method.verb != "GET":
                    self._save()
            self._check(call, body)
            return Reply(200, _encoded(body))

    def _check(self, call: Call, body: Body) -> None:
        for problem in answer_problems(call.method, body):
            self._journal.violation(f"answer of {call.method.name}: {problem}")

    def _noted(self, call: Call, reply: Reply) -> Reply:
        entry = Entry(
            number=0,
            at=self._world.clock.now(),
            method=call.method.name,
            project=call.project,
            zone=call.zone,
            name=call.name,
            status=reply.status,
            request_id=call.request_id,
            query=dict(call.query),
            body=call.body,
        )
        self._write(entry)
        return reply

    def _write(self, entry: Entry) -> None:
        entry = self._journal.write(entry)
        if self.on_call:
            self.on_call(entry)


def _encoded(body: Body) -> bytes:
    return json.dumps(body).encode()
