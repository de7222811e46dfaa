"""Reads a file from its beginning on, in parts fetched when they are needed and no further."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from llmhost.hub.refusals import BrokenFileError

_FIRST_BYTES = 64 << 10
_LARGEST_BYTES = 4 << 20


@dataclass(slots=True)
class Cursor:
    """A place in a file that moves forward only.

    Attributes:
        fetch: `fetch(start, size)` gives so many bytes of the file, fewer at its end.
        limit: The most bytes that are fetched before the file counts as broken.
        place: Bytes passed so far.
    """

    fetch: Callable[[int, int], bytes]
    limit: int
    place: int = 0
    _buffer: bytes = b""
    _begin: int = 0
    _next: int = field(default=_FIRST_BYTES)

    def take(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            BrokenFileError: The file ends before, or its header is longer than makes sense.
        """
        if self.place + size > self._begin + len(self._buffer):
            self._more(size)
        begin = self.place - self._begin
        self.place += size
        return self._buffer[begin : begin + size]

    def number(self, form: str) -> int | float:
        """The next number, in a form of the `struct` module."""
        value: int | float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def skip(self, size: int) -> None:
        """Passes over bytes; what lies beyond the part at hand is not fetched."""
        self.place += size
        if self.place > self.limit:
            raise BrokenFileError(f"a header of more than {self.limit} bytes makes no sense")

    def skip_texts(self, count: int) -> None:
        """Passes over so many strings, each eight bytes of length and its text."""
        for _ in range(count):
            begin = self.place - self._begin
            if begin < 0 or begin + 8 > len(self._buffer):
                size = int.from_bytes(self.take(8), "little")
            else:
                size = int.from_bytes(self._buffer[begin : begin + 8], "little")
                self.place += 8
            self.skip(size)

    def _more(self, size: int) -> None:
        if self.place + size > self.limit:
            raise BrokenFileError(f"a header of more than {self.limit} bytes makes no sense")
        kept = self._buffer[self.place - self._begin :] if self.place >= self._begin else b""
        start = self.place + len(kept)
        wanted = min(max(size - len(kept), self._next), self.limit - start)
        self._next = min(self._next * 2, _LARGEST_BYTES)
        self._buffer, self._begin = kept + self.fetch(start, wanted), self.place
        if len(self._buffer) < size:
            raise BrokenFileError("the file ends in the middle of its header")
