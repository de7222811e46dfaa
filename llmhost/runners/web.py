"""Questions to a forge: JSON over HTTP, with patience for what passes, by Python's own urllib."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmhost import __version__
from llmhost.runners.base import RunnerError

_ATTEMPTS = 4
_SILENCE_SECONDS = 20.0
_LONGEST_WAIT_SECONDS = 30.0
_LARGEST_ANSWER = 8 << 20  # a page of a hundred runners has 100 kB
_PASSING = frozenset({500, 502, 503, 504})
_BUSY = frozenset({403, 429})  # GitHub says both when it is asked too much


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a forge, whatever its status; header names in small letters."""

    status: int
    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The forge's own words about what is wrong; empty where it has none."""
        if not isinstance(self.document, dict):
            return ""
        words = self.document.get("message") or self.document.get("error") or ""
        return words if isinstance(words, str) else json.dumps(words)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: urllib would take the token along, wherever it goes."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Web:
    """Asks one forge.

    Attributes:
        root: Where its API begins.
        headers: Sent with each question; the token is among them, and shown nowhere.
        sleep: Waits between attempts.
    """

    root: str
    headers: Mapping[str, str] = field(repr=False)
    sleep: Callable[[float], None] = time.sleep

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Reply:
        """The answer, whichever it is.

        Raises:
            RunnerError: Nobody answers, or not in a way that makes sense.
        """
        words = f"?{urllib.parse.urlencode(query)}" if query else ""
        request = urllib.request.Request(  # noqa: S310  the scheme is checked by `checked_root`
            f"{self.root}{path}{words}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"User-Agent": f"llmhost/{__version__}", **self.headers},
            method=method,
        )
        if body is not None:
            request.add_header("Content-Type", "application/json")
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                reply = self._once(request)
            except (OSError, http.client.HTTPException) as error:
                if attempt == _ATTEMPTS:
                    raise self._unreachable(error) from error
                self.sleep(0.5 * 2.0**attempt)
                continue
            wait = _wait(reply, attempt)
            if wait is None or attempt == _ATTEMPTS:
                return reply
            self.sleep(wait)
        raise AssertionError  # the last attempt returns or raises

    def text(self, path: str) -> str:
        """A document that is no JSON.

        Raises:
            RunnerError: It cannot be had.
        """
        request = urllib.request.Request(f"{self.root}{path}")  # noqa: S310  fixed, or an operator's
        try:
            with urllib.request.urlopen(request, timeout=_SILENCE_SECONDS) as answer:  # noqa: S310
                content: bytes = answer.read(_LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        return content.decode(errors="replace")

    def _once(self, request: urllib.request.Request) -> Reply:
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(request, timeout=_SILENCE_SECONDS) as answer:
                return _read(answer.status, answer.read(_LARGEST_ANSWER), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return _read(error.code, error.read(_LARGEST_ANSWER), dict(error.headers))

    def _unreachable(self, error: Exception) -> RunnerError:
        reason = getattr(error, "reason", error)
        return RunnerError(
            f"{urllib.parse.urlsplit(self.root).netloc} cannot be reached",
            why=str(reason) or type(reason).__name__,
            hint="check the network of this computer, and run this again; it goes on where it is",
        )


def checked_root(text: str, variable: str) -> str:
    """Where an API begins, without a slash at its end.

    Raises:
        RunnerError: It is no address of the web.
    """
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        raise RunnerError(
            f"{variable} is not an address llmhost can ask",
            hint=f"export {variable}=https://HOST/..., without a user or password in it",
        )
    return text.rstrip("/")


def _read(status: int, content: bytes, headers: Mapping[str, str]) -> Reply:
    met = {name.lower(): value for name, value in headers.items()}
    try:
        document = json.loads(content) if content else None
    except ValueError:
        document = None  # a proxy in between answers in HTML
    return Reply(status, document, met)


def _wait(reply: Reply, attempt: int) -> float | None:
    """Seconds after which to ask again; None where that would not help, or not soon."""
    said = reply.headers.get("retry-after", "")
    if reply.status in _BUSY and not said:
        return None
    if reply.status not in _PASSING | _BUSY:
        return None
    seconds = float(said) if said.isdecimal() else 0.5 * 2.0**attempt
    return seconds if seconds <= _LONGEST_WAIT_SECONDS else None
