"""The host that is measured: a real sshd on this computer, near or at the end of a longer wire."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmhost.transport.base import Address
from llmhost.transport.hostkeys import entry_name
from tests.transport.sshd import free_ports


@dataclass(frozen=True, slots=True)
class Target:
    """A host at some distance, and a home directory from which every program reaches it alike.

    Attributes:
        addresses: Ways to it through the wire; several stand for as many hosts.
        rtt_ms: Round-trip time of the wire, in milliseconds.
        home: Holds `.ssh/config` and `.ssh/known_hosts`.
    """

    addresses: tuple[Address, ...]
    rtt_ms: int
    home: Path

    @property
    def address(self) -> Address:
        """The first way to it."""
        return self.addresses[0]

    @property
    def names(self) -> tuple[str, ...]:
        """What `--host` is given, for each way to it."""
        return tuple(f"{address.host}:{address.port}" for address in self.addresses)

    @property
    def environ(self) -> Mapping[str, str]:
        """An environment in which nothing else is known."""
        kept = ("PATH", "LANG", "TERM", "SSL_CERT_FILE")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.home)
        }

    @property
    def ssh(self) -> tuple[str, ...]:
        """The system's ssh as somebody with a well kept configuration runs it."""
        # ssh looks into the home that passwd(5) names, not into the environment's
        config = self.home / ".ssh/config"
        return ("ssh", "-F", str(config), "-p", str(self.address.port), self.address.host)


@contextlib.contextmanager
def at_distance(address: Address, rtt_ms: int, folder: Path, ways: int = 1) -> Iterator[Target]:
    """Puts wires of that length before a host; none where one way of length 0 is asked for."""
    if not rtt_ms and ways == 1:
        yield _described([address], 0, folder / "near")
        return
    ports = [str(port) for port in free_ports(ways)]
    script = str(Path(__file__).with_name("delay.py"))
    argv = [sys.executable, script, address.host, str(address.port), str(rtt_ms), *ports]
    with subprocess.Popen(argv) as wire:
        try:
            _wait_until_open(int(ports[-1]))
            far = [replace(address, host="127.0.0.1", port=int(port)) for port in ports]
            yield _described(far, rtt_ms, folder / f"far-{rtt_ms}")
        finally:
            wire.terminate()


def _described(ways: Sequence[Address], rtt_ms: int, home: Path) -> Target:
    ssh = home / ".ssh"
    ssh.mkdir(parents=True, exist_ok=True)
    known = ssh / "known_hosts"
    known.write_text("".join(f"{entry_name(a.host, a.port)} {a.host_key}\n" for a in ways))
    (ssh / "config").write_text(
        f"Host *\n  User {ways[0].user}\n  IdentityFile {ways[0].key}\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
    )
    return Target(tuple(ways), rtt_ms, home)


def _wait_until_open(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise TimeoutError(f"the delaying proxy does not listen on port {port}")
