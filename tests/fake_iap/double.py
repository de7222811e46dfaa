"""The double in the test's own process."""

import contextlib
import logging
import socket
import threading
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.fake_iap.meeting import ClosedError, Finder, Meeting, Target

_SUBPROTOCOL = Subprotocol("relay.tunnel.cloudproxy.app")
_ORIGIN = "bot:iap-tunneler"
_LEAST_CODE = 1000  # of a WebSocket; below are HTTP's

_SILENT = logging.getLogger(__name__)
_SILENT.setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _Bar:
    code: int
    reason: str
    left: int | None


class FakeIap:
    """The relay on a loopback port, for as long as the `with` lasts.

    Args:
        find: Where a target is; raises `ClosedError`.

    Attributes:
        endpoint: Its address.
        tunnels: The target of each tunnel that stood.
        asked: The headers of each request.
        violations: What broke the language.
    """

    def __init__(self, find: Finder) -> None:
        self._find = find
        self._bars: list[_Bar] = []
        self._meetings: list[Meeting] = []
        self.tunnels: list[Target] = []
        self.asked: list[dict[str, str]] = []
        self.violations: list[str] = []
        self._server = serve(
            self._meet,
            "127.0.0.1",
            0,
            subprotocols=[_SUBPROTOCOL],
            process_request=self._look,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            logger=_SILENT,
        )
        self.endpoint = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/v4"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self.cut()
        if kind is None and self.violations:
            raise AssertionError("\n".join(["the contract was broken:", *self.violations]))

    @property
    def told(self) -> list[int]:
        """The last count of bytes that the client of each tunnel said it has."""
        return [meeting.told for meeting in self._meetings]

    def bar(self, code: int, reason: str = "", times: int | None = None) -> None:
        """Closes the next tunnels with a code; below 1000 it is an HTTP status."""
        self._bars.append(_Bar(code, reason, times))

    def open(self) -> None:
        """Takes all bars back."""
        self._bars.clear()

    def cut(self) -> None:
        """Ends all tunnels without a word."""
        for meeting in self._meetings:
            with contextlib.suppress(OSError):
                meeting.connection.socket.shutdown(socket.SHUT_RDWR)

    def _look(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(dict(request.headers.raw_items()))
        url = urlsplit(request.path)
        if url.path != "/v4/connect":
            self.violations.append(f"a request for {url.path}")
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if (request.headers.get("Origin"), offered) != (_ORIGIN, _SUBPROTOCOL):
            self.violations.append(f"origin and subprotocol: {self.asked[-1]}")
            return connection.respond(HTTPStatus.BAD_REQUEST, "")
        if bar := self._barred(http=True):
            return connection.respond(HTTPStatus(bar.code), bar.reason)
        return None

    def _meet(self, connection: ServerConnection) -> None:
        assert connection.request
        query = parse_qs(urlsplit(connection.request.path).query)
        said = {name: values[0] for name, values in query.items()}
        if said.pop("newWebsocket", "") != "True" or "port" not in said:
            self.violations.append(f"parameters: {query}")
        target = Target(**{**said, "port": int(said["port"])})  # type: ignore[arg-type]  # as sent
        try:
            self._refuse()
            meeting = Meeting.begin(connection, target, self._find, self.violations)
        except ClosedError as barred:
            connection.close(barred.code, barred.reason)
            return
        self.tunnels.append(target)
        self._meetings.append(meeting)
        meeting.carry()

    def _refuse(self) -> None:
        if bar := self._barred(http=False):
            raise ClosedError(bar.code, bar.reason)

    def _barred(self, *, http: bool) -> _Bar | None:
        for bar in self._bars:
            if (bar.code < _LEAST_CODE) == http and bar.left != 0:
                if bar.left is not None:
                    bar.left -= 1
                return bar
        return None
