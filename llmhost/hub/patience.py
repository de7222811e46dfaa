"""Connections on which a whole answer, status and headers included, has so many seconds.

The timeout of a socket bounds one silence; a server that sends a byte now and then is never silent.
Here every read of the socket waits no longer than is left of the whole.
"""

import functools
import http.client
import io
import socket
import time
import urllib.request
from typing import Any, Protocol, cast


class TooSlowError(Exception):
    """An answer has not ended in the time it had."""


class _Readable(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...

    def close(self) -> None: ...


class _Timed(io.RawIOBase):
    """Reads a socket until a certain moment."""

    def __init__(self, raw: _Readable, sock: socket.socket, ends: float) -> None:
        super().__init__()
        self._raw, self._sock, self._ends = raw, sock, ends
        self._silence = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # as CPython calls it
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TooSlowError
        self._sock.settimeout(left if self._silence is None else min(left, self._silence))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            if time.monotonic() >= self._ends:
                raise TooSlowError from None
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *rest: Any, ends: float, **named: Any) -> None:  # noqa: ANN401  those of the library
        super().__init__(sock, *rest, **named)
        raw = cast("_Readable", self.fp.detach())
        self.fp = io.BufferedReader(_Timed(raw, sock, ends))


class _Plain(http.client.HTTPConnection):
    def __init__(self, *rest: Any, whole: float, **named: Any) -> None:  # noqa: ANN401  same
        super().__init__(*rest, **named)
        ends = time.monotonic() + whole
        self.response_class = functools.partial(_Answer, ends=ends)  # type: ignore[assignment]


class _Secure(_Plain, http.client.HTTPSConnection):
    pass


class _PlainHandler(urllib.request.HTTPHandler):
    def __init__(self, whole: float) -> None:
        super().__init__()
        self._whole = whole

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, req, whole=self._whole)  # type: ignore[arg-type]


class _SecureHandler(urllib.request.HTTPSHandler):
    def __init__(self, whole: float) -> None:
        super().__init__()
        self._whole = whole

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        context = self._context  # type: ignore[attr-defined]  # as the library's own does
        return self.do_open(_Secure, req, context=context, whole=self._whole)  # type: ignore[arg-type]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirections to `Web`, which takes the token off before it goes elsewhere."""

    def http_error_301(self, *_: object) -> None:
        return None

    http_error_302 = http_error_303 = http_error_307 = http_error_308 = http_error_301  # type: ignore[assignment]


class Opener(Protocol):
    """What opens addresses: that of `urllib`, and those of tests."""

    def open(self, request: urllib.request.Request, *, timeout: float) -> Any:  # noqa: ANN401  an answer of any kind
        """The answer to a request."""
        ...


def patient(whole: float) -> Opener:
    """Opens addresses of the web, follows no redirection, and gives each answer so many seconds."""
    return urllib.request.build_opener(_Stay, _PlainHandler(whole), _SecureHandler(whole))
