"""Server-sent events out of bytes that come in pieces.

https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as APIs use it: `data` alone.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from llmhost.endpoint.exchange import Event


@dataclass(slots=True)
class Reader:
    """Collects pieces until an event is whole; an event came when its last byte did."""

    _decode: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    _rest: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, piece: bytes, seconds: float) -> Iterator[Event]:
        """Takes what has come; yields the events that it completes."""
        *lines, self._rest = (self._rest + self._decode.decode(piece)).split("\n")
        for line in (line.removesuffix("\r") for line in lines):
            if line.startswith("data:"):
                self._data.append(line.removeprefix("data:").removeprefix(" "))
            elif not line and self._data:
                data, self._data = self._data, []
                yield Event(seconds, "\n".join(data))
