"""How a deployment is: one word, the sentence it rests on, and every observation."""

from typing import TYPE_CHECKING

from llmhost.ui.checks import checks
from llmhost.ui.columns import columns
from llmhost.ui.memory import beside
from llmhost.ui.paint import Line, Span, Style, line, lines

if TYPE_CHECKING:
    from llmhost.workflows.results import Health, Status

_STYLES: "dict[Health, Style]" = {
    "serving": "good",
    "loading": "warn",
    "failing": "bad",
    "stopped": "bad",
    "absent": "bad",
    "unknown": "warn",
}


def status(of: "Status", *, width: int | None = None) -> tuple[Line, ...]:
    """The deployment, its checks, and what is not as it should be."""
    known = {"provider": of.provider, "model": of.model, "endpoint": of.endpoint, "host": of.host}
    rows = [(Span(f"  {word}", "faint"), Span(value)) for word, value in known.items() if value]
    seen, memory = checks(of.checks, width=width), beside(of.memory, simulated=bool(of.simulated))
    return (
        line(Span(of.name, "strong"), " ", Span(of.health, _STYLES[of.health]), _why(of.why)),
        *columns(rows),
        *((line(), *seen) if seen else ()),
        *((line(), *memory) if memory else ()),
        *((line(), line("not as it should be")) if of.drift else ()),
        *lines(of.drift, "warn", indent="  ~ "),
        *((line(Span("simulated", "accent"), f": {of.simulated}"),) if of.simulated else ()),
    )


def _why(why: str) -> str:
    return f": {why}" if why else ""
