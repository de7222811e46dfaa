"""Runs the host's real bash, with the places it knows moved below a folder of the test."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from llmhost.host import script

# Where the functions look and write on a host.
PLACES = (
    "/etc/apt",
    "/etc/llmhost",
    "/etc/docker",
    "/run/llmhost",
    "/run/docker.sock",
    "/root/.docker",
    "/opt/llmhost",
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/lib/llmhost",
)


@dataclass(frozen=True)
class Shell:
    """A bash on this computer that takes a folder for the host's root."""

    root: Path

    def moved(self, source: str) -> str:
        """The same source with the host's places below the root."""
        for place in PLACES:
            source = source.replace(place, f"{self.root}{place}")
        return source

    def path(self, place: str) -> Path:
        """A path of the host below the root; its folder is made."""
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def run(self, source: str, *, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        """Runs bash source as it is sent to a host, with those places moved."""
        return subprocess.run(
            ["bash"],
            input=self.moved(source),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def call(
        self, names: tuple[str, ...], *lines: str, timeout: float = 20
    ) -> subprocess.CompletedProcess[str]:
        """Runs lines with the functions of those files at hand."""
        return self.run(script.library(*names) + "\n".join(lines) + "\n", timeout=timeout)

    def effects(self, *lines: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        """Runs lines with the effects at hand, as an apply has them; progress goes to stdout.

        Long waits are for networks and people, and there are none here.
        """
        haste = "sleep() { command sleep 0.01; }"
        names = ("apply", "effects", "native", "runner")
        return self.call(names, "exec 3>&1", haste, *lines, timeout=timeout)


def await_file(path: Path) -> None:
    """Waits until somebody else has made a file."""
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.01)
