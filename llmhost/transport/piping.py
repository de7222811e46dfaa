"""A tunnel between standard input and output, for ssh's ProxyCommand (ssh_config(5)).

    python -m llmhost.transport.piping KIND PORT WORD...

It is told which way by its arguments alone. Who may go it is looked up by the tunnel's own code, so
that no secret stands where `ps` shows it.
"""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Sequence

from llmhost.errors import ExitStatus, LlmhostError
from llmhost.transport.base import Tunnel
from llmhost.transport.tunnels import opened

_TIMEOUT = 30.0  # seconds; ssh has no ConnectTimeout of its own for a ProxyCommand
_CHUNK = 64 << 10


def main(arguments: Sequence[str]) -> ExitStatus:
    """Pipes until either side ends."""
    kind, port, *through = arguments
    try:
        sock = opened(Tunnel(kind, tuple(through)), int(port), _TIMEOUT)
    except LlmhostError as error:
        lines = (f"error: {error.message}", error.why, error.hint)
        sys.stderr.write("".join(f"{line}\n" for line in lines if line))
        return error.exit_status
    with sock:
        sock.settimeout(None)
        threading.Thread(target=_send, args=(sock,), daemon=True).start()
        with contextlib.suppress(OSError):  # either side has gone
            while chunk := sock.recv(_CHUNK):
                _write(chunk)
    return ExitStatus.OK


def _send(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := os.read(0, _CHUNK):
            sock.sendall(chunk)
        sock.shutdown(socket.SHUT_WR)


def _write(chunk: bytes) -> None:
    while chunk:
        chunk = chunk[os.write(1, chunk) :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
