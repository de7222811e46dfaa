"""The Docker engine that carries the sandbox: found, or on bare Debian and Ubuntu installed.

A laptop has one already and it is used as it is. Where there is none and the user is root on Debian
or Ubuntu, Debian's own `docker.io` is installed and `dockerd` started. Without systemd as PID 1 (a
build machine) it runs in a session of its own, so it outlives the command that started it.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from llmhost.cloud.sandbox.packages import install_packages, may_install
from llmhost.cloud.sandbox.state import locked, state_dir
from llmhost.errors import CloudError
from llmhost.events import Progress, Reporter

# Seconds until a started dockerd must answer; observed 0.3 s (2 cores, 2026-11-20).
_START_DEADLINE = 60
_LOG_TAIL = 15


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker engine that answers, asked through its command line.

    Attributes:
        program: The client; found on PATH.
    """

    program: str = "docker"

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Runs one `docker` command and returns its standard output.

        Raises:
            CloudError: It failed; the message holds what Docker said.
        """
        answer = self.answer(*arguments, stdin=stdin)
        if answer.returncode:
            raise CloudError(
                f"`docker {arguments[0]}` failed with status {answer.returncode}",
                why=answer.stderr.decode(errors="replace").strip()[-2000:],
                hint="`docker ps -a --filter label=llmhost` shows what there is; try again",
            )
        return answer.stdout.decode(errors="replace").strip()

    def ask(self, *arguments: str) -> str | None:
        """The same for questions whose failure means no, such as `image inspect`."""
        answer = self.answer(*arguments)
        return None if answer.returncode else answer.stdout.decode(errors="replace").strip()

    def answer(
        self, *arguments: str, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """One `docker` command's exit status and output, whatever they are."""
        return subprocess.run(
            [self.program, *arguments], input=stdin or b"", capture_output=True, check=False
        )


def running_engine() -> Engine | None:
    """The engine if there is one here; starts one that is installed but not running, installs none.

    Raises:
        CloudError: There is an engine that cannot be used, with the reason.
    """
    if shutil.which("docker") is None:
        return None
    refusal = _refusal()
    if not refusal:
        return Engine()
    if "permission denied" in refusal.lower():
        raise CloudError(
            "the Docker engine refuses this user",
            why=refusal,
            hint="add yourself to the group `docker` and log in again, or use sudo",
        )
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        return None
    return _started()


def ensure_engine(report: Reporter) -> Engine:
    """A Docker engine that answers, installed first where that is possible.

    Raises:
        CloudError: There is none and none can be installed, or it does not start.
    """
    engine = running_engine()
    if engine:
        return engine
    if not may_install():
        raise CloudError(
            "no Docker engine answers on this computer",
            why=_refusal() if shutil.which("docker") else "there is no `docker` program",
            hint="install Docker and start it, or run llmhost as root on Debian or Ubuntu, "
            "where it installs Docker itself",
        )
    with locked("engine"):
        report(Progress("packages", text="installing Docker on this computer"))
        if shutil.which("dockerd") is None:
            install_packages("docker.io")
        if shutil.which("docker") is None:
            # Debian 13 keeps the client in a package of its own.
            install_packages("docker-cli")
    report(Progress("packages", text="starting Docker"))
    return _started()


def _refusal() -> str:
    """Why the engine does not answer; empty if it does."""
    answer = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if answer.returncode == 0 else (answer.stderr.strip() or "no answer")


def _started() -> Engine:
    with locked("engine"):
        if _refusal():
            _start()
    return Engine()


def _start() -> None:
    log = state_dir() / "dockerd.log"
    managed = Path("/run/systemd/system").is_dir()
    if managed:
        subprocess.run(["systemctl", "start", "docker"], capture_output=True, check=False)
    else:
        with log.open("wb") as output:
            # In a session of its own it outlives this command and the terminal.
            subprocess.run(
                ["setsid", "--fork", "dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
            )
    deadline = time.monotonic() + _START_DEADLINE
    while refusal := _refusal():
        tail = () if managed else _tail(log)
        if time.monotonic() > deadline or any("failed to start daemon" in line for line in tail):
            raise CloudError(
                "the Docker engine did not start",
                why=refusal,
                hint="`journalctl -u docker` says more"
                if managed
                else "read the lines below; `dockerd` in a terminal shows the same",
                details=tail,
            )
        time.sleep(0.1)


def _tail(log: Path) -> tuple[str, ...]:
    return tuple(log.read_text(errors="replace").splitlines()[-_LOG_TAIL:])
