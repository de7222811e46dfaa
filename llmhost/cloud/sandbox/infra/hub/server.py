"""The double as a server, bound to an address."""

from http.server import ThreadingHTTPServer
from pathlib import Path

from .answering import Answering
from .faults import Tally


class Hub(ThreadingHTTPServer):
    """The double, bound to an address; `serve_forever` answers.

    Args:
        folder: Where the repositories lie, as `ORG/NAME`.
        cdn: Scheme and host that large files are fetched from by redirection; empty serves them at
            once. Both addresses must lead here.
        host: Address to listen on.
        port: Port to listen on; 0 takes any free one.
    """

    daemon_threads = True

    def __init__(
        self, folder: Path, *, cdn: str = "", host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.folder = folder
        self.cdn = cdn
        self.tally = Tally()
        super().__init__((host, port), Answering)
