"""Sending a file: which part of it was asked for, and how fast it goes."""

import time
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from .catalog import RepoFile

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a file, from its first to its last byte; `asked` if a range was asked for at all."""

    first: int
    last: int
    asked: bool

    @property
    def size(self) -> int:
        """Bytes in the part."""
        return self.last - self.first + 1


def span(asked: str, size: int) -> Part:
    """The part that a Range header asks for of a file of `size` bytes; all of it without one."""
    first, _, last = asked.removeprefix("bytes=").partition("-")
    if asked and not first:  # the last so many bytes
        return Part(max(size - int(last), 0), size - 1, asked=True)
    return Part(int(first or 0), min(int(last or size - 1), size - 1), asked=bool(asked))


def file_headers(file: RepoFile, part: Part) -> dict[str, str]:
    """The headers that go before a part of a file."""
    headers = {
        "ETag": f'"{file.etag}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(part.size),
    }
    if part.asked:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"
    return headers


def send(where: Path, part: Part, to: BufferedIOBase, *, size: int, rate: int = 0) -> None:
    """Sends the first `size` bytes of a part, at `rate` bytes per second if that is not 0."""
    chunk = min(CHUNK, max(rate // 10, 1)) if rate else CHUNK
    left = size
    with where.open("rb") as content:
        content.seek(part.first)
        while left > 0:
            left -= to.write(content.read(min(chunk, left)))
            if rate:
                time.sleep(chunk / rate)
