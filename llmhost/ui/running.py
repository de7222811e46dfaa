"""What runs on one host at this moment, kept from its events; the live view draws it."""

from collections import deque
from dataclasses import dataclass, field

from llmhost.events import (
    Event,
    LogLine,
    Notice,
    PhaseFinished,
    PhaseStarted,
    Progress,
    StepFinished,
    StepStarted,
)
from llmhost.ui.meter import Meter

_LOG_LINES = 4


@dataclass(slots=True)
class Running:
    """The phase, the steps and the jobs that are under way, and the last lines of logs."""

    title: str = ""
    since: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    jobs: dict[str, Meter] = field(default_factory=dict)
    log: deque[LogLine] = field(default_factory=lambda: deque(maxlen=_LOG_LINES))

    def take(self, event: Event, now: float) -> None:
        """Takes an event that came at `now`, in seconds of a monotonic clock."""
        match event:
            case PhaseStarted(title=title):
                self._clear()
                self.title, self.since = title, now
            case PhaseFinished():
                self._clear()
            case StepStarted(title=title):
                self.steps[title] = now
            case StepFinished(title=title):
                self.steps.pop(title, None)
                if not self.steps:
                    self.jobs.clear()
                    self.log.clear()
            case Progress(job=job):
                self.jobs.setdefault(job, Meter(event)).add(event, now)
            case LogLine():
                self.log.append(event)
            case Notice():
                pass

    def _clear(self) -> None:
        self.title = ""
        self.steps.clear()
        self.jobs.clear()
        self.log.clear()
