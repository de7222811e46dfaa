"""A terminal for tests: streams that keep what is written to them."""

import io
import re

from llmhost.ui.terminal import Terminal


class Screen(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def on_screen(**environ: str) -> tuple[Terminal, Screen]:
    """A terminal whose stderr is a screen, and that screen."""
    screen = Screen()
    return Terminal(Screen(), Screen(), screen, {"TERM": "xterm", **environ}), screen


def on_paper(**environ: str) -> tuple[Terminal, io.StringIO]:
    """A terminal whose stderr is a file, and that file."""
    paper = io.StringIO()
    return Terminal(io.StringIO(), io.StringIO(), paper, environ), paper


def words(text: str) -> list[str]:
    """Everything that was ever written to a screen, line by line, also what was overwritten."""
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text))


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
