"""An error as prose: what happened, why, the evidence, and what to do next."""

from collections.abc import Sequence

from llmhost.ui.paint import Line, Span, line, lines


def prose(
    message: str, *, why: str = "", hint: str = "", details: Sequence[str] = ()
) -> tuple[Line, ...]:
    """The lines for an expected failure."""
    causes = [line(Span("  why   ", "faint"), part) for part in why.splitlines()]
    hints = [line(Span("  hint  ", "accent"), part) for part in hint.splitlines()]
    evidence = lines(details, "faint", indent="        | ")
    return (line(Span("error", "bad"), f": {message}"), *causes, *evidence, *hints)
