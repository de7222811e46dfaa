"""A real sshd on a loopback port, with keys, configuration and log of its own; needs root."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from llmhost.transport.base import Address


def make_key(file: Path, *options: str, kind: str = "ed25519") -> Path:
    argv = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(file), *options]
    subprocess.run(argv, check=True)
    return file


def public(key: Path) -> str:
    """`TYPE BASE64` of a key file."""
    return " ".join(Path(f"{key}.pub").read_text().split()[:2])


def free_ports(number: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on; held all at once, so that none comes twice."""
    with contextlib.ExitStack() as held:
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
        for listener in listeners:
            held.enter_context(listener)
        return [listener.getsockname()[1] for listener in listeners]


def free_port() -> int:
    return free_ports(1)[0]


class Sshd:
    """One daemon. Logins have an empty home of their own, whatever this machine's root has.

    Args:
        folder: Holds all it writes.
        kind: What kind of keys it and its users have.
        options: Settings of sshd_config(5).
    """

    def __init__(self, folder: Path, *, kind: str = "ed25519", **options: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.host_key = make_key(folder / "host_key", kind=kind)
        self.key = make_key(folder / "user_key", kind=kind)
        self.authorized = folder / "authorized_keys"
        self.authorized.write_text(f"{public(self.key)}\n")
        self.home = folder / "home"
        self.home.mkdir()
        self.log = folder / "log"
        self._options = {
            "ListenAddress": "127.0.0.1",
            "AuthorizedKeysFile": "none",
            "AuthorizedKeysCommand": f"/usr/bin/cat {self.authorized}",  # whoever logs in
            "AuthorizedKeysCommandUser": "root",
            "StrictModes": "no",
            "UsePAM": "no",
            "PidFile": "none",
            "PermitRootLogin": "yes",
            "LogLevel": "VERBOSE",
            "MaxStartups": "100",
            "SetEnv": f"HOME={self.home}",
        } | options
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        Path("/run/sshd").mkdir(exist_ok=True)  # its privilege separation directory, Debian's path
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        config = self.folder / "sshd_config"
        options = self._options | {"Port": str(self.port), "HostKey": str(self.host_key)}
        config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        program = shutil.which("sshd", path="/usr/sbin:/usr/bin") or "sshd"
        # -r: without starting itself anew for each login, which costs as much as the login
        self._process = subprocess.Popen([program, "-r", "-D", "-f", config, "-E", self.log])
        deadline = time.monotonic() + 10
        while "Server listening" not in (self.log.read_text() if self.log.exists() else ""):
            assert time.monotonic() < deadline, "sshd does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        assert self._process
        self.cut()
        self._process.terminate()
        self._process.wait()

    def cut(self) -> None:
        """Ends every connection in the middle of whatever it is doing."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in children.read_text().split():
            subprocess.run(["kill", f"-{signal.SIGKILL}", pid], check=False)

    def change_host_key(self) -> None:
        self.stop()
        self.log.unlink()
        self.host_key = make_key(self.folder / "other_host_key")
        self.start()

    def address(self, user: str = "root") -> Address:
        return Address("127.0.0.1", self.port, user, self.key, public(self.host_key))

    def logged(self, text: str) -> int:
        """How often its log says something: a witness that is not llmhost."""
        return self.log.read_text().count(text)
