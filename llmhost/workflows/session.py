"""What every workflow is given: ears, ways to hosts and clouds, and somebody to ask."""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from llmhost.cloud.base import CloudDriver
from llmhost.events import PhaseFinished, PhaseStarted, Reporter
from llmhost.transport.base import Address, Transport
from llmhost.transport.user import user_name
from llmhost.workflows.results import PhaseTime, Planned


@dataclass(frozen=True, slots=True)
class Session:
    """The effects a workflow may use.

    Attributes:
        report: Hears what happens.
        connect: A transport to an address; it may begin to connect at once.
        drivers: The driver of a cloud, by name.
        confirm: Shows a plan and answers whether to go on.
        environ: Where secrets come from, by name.
    """

    report: Reporter
    connect: Callable[[Address], Transport]
    drivers: Callable[[str], CloudDriver]
    confirm: Callable[[Planned], bool]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def holder(self) -> str:
        """Who this is, for whoever finds a lock taken."""
        return f"{user_name()}@{platform.node()}, process {os.getpid()}"


class Phases:
    """Times the parts of a way and reports them."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self.times: list[PhaseTime] = []

    @contextmanager
    def phase(self, name: str, title: str) -> Iterator[None]:
        """A part of the way; its time counts when it fails, too."""
        self._report(PhaseStarted(name, title))
        begun = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - begun
            self.times.append(PhaseTime(name, title, seconds))
            self._report(PhaseFinished(name, seconds))
