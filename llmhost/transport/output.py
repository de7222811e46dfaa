"""What a script prints, as it arrives in pieces: whole lines out of bytes, all of it bounded."""

from llmhost.transport.base import LineHandler
from llmhost.transport.envelope import STARTED

LINE_LIMIT = 1 << 20  # bytes; a longer line is handed on in pieces of that size
STDERR_LIMIT = 64 << 10  # bytes, from the end: the last words of a failing program are what matters
NOISE_LIMIT = 4 << 10  # bytes of what was printed before the script started


class Stdout:
    """Standard output: lines go to a handler, or are kept whole where there is none.

    Attributes:
        started: Whether the script's own first line was seen.
        noise: What was printed before it.
    """

    def __init__(self, on_line: LineHandler | None = None) -> None:
        self.started = False
        self.noise = ""
        self._on_line = on_line
        self._kept: list[str] = []
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._rest += chunk
        if b"\n" in chunk:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                self._line(self._shortened(line), "\n")
        self._rest = self._shortened(self._rest)

    def finish(self) -> str:
        """Hands on what is left after the last newline; answers with all that was kept."""
        if self._rest:
            self._line(self._rest, "")
            self._rest.clear()
        return "".join(self._kept)

    def _shortened(self, line: bytearray) -> bytearray:
        """What is left of a line after handing on as much of it as is too long."""
        while len(line) > LINE_LIMIT:
            self._line(line[:LINE_LIMIT], "")
            del line[:LINE_LIMIT]
        return line

    def _line(self, line: bytearray, end: str) -> None:
        text = line.decode(errors="replace")
        if not self.started:
            self.started = text == STARTED
            if not self.started:
                self.noise = (self.noise + text + end)[-NOISE_LIMIT:]
        elif self._on_line is None:
            self._kept.append(text + end)
        else:
            self._on_line(text)


class Stderr:
    """Standard error: the last `STDERR_LIMIT` bytes of it."""

    def __init__(self) -> None:
        self._tail = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._tail += chunk
        if len(self._tail) > STDERR_LIMIT:
            del self._tail[:-STDERR_LIMIT]

    def finish(self) -> str:
        """All that was kept."""
        return self._tail.decode(errors="replace")
