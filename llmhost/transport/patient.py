"""A way to a machine that may still be booting: it knocks again until somebody answers."""

import time

from llmhost.errors import HostError
from llmhost.events import Notice, Reporter
from llmhost.transport.base import Answer, LineHandler, Stream, Transport
from llmhost.transport.refusals import UnansweredError

# A boot until sshd takes 1 s in the sandbox and 20 to 60 s on a cloud's machine (2026-11).
PATIENCE = 90.0


class PatientTransport:
    """Waits for the first answer of a host, and passes everything on as it is from then on.

    Nothing has been run while nobody answered, so to try again does no harm.

    Args:
        transport: The way to the host.
        report: Told once that there is something to wait for.
        patience: Seconds to go on trying.
        pause: Seconds between two tries.
    """

    def __init__(
        self, transport: Transport, report: Reporter, patience: float = PATIENCE, pause: float = 0.5
    ) -> None:
        self.name = transport.name
        self._transport = transport
        self._report = report
        self._patience = patience
        self._pause = pause

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        """Runs a script; see `Transport.run`."""
        deadline = time.monotonic() + self._patience
        told = False
        while True:
            try:
                answer = self._transport.run(script, on_line)
            except UnansweredError as error:
                if time.monotonic() + self._pause > deadline:
                    raise
                if not told:
                    self._report(Notice(_waiting(error, self._patience)))
                    told = True
                time.sleep(self._pause)
            else:
                self._patience = 0
                return answer

    def stream(self, port: int, /) -> Stream:
        """Opens a stream to a port; see `Transport.stream`."""
        return self._transport.stream(port)

    def close(self) -> None:
        """Ends the connection."""
        self._transport.close()


def _waiting(error: HostError, patience: float) -> str:
    return f"{error.message} ({error.why}); it may be booting: trying for {patience:.0f} s"
