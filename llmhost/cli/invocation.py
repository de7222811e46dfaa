"""One run of the program: its streams, how it shows things, and how it ends in failure."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from signal import SIGHUP, SIGINT, SIGTERM, Signals
from typing import TYPE_CHECKING, Literal, TypeAlias

import typer

from llmhost.cli.machines import Machines
from llmhost.errors import ExitStatus, LlmhostError
from llmhost.ui.terminal import Terminal

if TYPE_CHECKING:
    from llmhost.cloud.base import CloudDriver
    from llmhost.transport.base import Address, Transport
    from llmhost.ui.paint import Line
    from llmhost.ui.story import Story

Output: TypeAlias = Literal["text", "json"]


def _replace(argv: Sequence[str]) -> None:
    os.execvp(argv[0], list(argv))  # noqa: S606  the user asked for this very program


def _plain(document: object) -> object:
    if is_dataclass(document) and not isinstance(document, type):
        return asdict(document)
    return document


@dataclass(slots=True)
class Invocation:
    """What one run knows about itself; commands find it as `ctx.obj`.

    Attributes:
        typed: The command line, to be typed again.
        terminal: The streams.
        execute: Becomes another program; tests only note it.
        output: Text for people or one JSON document for programs.
        events: Whether stderr belongs to programs, so that no prose may go there.
        ways_on: Commands to type after an interruption, each with its reason; empty while nothing
            is begun.
        connections: Those that are on their way already, by address.
        machines: Those that cost money, as far as this run was told.
        drivers: Those of clouds that were used, by name.
    """

    typed: str
    terminal: Terminal = field(default_factory=Terminal)
    execute: Callable[[Sequence[str]], None] = _replace
    output: Output = "text"
    events: bool = False
    ways_on: tuple[str, ...] = ()
    connections: "dict[Address, Transport]" = field(default_factory=dict)
    machines: Machines = field(default_factory=Machines)
    drivers: "dict[str, CloudDriver]" = field(default_factory=dict)
    _story: "Story | None" = None

    @classmethod
    def of(
        cls, ctx: typer.Context, output: Output = "text", *, events: bool = False
    ) -> "Invocation":
        """The run a command belongs to, told how things are to be shown."""
        run = ctx.find_object(cls) or cls(typed=ctx.command_path)
        run.output, run.events = output, events
        return run

    @property
    def story(self) -> "Story":
        """The story of this run, begun on first use."""
        from llmhost.ui.story import story

        if self._story is None:
            self._story = story(self.terminal, events=self.events)
        return self._story

    def say(self, what: "Sequence[Line]") -> None:
        """Adds prose to the story."""
        self.quieten()
        if not self.events:
            self.terminal.say(what)

    def deliver(self, document: object, view: "Sequence[Line]") -> None:
        """Writes the product: the document as JSON where that was asked for, else its view."""
        self.quieten()
        if self.output == "json":
            from llmhost.ui.jsonlines import as_text

            self.terminal.stdout.write(as_text(_plain(document), indent=2) + "\n")
            self.terminal.stdout.flush()
        else:
            self.terminal.put(view)

    def tell(self, error: LlmhostError, machines: "Machines | None" = None) -> None:
        """Adds an expected failure to the story, with what is known of machines."""
        from llmhost.cli.failure import Failure
        from llmhost.ui.error import prose
        from llmhost.ui.jsonlines import JsonLines

        self.quieten()
        if self.events:
            JsonLines(self.terminal).write("Failure", asdict(Failure.of(error, machines)))
        else:
            told = prose(error.message, why=error.why, hint=error.hint, details=error.details)
            self.terminal.say(told)

    def fail(self, error: LlmhostError) -> int:
        """Ends with an expected failure, shown in every form that was asked for."""
        from llmhost.cli.failure import Failure

        self.tell(error, self.machines)
        if not isinstance(error, InterruptedByUserError):
            self.remind()
        if self.output == "json":
            self.deliver(Failure.of(error, self.machines), ())
        return int(error.exit_status)

    def remind(self) -> None:
        """Says which machines cost money although this run has failed."""
        from llmhost.ui.paint import Span, line

        words = self.machines.words()
        self.say([line(Span("note", "accent"), f": {machine}") for machine in words])

    def interrupted(self, by: Signals = SIGINT) -> int:
        """Says what exists after Ctrl-C or its like, how to go on, and how to end it."""
        begun = "what was begun on the host goes on there"
        machines = self.machines.words()
        what = begun if self.ways_on or machines else "nothing was changed"
        how = "interrupted" if by == SIGINT else f"ended by {by.name}"
        error = InterruptedByUserError(
            f"{how}: {what}", why="\n".join(machines), hint="\n".join(self.ways_on)
        )
        error.exit_status = _STATUSES[by]
        return self.fail(error)

    def become(self, argv: Sequence[str]) -> None:
        """Gives the process over to another program."""
        self.quieten()
        self.execute(argv)

    def quieten(self) -> None:
        """Leaves the terminal as it was found, with what was told on it."""
        if self._story is not None:
            self._story.pause()


class InterruptedByUserError(LlmhostError):
    """The user pressed Ctrl-C, or the process was told to end."""

    exit_status = ExitStatus.INTERRUPTED


_STATUSES = {
    SIGINT: ExitStatus.INTERRUPTED,
    SIGTERM: ExitStatus.TERMINATED,
    SIGHUP: ExitStatus.HUNG_UP,
}
