"""Parts of files over HTTP: ranges, redirections, patience, and a count of what came over the wire.

Python's own `urllib` does the talking. A hub's client library would do the same in more than half a
second of imports, and reads whole files; what is read here are a few kilobytes of many.
"""

import http.client
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

from llmhost import __version__
from llmhost.hub.refusals import BrokenFileError, HubError, UnreachableError, refusal

_ATTEMPTS = 4
_SILENCE_SECONDS = 10.0  # a registry that says nothing for so long is not there
_WHOLE_SECONDS = 60.0  # no part of a file is worth more; also ends answers that drip
_LONGEST_WAIT_SECONDS = 30.0
_MOST_HOPS = 5
_CHUNK = 1 << 16
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_CUT = (http.client.HTTPException, ConnectionError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Body:
    """What came back: bytes, and headers with their names in small letters."""

    content: bytes
    headers: Mapping[str, str]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirections to `Web`, which takes the token off before it goes elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(slots=True)
class Web:
    """Asks for parts of files.

    Attributes:
        token: Sent to the host that was asked, and to no other.
        sleep: Waits between attempts.
        received: Bytes of bodies that came over the wire so far.
        requests: How many requests were made.
    """

    token: str = ""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    received: int = 0
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(_Stay)
    )

    def get(self, url: str, *, limit: int, start: int = 0, size: int = 0) -> Body:
        """The whole of a small document, or `size` bytes of a file from `start` on.

        Args:
            url: Where it is; `http` and `https` only.
            limit: The most bytes that are taken.
            start: First byte, where a part is wanted.
            size: Bytes of the part; 0 for everything. A file may end earlier.

        Raises:
            HubError: It is refused, or broken off again and again.
            UnreachableError: Nobody answers.
            BrokenFileError: It is larger than `limit`.
        """
        span = {"Range": f"bytes={start}-{start + size - 1}"} if size else {}
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            try:
                return self._once(url, span, size or limit, start=start)
            except _BusyError as busy:
                if last or busy.wait > _LONGEST_WAIT_SECONDS:
                    raise busy.told(url) from busy
                self.sleep(busy.wait or 2.0**attempt)
            except _CUT as cut:
                if last:
                    raise HubError(
                        f"{_bare(url)} breaks off again and again", why=str(cut), hint="try again"
                    ) from cut
                self.sleep(0.1 * 2.0**attempt)
        raise AssertionError  # the last attempt returns or raises

    def _once(self, url: str, span: Mapping[str, str], limit: int, *, start: int) -> Body:
        headers = {"User-Agent": f"llmhost/{__version__}", "Accept-Encoding": "identity", **span}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        origin = urllib.parse.urlsplit(url).netloc
        for _ in range(_MOST_HOPS):
            if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
                raise HubError(f"{_bare(url)} is not an address on the web")
            if urllib.parse.urlsplit(url).netloc != origin:
                headers.pop("Authorization", None)
            with self._asked(url, headers) as answer:
                met = {name.lower(): value for name, value in answer.headers.items()}
                if answer.status not in _MOVED:
                    ignored = bool(span) and answer.status != 206  # noqa: PLR2004  RFC 9110
                    content = self._taken(
                        answer, limit, skip=start if ignored else 0, part=bool(span)
                    )
                    return Body(content, met)
                url = urllib.parse.urljoin(url, met.get("location", ""))
        raise HubError(f"{_bare(url)} redirects in a circle")

    def _asked(self, url: str, headers: Mapping[str, str]) -> "http.client.HTTPResponse":
        request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  scheme is checked
        with self._lock:
            self.requests += 1
        try:
            answer: http.client.HTTPResponse = self._opener.open(request, timeout=_SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            return self._refused(error, url, token="Authorization" in headers)
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionResetError | http.client.HTTPException):
                raise error.reason from error
            raise UnreachableError(
                f"{urllib.parse.urlsplit(url).netloc} cannot be reached", why=str(error.reason)
            ) from error
        return answer

    def _refused(
        self, error: urllib.error.HTTPError, url: str, *, token: bool
    ) -> "http.client.HTTPResponse":
        if error.code in _MOVED:
            return error  # type: ignore[return-value]  # an HTTPError is the answer itself
        headers = {name.lower(): value for name, value in error.headers.items()}
        error.close()
        if error.code in _AGAIN:
            raise _BusyError(error.code, _seconds(headers.get("retry-after", "")))
        raise refusal(error.code, _bare(url), headers, token=token)

    def _taken(self, answer: IO[bytes], limit: int, *, skip: int, part: bool) -> bytes:
        """The body, of which no more than the limit is read, and not for longer than a minute."""
        ends = self.clock() + _WHOLE_SECONDS
        wanted = skip + limit + (0 if part else 1)
        pieces: list[bytes] = []
        read = 0
        while read < wanted and (piece := answer.read(min(_CHUNK, wanted - read))):
            pieces.append(piece)
            read += len(piece)
            if self.clock() > ends:
                raise TimeoutError("it takes too long")
        with self._lock:
            self.received += read
        if read < wanted and getattr(answer, "length", None):
            raise http.client.IncompleteRead(b"", answer.length)  # type: ignore[attr-defined]
        content = b"".join(pieces)[skip:]
        if len(content) > limit:
            raise BrokenFileError(f"an answer is larger than the {limit} bytes that make sense")
        return content


class _BusyError(Exception):
    def __init__(self, status: int, wait: float) -> None:
        super().__init__(status)
        self.status, self.wait = status, wait

    def told(self, url: str) -> HubError:
        host = urllib.parse.urlsplit(url).netloc
        wait = f"it asks to wait {self.wait:.0f} s" if self.wait else f"HTTP {self.status}"
        return HubError(f"{host} does not want to be asked now", why=wait, hint="try again later")


def _seconds(text: str) -> float:
    return min(float(text), 1e6) if text.isdecimal() and len(text) < 9 else 0.0  # noqa: PLR2004


def _bare(url: str) -> str:
    """The address without query, which may hold a signature."""
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(query="", fragment=""))
