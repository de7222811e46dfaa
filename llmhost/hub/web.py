"""Parts of files over HTTP: ranges, redirections, patience, and a count of what came over the wire.

Python's own `urllib` does the talking. A hub's client library would do the same in more than half a
second of imports, and reads whole files; what is read here are a few kilobytes of many.
"""

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

from llmhost import __version__
from llmhost.hub.address import host, joined, shown, way
from llmhost.hub.patience import Opener, TooSlowError, patient
from llmhost.hub.refusals import (
    BrokenFileError,
    BusyError,
    HubError,
    UnreachableError,
    refusal,
    seconds_of,
)

_ATTEMPTS = 4
_SILENCE_SECONDS = 10.0  # a registry that says nothing for so long is not there
_WHOLE_SECONDS = 60.0  # no part of a file is worth more; also ends answers that drip
_QUESTION_SECONDS = 300.0  # after which no further answer is begun
_LONGEST_WAIT_SECONDS = 30.0
_MOST_BYTES = 256 << 20  # 256 headers of a megabyte, more than any model of 2026 has
_MOST_HOPS = 5
_CHUNK = 1 << 16
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_CUT = (http.client.HTTPException, OSError)  # of a connection: also what TLS does not like


@dataclass(frozen=True, slots=True)
class Body:
    """What came back: bytes, and headers with their names in small letters."""

    content: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Web:
    """Asks for parts of files, for one question: what is read for it in all is bounded.

    Attributes:
        token: Sent to the host that was asked, in the way it was asked, and to no other.
        sleep: Waits between attempts.
        silence: Seconds without a byte after which a server counts as gone.
        whole: Seconds that one answer may take.
        patience: Seconds after which nothing further is asked for the same question.
        most: Bytes of bodies that all answers together may take.
        opener: Makes what opens addresses, each answer within so many seconds.
        received: Bytes of bodies that came over the wire so far.
        requests: How many requests were made.
    """

    token: str = ""
    sleep: Callable[[float], None] = time.sleep
    silence: float = _SILENCE_SECONDS
    whole: float = _WHOLE_SECONDS
    patience: float = _QUESTION_SECONDS
    most: int = _MOST_BYTES
    received: int = 0
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: float = field(default_factory=time.monotonic)
    opener: Callable[[float], Opener] = patient
    _opener: Opener = field(init=False)

    def __post_init__(self) -> None:
        self._opener = self.opener(self.whole)

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
            BrokenFileError: It is larger than `limit`, or everything together larger than `most`.
        """
        span = {"Range": f"bytes={start}-{start + size - 1}"} if size else {}
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            self._may_ask(url)
            try:
                return self._once(url, span, size or limit, start=start)
            except BusyError as busy:
                if last or busy.wait > _LONGEST_WAIT_SECONDS:
                    raise busy.told(host(url)) from busy
                self.sleep(busy.wait or 2.0**attempt)
            except TooSlowError:
                raise HubError(
                    f"{shown(url)} takes longer than {self.whole:.0f} s", hint="try again later"
                ) from None
            except _CUT as cut:
                if last:
                    raise HubError(
                        f"{shown(url)} breaks off again and again", why=str(cut), hint="try again"
                    ) from cut
                self.sleep(0.1 * 2.0**attempt)
        raise AssertionError  # the last attempt returns or raises

    def _once(self, url: str, span: Mapping[str, str], limit: int, *, start: int) -> Body:
        headers = {"User-Agent": f"llmhost/{__version__}", "Accept-Encoding": "identity", **span}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        origin = way(url)
        for _ in range(_MOST_HOPS):
            if way(url) != origin:
                headers.pop("Authorization", None)
            with self._asked(url, headers) as answer:
                met = {name.lower(): value for name, value in answer.headers.items()}
                if answer.status not in _MOVED:
                    ignored = bool(span) and answer.status != 206  # noqa: PLR2004  RFC 9110
                    content = self._taken(
                        answer, limit, skip=start if ignored else 0, part=bool(span)
                    )
                    return Body(content, met)
                url = joined(url, met.get("location", ""))
        raise HubError(f"{shown(url)} redirects in a circle")

    def _asked(self, url: str, headers: Mapping[str, str]) -> "http.client.HTTPResponse":
        request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  scheme is checked
        with self._lock:
            self.requests += 1
        try:
            answer: http.client.HTTPResponse = self._opener.open(request, timeout=self.silence)
        except ValueError:  # which shows what it does not like: the token among it
            raise HubError(
                f"{host(url)} cannot be asked",
                why="the address or HF_TOKEN has a character in it that no request can hold",
                hint="check the model's name, HF_ENDPOINT and HF_TOKEN",
            ) from None
        except urllib.error.HTTPError as error:
            return self._refused(error, url, token="Authorization" in headers)
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionResetError | http.client.HTTPException):
                raise error.reason from error
            raise UnreachableError(
                f"{host(url)} cannot be reached", why=str(error.reason)
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
            raise BusyError(error.code, seconds_of(headers.get("retry-after", "")))
        raise refusal(error.code, shown(url), headers, token=token)

    def _taken(self, answer: IO[bytes], limit: int, *, skip: int, part: bool) -> bytes:
        """The body, of which no more than the limit is read."""
        wanted = skip + limit + (0 if part else 1)
        pieces: list[bytes] = []
        read = 0
        while read < wanted and (piece := answer.read(min(_CHUNK, wanted - read))):
            pieces.append(piece)
            read += len(piece)
            self._count(len(piece))
        if read < wanted and getattr(answer, "length", None):
            raise http.client.IncompleteRead(b"", answer.length)  # type: ignore[attr-defined]
        content = b"".join(pieces)[skip:]
        if len(content) > limit:
            raise BrokenFileError(f"an answer is larger than the {limit} bytes that make sense")
        return content

    def _may_ask(self, url: str) -> None:
        self._count(0)
        if time.monotonic() - self._begun > self.patience:
            slow = f"takes longer than {self.patience:.0f} s to be asked about one model"
            raise HubError(f"{host(url)} {slow}", hint="try again later")

    def _count(self, size: int) -> None:
        with self._lock:
            self.received += size
            if self.received > self.most:
                raise BrokenFileError(
                    f"more than {self.most >> 20} MiB would have to be read to measure this model",
                    why="its headers and index together are larger than those of any real one",
                    hint="check the name, or measure a repository that others have converted",
                )
