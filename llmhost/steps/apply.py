"""Applies changes: one script, one unit on the host, its events told as they come."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from llmhost.errors import HostError, LlmhostError, StepError
from llmhost.events import Progress, Reporter, StepFinished, StepStarted
from llmhost.host import script
from llmhost.secret import Secret
from llmhost.steps.base import Drift, Effect, Step
from llmhost.steps.failures import explained
from llmhost.transport.base import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable


class BusyError(HostError):
    """Another apply runs on the host, and there is one at a time."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A step with what it has to remove."""

    step: Step
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What one apply does.

    Attributes:
        title: What the unit on the host is called while it works.
        holder: Who applies, for whoever finds the host locked.
        pending: What to do, in order.
    """

    title: str
    holder: str
    pending: tuple[Pending, ...]


@dataclass(slots=True)
class _Listener:
    """Turns the lines of an apply into events, and remembers how it ended."""

    report: Reporter
    titles: dict[int, str] = field(default_factory=dict)
    failed: list[int] = field(default_factory=list)
    evidence: dict[int, list[str]] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    ended: bool = False
    rest: list[str] = field(default_factory=list)
    lost: bool = False
    busy: bool = False
    holder: str = ""

    def hear(self, line: str) -> None:
        if self.ended:
            self.rest.append(line)
            return
        kind, *fields = line.split("\t")
        hear: dict[str, Callable[..., None]] = {
            "title": self._named,
            "step": self._step,
            "progress": self._progress,
            "evidence": self._evidence,
            "end": self._end,
            "lost": self._lost,
            "busy": self._busy,
        }
        if kind in hear:
            hear[kind](*fields)

    def _named(self, number: str, title: str) -> None:
        self.titles[int(number)] = title

    def _step(self, number: str, what: str, figure: str = "0") -> None:
        title = self.titles[int(number)]
        if what == "started":
            self.report(StepStarted(title))
            return
        self.finished.add(int(number))
        if what == "changed":
            self.report(StepFinished(title, "changed", seconds=int(figure) / 1000))
        else:
            self.failed.append(int(number))
            self.report(StepFinished(title, "failed", f"exit status {figure}"))

    def _progress(self, job: str, done: str, total: str, text: str = "") -> None:
        self.report(Progress(job, int(done), int(total), text))

    def _evidence(self, number: str, text: str = "") -> None:
        self.evidence.setdefault(int(number), []).append(text)

    def _end(self, _status: str) -> None:
        self.ended = True
        for number, title in self.titles.items():
            if number not in self.finished:
                self.report(StepFinished(title, "skipped", "an earlier step failed"))

    def _lost(self) -> None:
        self.lost = True

    def _busy(self, holder: str = "") -> None:
        self.busy, self.holder = True, holder


def apply(transport: Transport, work: Work, report: Reporter, then: str = "") -> Answer:
    """Applies the changes and returns when the last one is done.

    The work belongs to the host: it goes on when the connection or this process ends.

    Args:
        transport: The host.
        work: What to do.
        report: Hears of each step.
        then: A script that is run right after, in the same exec; its output is returned.

    Raises:
        LlmhostError: A step failed, with its last lines and, where known, cause and remedy.
        BusyError: Another apply runs.
        HostError: The connection broke.
    """
    jobs = [
        script.Job(number, one.step.title, one.step.lane, _calls(one))
        for number, one in enumerate(work.pending)
    ]
    listener = _Listener(report)
    source = script.launch(script.apply(jobs, work.holder), work.title)
    answer = transport.run(source + then, listener.hear)
    _judge(transport, listener, answer)
    return replace(answer, stdout="\n".join(listener.rest) + "\n")


def follow(transport: Transport, report: Reporter) -> None:
    """Follows the apply that runs on the host already, until it ends, whichever way."""
    listener = _Listener(report)
    transport.run(script.follow(), listener.hear)


def still_drifting(title: str, drift: tuple[Drift, ...]) -> LlmhostError:
    """The error for a step that was applied and did not come to what was wanted."""
    return StepError(
        f"{title}: applied, and still not as it should be",
        why=", ".join(f"{one.attribute} is {_word(one.actual)}" for one in drift),
        hint="something on the host changes it back, or keeps it from changing; run this again",
    )


def _word(actual: str) -> str:
    return "absent" if not actual else actual if "\n" not in actual else "other than written"


def _calls(pending: Pending) -> tuple[tuple[str, ...], ...]:
    return tuple(_argv(effect) for effect in pending.step.apply(pending.drift))


def _argv(effect: Effect) -> tuple[str, ...]:
    return tuple(word.value if isinstance(word, Secret) else word for word in effect.argv)


def _judge(transport: Transport, listener: _Listener, answer: Answer) -> None:
    if listener.busy:
        raise BusyError(
            f"another llmhost is at work on {transport.name}",
            why=listener.holder,
            hint="wait for it and run this again; to break its lock: "
            "`sudo systemctl stop llmhost-apply` on the host",
        )
    if listener.failed:
        number = listener.failed[0]
        raise explained(listener.titles[number], tuple(listener.evidence.get(number, ())))
    if not listener.ended and not listener.lost and not listener.titles:
        raise _not_begun(transport, answer)
    if listener.lost or not listener.ended:
        raise _interrupted(transport, answer)


def _not_begun(transport: Transport, answer: Answer) -> LlmhostError:
    said = answer.stderr.splitlines()
    return HostError(
        f"the work on {transport.name} did not begin",
        why=said[-1] if said else f"systemd refused it with status {answer.exit_status}",
        hint="see how systemd is there: `systemctl status` and `systemctl --failed`",
        details=tuple(said[-5:]),
    )


def _interrupted(transport: Transport, answer: Answer) -> LlmhostError:
    return HostError(
        f"the work on {transport.name} ended before its last step",
        why="it was stopped there, or the host went down",
        hint="run the same command again; it goes on where this one stopped",
        details=tuple(answer.stderr.splitlines()[-5:]),
    )
