"""One exchange over a stream of bytes, by Python's own HTTP client, within a time and a size."""

import http.client
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llmhost import __version__
from llmhost.endpoint.events import Reader
from llmhost.endpoint.exchange import Event, Exchange, Request

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from llmhost.transport.base import Stream

_PIECE = 1 << 16
_LONGER = "it is longer than {} bytes"


def exchange(
    stream: "Stream", host: str, request: Request, headers: Mapping[str, str], within: "Within"
) -> Exchange:
    """Sends a request and reads the answer to its end.

    Never raises for what the other side does: `Exchange.failure` says it.

    Args:
        stream: A fresh connection; it is left open.
        host: What stands in the `Host` header.
        request: What is asked; its path is that of the whole URL.
        headers: Further headers.
        within: Time and size it may take.
    """
    answer = _Answer(within.clock())
    try:
        response = _sent(stream, host, request, headers, within)
        answer.begin(response)
        while piece := _piece(response, answer.missing):
            answer.add(piece, within.clock())
            if answer.size > within.size:
                answer.failure = _LONGER.format(within.size)
                break
        else:
            if answer.missing:
                answer.failure = "the answer broke off"
    except TimeoutError:
        words = "the answer did not end" if answer.status else "no answer"
        answer.failure = f"{words} within {within.seconds:g} s"
    except (http.client.HTTPException, OSError) as error:
        answer.failure = _why(error, begun=answer.status > 0)
    return answer.ended(within.clock())


@dataclass(slots=True)
class Within:
    """What an exchange may take: seconds in all, and bytes of the answer."""

    seconds: float
    size: int
    clock: Callable[[], float] = time.monotonic
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.deadline = self.clock() + self.seconds

    @property
    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: None are.
        """
        left = self.deadline - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


def _sent(
    stream: "Stream", host: str, request: Request, headers: Mapping[str, str], within: Within
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(host)
    connection.sock = _Socket(stream, within)
    body = None if request.body is None else json.dumps(request.body).encode()
    usual = {
        "Accept": "application/json, text/event-stream",
        "Connection": "close",
        "User-Agent": f"llmhost/{__version__}",
        **({} if body is None else {"Content-Type": "application/json"}),
    }
    method = "GET" if body is None else "POST"
    connection.request(method, request.path, body, {**usual, **headers})
    return connection.getresponse()


def _piece(response: http.client.HTTPResponse, missing: int | None) -> bytes:
    """What comes next. What was announced is counted here: the client of 3.11 would wait on."""
    return b"" if missing == 0 else response.read1(min(_PIECE, missing or _PIECE))


@dataclass(slots=True)
class _Answer:
    """What has come so far."""

    begun: float
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    size: int = 0
    missing: int | None = None
    failure: str = ""
    _reader: Reader = field(default_factory=Reader)

    def begin(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.missing = None if response.chunked else response.length

    def add(self, piece: bytes, now: float) -> None:
        self.size += len(piece)
        if self.missing is not None:
            self.missing -= len(piece)
        self.pieces.append(piece)
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            self.events += self._reader.feed(piece, now - self.begun)

    def ended(self, now: float) -> Exchange:
        return Exchange(
            status=self.status,
            body=b"".join(self.pieces).decode("utf-8", "replace"),
            events=tuple(self.events),
            seconds=now - self.begun,
            failure=self.failure,
            headers=self.headers,
        )


class _Socket:
    """As much of a socket as the HTTP client uses; whoever opened the stream closes it."""

    def __init__(self, stream: "Stream", within: Within) -> None:
        self._stream = stream
        self._within = within

    def sendall(self, data: bytes) -> None:
        self._stream.settimeout(self._within.left)
        self._stream.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Source(self._stream, self._within), _PIECE)

    def close(self) -> None:
        """The client closes it early, when the answer's header says that it will end."""


class _Source(io.RawIOBase):
    """What comes in, for as long as there is time."""

    def __init__(self, stream: "Stream", within: Within) -> None:
        self._stream = stream
        self._within = within

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer).cast("B")
        self._stream.settimeout(self._within.left)
        data = self._stream.recv(len(room))
        room[: len(data)] = data
        return len(data)


def _why(error: Exception, *, begun: bool) -> str:
    if begun:
        return "the answer broke off"
    match error:
        case http.client.RemoteDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "the connection was closed without an answer"
        case http.client.HTTPException():
            return f"what came is no HTTP: {type(error).__name__}"
        case OSError():
            return (error.strerror or str(error) or type(error).__name__).lower()
    return type(error).__name__
