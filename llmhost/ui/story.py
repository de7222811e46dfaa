"""The story told on stderr while work runs: live on a terminal, plain lines, or JSON lines."""

from typing import Protocol

from llmhost.events import Event, Reporter
from llmhost.ui.terminal import Terminal


class Story(Protocol):
    """Shows events, of one host or of several side by side; callable from several threads."""

    def tell(self, event: Event, /, host: str = "") -> None:
        """Shows an event; `host` names the one it is about where there are several."""
        ...

    def pause(self) -> None:
        """Leaves the terminal to somebody else until the next event."""
        ...


def story(terminal: Terminal, *, events: bool) -> Story:
    """The story that suits the terminal, or JSON lines where `events` are asked for."""
    if events:
        from llmhost.ui.jsonlines import JsonLines  # noqa: PLC0415  used with --events alone

        return JsonLines(terminal)
    if terminal.lively:
        from llmhost.ui.live import Live  # noqa: PLC0415  rich takes its time

        return Live(terminal)
    from llmhost.ui.plain import Plain  # noqa: PLC0415  used without a terminal

    return Plain(terminal)


def reporter(of: Story, host: str = "") -> Reporter:
    """What workflows call with the events of one host."""
    return lambda event: of.tell(event, host=host)
