"""A runner comes: it is registered, started on its host, and seen by its forge."""

import time
from dataclasses import dataclass

from llmhost.errors import LlmhostError
from llmhost.events import Notice, StepFinished
from llmhost.facts.files import FileState
from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.services import UnitState
from llmhost.planning.runner import Post, questions, registered_at, steps
from llmhost.runners.base import BusyRunnerError, Forge, Registered, RunnerError, forge_of
from llmhost.runners.failures import explained
from llmhost.spec.deployment import Deployment
from llmhost.spec.runner import Runner, read_runner, runner_name
from llmhost.steps import apply as applying
from llmhost.steps.base import Step
from llmhost.workflows.leaving import BUSY_SECONDS, dismissed, home_of
from llmhost.workflows.place import Found
from llmhost.workflows.session import Session

ONLINE_SECONDS = 180.0
"""How long a runner may take from its start until its forge sees it; they take five to thirty."""

_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a host and a forge say of a runner now."""

    unit: UnitState
    mark: FileState | None
    log: tuple[str, ...]
    there: Registered | None
    arch: str


class Engagement:
    """A runner at its host and at its forge."""

    def __init__(
        self, session: Session, found: Found, deployment: Deployment, runner: Runner
    ) -> None:
        self._session, self._found, self._transport = session, found, found.transport
        self._name = deployment.name
        # Asked anew: the token of a GitHub App may have expired while weights came in.
        self._forge: Forge = forge_of(runner, session.environ)
        facts = self._asked()
        name = runner_name(
            deployment.name, home_of(session, found, facts(questions(self._name)[1]))
        )
        self.post = Post(deployment, runner, name, self._forge.server)
        self._first: Facts | None = facts

    def seen(self) -> Seen:
        """How it is now."""
        facts, self._first = self._first or self._asked(), None
        unit, _, system, mark, log = questions(self._name)
        there = self._forge.find(self.post.name)
        return Seen(facts(unit), facts(mark), facts(log), there, facts(system).arch)

    def engage(self, seen: Seen) -> tuple[str, ...]:
        """Registers it and has it come online; returns the titles of what changed."""
        self._leave_elsewhere(seen.unit)
        anew = seen.unit.running
        if anew and seen.there:
            if seen.there.busy:
                raise _at_work(self.post, seen.there, "it would have to be registered anew")
            self._forge.remove(seen.there)
        elif seen.there:
            self._vacated(seen.unit)
        software = self._forge.software(seen.arch)
        registration = self._forge.register(self.post.name, self.post.labels, self.post.runner)
        try:
            wanted = steps(self.post, software, registration.credential, anew=anew)
            changed = self._applied(wanted)
            self._await_online()
        except BaseException:
            # Nobody is to find a runner that never came; when this fails as well, `down` does it.
            dismissed(self._forge, self.post.name, patience=0.0)
            raise
        return changed

    def refuse_during_a_job(self) -> None:
        """Refuses to go on while its job is under way.

        Raises:
            BusyRunnerError: It is.
        """
        seen = self.seen()
        if seen.there and seen.there.busy and seen.unit.running:
            raise _at_work(self.post, seen.there, "what is to be changed would end it")

    def _asked(self, *more: Inquiry) -> Facts:
        inquiry = more[0] if more else Inquiry(questions(self._name))
        return inquiry.read(self._transport, self._transport.run(inquiry.script))

    def _applied(self, wanted: tuple[Step, ...]) -> tuple[str, ...]:
        """Applies what differs; whether it did shows when the runner is online."""
        asked = Inquiry(tuple(fact for step in wanted for fact in step.facts()))
        facts = self._asked(asked)
        pending = tuple(
            applying.Pending(step, drift) for step in wanted if (drift := step.check(facts))
        )
        for step in wanted:
            if step not in {one.step for one in pending}:
                self._session.report(StepFinished(step.title, "ok"))
        work = applying.Work(f"llmhost up {self._name}", self._session.holder, pending)
        applying.apply(self._transport, work, self._session.report)
        return tuple(one.step.title for one in pending)

    def _await_online(self) -> None:
        ends = time.monotonic() + ONLINE_SECONDS
        while True:
            seen = self.seen()
            # One that has ended may have done its job already: then there is the mark of it.
            if seen.mark or (seen.there and (seen.there.online or seen.there.busy)):
                return
            if not seen.unit.running:
                raise _never_came(self.post, seen, "its program has ended")
            if time.monotonic() > ends:
                raise _never_came(self.post, seen, f"not within {ONLINE_SECONDS:.0f} s")
            time.sleep(_PAUSE_SECONDS)

    def _leave_elsewhere(self, unit: UnitState) -> None:
        """Removes what the unit was registered as before, if that was something else.

        Raises:
            BusyRunnerError: It has a job in hand there.
        """
        name, place = registered_at(unit)
        if not name or (name, place) == (self.post.name, str(self.post.runner)):
            return
        try:
            forge = forge_of(read_runner(place), self._session.environ)
            if there := forge.find(name):
                forge.remove(there)
        except BusyRunnerError:
            raise
        except LlmhostError as error:
            self._session.report(Notice(f"{name} stays registered at {place}: {error.message}"))

    def _vacated(self, unit: UnitState) -> None:
        """Makes room where a forge has not heard yet that the last runner of this host has ended.

        Raises:
            BusyRunnerError: It believes in a job all the time.
        """
        ours = unit.description == self.post.description
        ends = time.monotonic() + BUSY_SECONDS
        while (there := self._forge.find(self.post.name)) and (there.online or there.busy):
            if ours and not there.busy:
                self._forge.remove(there)
                return
            if time.monotonic() > ends:
                break
            time.sleep(_PAUSE_SECONDS)
        if ours and there and there.busy:
            raise _at_work(self.post, there, "its program has ended; forges take 15 minutes to see")
        # One that is connected and was never of this host: the registration says whose it is.


def _at_work(post: Post, there: Registered, why: str) -> RunnerError:
    return BusyRunnerError(
        f"runner `{there.name}` at {post.runner} has a job in hand",
        why=why,
        hint="wait for the end of the job, or end it at its forge",
    )


def _never_came(post: Post, seen: Seen, how: str) -> RunnerError:
    why, hint = explained(seen.log)
    state = f"unit {post.unit} is {seen.unit.active}"
    return RunnerError(
        f"the runner {post.name} did not come online at {post.runner}: {how}",
        why=why or state,
        hint=hint
        or f"`journalctl -u {post.unit}` on the host shows more; the next `llmhost up` registers "
        "anew",
        details=seen.log[-15:],
    )
