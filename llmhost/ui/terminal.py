"""The streams of a process and what they can show: stdout is the product, stderr the story."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import TextIO

from llmhost.ui.paint import Line, ansi, plain


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where llmhost reads and writes; tests put their own streams here.

    Attributes:
        environ: Environment variables; `NO_COLOR` (https://no-color.org), `FORCE_COLOR` and `TERM`
            say what may be shown.
    """

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def interactive(self) -> bool:
        """Whether there is somebody to ask."""
        return self.stdin.isatty() and self.stderr.isatty()

    @property
    def lively(self) -> bool:
        """Whether stderr can redraw what it shows."""
        return self.stderr.isatty() and self.environ.get("TERM", "") != "dumb"

    @property
    def width(self) -> int | None:
        """Columns of the terminal behind stdout; None where it is a file or a pipe."""
        return get_terminal_size().columns if self.stdout.isatty() else None

    def coloured(self, stream: TextIO) -> bool:
        """Whether styles belong into that stream."""
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and self.environ.get("TERM", "") != "dumb"

    def put(self, what: Iterable[Line]) -> None:
        """Writes lines of the product to stdout."""
        self._write(self.stdout, what)

    def say(self, what: Iterable[Line]) -> None:
        """Writes lines of the story to stderr."""
        self._write(self.stderr, what)

    def ask(self, question: str) -> bool:
        """Asks for a yes; anything else is a no."""
        self.stderr.write(f"{question} [y/N] ")
        self.stderr.flush()
        return self.stdin.readline().strip().lower() in {"y", "yes"}

    def _write(self, stream: TextIO, what: Iterable[Line]) -> None:
        paint = ansi if self.coloured(stream) else plain
        text = "".join(f"{paint(line)}\n" for line in what)
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
