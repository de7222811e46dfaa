"""How bytes reach a host: one operation, a bash script run as root with its output streamed back.

Everything llmhost asks of a host or changes on it is one script per exchange, so the number of
round trips does not depend on the number of steps. Secrets are part of the script, which travels
on standard input: they never appear in an argument list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

LineHandler: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A way to a host to which no TCP connection from here leads.

    Attributes:
        kind: Which sort of tunnel, by its name in `tunnels.OPENERS`.
        through: What that sort is told, in its order; never a secret.
    """

    kind: str
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Where and how a host is reached over SSH.

    Attributes:
        host: Name or IP address; at the end of a tunnel, a name for people and nobody else.
        port: TCP port of its sshd.
        user: The account to log in with; anything but root needs password-less sudo.
        key: Private key file; None takes the agent's and the user's default keys.
        host_key: The pinned public host key, `TYPE BASE64`; None takes the user's known_hosts.
        way: The tunnel that leads there; None for a TCP connection.
    """

    host: str
    port: int = 22
    user: str = "root"
    key: Path | None = None
    host_key: str | None = None
    way: Tunnel | None = None

    def __str__(self) -> str:
        port = "" if self.port == 22 else f":{self.port}"  # noqa: PLR2004  the SSH default
        return f"{self.user}@{self.host}{port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a script came back with; `stdout` is empty where its lines went to a handler."""

    exit_status: int
    stdout: str
    stderr: str


class Stream(Protocol):
    """Bytes to and from a port of a host, as a socket carries them.

    Each of its operations may raise OSError: TimeoutError after the time that was set.
    """

    def settimeout(self, timeout: float | None, /) -> None:
        """Sets how many seconds each further operation may take; None for ever."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Sends all of it."""
        ...

    def recv(self, most: int, /) -> bytes:
        """What has come, up to so many bytes; empty once the other side has ended it."""
        ...

    def shutdown(self, how: int, /) -> None:
        """Ends it as `socket.shutdown` does, so that whoever waits for it goes on."""
        ...

    def close(self) -> None:
        """Ends it, and lets go of it."""
        ...


class Transport(Protocol):
    """A way to one host: scripts that run there as root, and streams to its own ports."""

    @property
    def name(self) -> str:
        """How the host is called in messages, such as `debian@192.0.2.7`."""
        ...

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        """Runs `script` with bash as root and waits for its end.

        Args:
            script: Bash source, sent on standard input.
            on_line: Called with each line of standard output as it comes, without its newline.

        Raises:
            HostError: The host cannot be reached, refuses the login or root, or the connection
                broke.
        """
        ...

    def stream(self, port: int, /) -> Stream:
        """Opens a stream to a port on 127.0.0.1 of the host; any number may be open at a time.

        Raises:
            ConnectionRefusedError: Nothing listens there.
            HostError: The host cannot be reached, or does not allow streams.
        """
        ...

    def close(self) -> None:
        """Ends the connection; what runs on the host in units of its own goes on."""
        ...
