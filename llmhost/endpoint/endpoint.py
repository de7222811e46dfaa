"""Where an API is: on a host that one is connected to, or at a URL."""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from llmhost.endpoint.asking import Within, exchange
from llmhost.endpoint.exchange import Exchange, Request
from llmhost.errors import UsageError
from llmhost.secret import Secret

if TYPE_CHECKING:
    from llmhost.transport.base import Stream, Transport

MOST_BYTES = 8 << 20  # our own: far more than an answer of some thousand tokens, streamed
_WRONG_KEY = "llmhost-wrong-key"
_CONNECT_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible API. It may be asked from any number of threads.

    Attributes:
        url: Its base, as seen where it is, such as `http://127.0.0.1:8000/v1`.
        open: Opens a connection to it; may raise OSError and HostError.
        key: Sent as bearer token; empty for none.
        clock: Seconds that only grow.
    """

    url: str
    open: Callable[[], "Stream"]
    key: Secret = field(default_factory=lambda: Secret(""))
    clock: Callable[[], float] = time.monotonic

    def ask(self, request: Request, *, seconds: float, most: int = MOST_BYTES) -> Exchange:
        """Asks, and waits for the whole answer; time runs from when the connection is there.

        Raises:
            HostError: The host cannot be reached. What the API does wrong is in the exchange.
        """
        begun = self.clock()
        try:
            stream = self.open()
        except OSError as error:
            why = (error.strerror or str(error)).lower() or "no connection"
            return Exchange(failure=why, seconds=self.clock() - begun)
        parts = urlsplit(self.url)
        asked = replace(request, path=f"{parts.path.rstrip('/')}{request.path}")
        try:
            within = Within(seconds, most, self.clock)
            return exchange(stream, parts.netloc, asked, self._headers(request), within)
        finally:
            stream.close()

    def _headers(self, request: Request) -> dict[str, str]:
        key = {"own": self.key.value, "wrong": _WRONG_KEY, "none": ""}[request.key]
        return {"Authorization": f"Bearer {key}"} if key else {}


def on_host(transport: "Transport", url: str, key: Secret) -> Endpoint:
    """The API at a port of a host, reached through the connection there is."""
    port = urlsplit(url).port or _PORTS["http"]
    return Endpoint(url, lambda: transport.stream(port), key)


def at_url(url: str, key: Secret) -> Endpoint:
    """An API at a URL that is reached from here.

    Raises:
        UsageError: It is not a URL of HTTP.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = None, 0
    if not host or not port or parts.query or parts.fragment:
        raise UsageError(
            f"`{url}` is not the base of an API", hint="such as http://127.0.0.1:8000/v1"
        )
    if parts.username or parts.password:
        raise UsageError(
            "a key does not belong into a URL, where everybody reads it",
            hint="export OPENAI_API_KEY=...",
        )

    def connect() -> "Stream":
        plain = socket.create_connection((host, port), timeout=_CONNECT_SECONDS)
        if parts.scheme == "http":
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    return Endpoint(url.rstrip("/"), connect, key)
