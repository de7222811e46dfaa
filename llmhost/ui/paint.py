"""Lines of styled text, without a terminal: views build them, `Terminal` writes them.

Text that comes from a host or a model is shown as it is, less what could steer a terminal or the
runner of a CI job that reads along.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["plain", "strong", "faint", "good", "bad", "warn", "accent"]

# ECMA-48 "select graphic rendition" parameters.
_CODES: dict[Style, str] = {
    "strong": "1",
    "faint": "2",
    "good": "32",
    "bad": "31",
    "warn": "33",
    "accent": "36",
}
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# What runners of GitHub and Azure take for a command: `::` at the start of a line, `##[` anywhere
# (ActionCommand.cs of github.com/actions/runner, 2026-11-20).
_COMMAND = re.compile(r"\A(\s*):(?=:)")
_OLD_COMMAND = ("##[", "##(")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style."""

    text: str
    style: Style = "plain"


Line: TypeAlias = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of several parts; plain strings take the plain style."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def harmless(text: str) -> str:
    """The text without escape sequences, control characters and direction overrides."""
    if not text.isprintable():
        text = _CONTROL.sub("", _ESCAPE.sub("", text)).replace("\t", "    ")
    return text.replace(*_OLD_COMMAND)


def plain(of: Line) -> str:
    """The line as bare text."""
    return no_command("".join(harmless(span.text) for span in of)).rstrip()


def ansi(of: Line) -> str:
    """The line with its styles as escape sequences."""
    return no_command("".join(_painted(span) for span in of)).rstrip()


def no_command(text: str) -> str:
    """The line as no runner of CI jobs takes it for a command; it looks nearly the same."""
    return _COMMAND.sub(r"\1: ", text).replace(*_OLD_COMMAND)


def lines(texts: Iterable[str], style: Style = "plain", *, indent: str = "") -> tuple[Line, ...]:
    """One line per text, all in one style."""
    return tuple((Span(indent + text, style),) for text in texts)


def _painted(span: Span) -> str:
    code, text = _CODES.get(span.style), harmless(span.text)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text
