"""Debian packages that the sandbox itself needs on this computer."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from llmhost.errors import CloudError

_ATTEMPTS = 3
# Seconds to wait for another apt; unattended upgrades hold the lock for minutes on small machines.
_LOCK_TIMEOUT = 300


def may_install() -> bool:
    """Whether this computer is one where packages can be installed: root, and Debian or Ubuntu."""
    return os.geteuid() == 0 and is_debian_like(_os_release()) and bool(shutil.which("apt-get"))


def is_debian_like(os_release: str) -> bool:
    """Whether an os-release file (freedesktop.org, os-release(5)) names Debian or a child of it."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return bool({"debian", "ubuntu"} & set(names))


def install_packages(*names: str) -> None:
    """Installs packages without recommendations; waits for apt's lock and tries again.

    Raises:
        CloudError: apt failed each time; its last lines are in the details.
    """
    options = ["-q", "-o", f"DPkg::Lock::Timeout={_LOCK_TIMEOUT}", "-o", "Acquire::Retries=3"]
    install = ["apt-get", "install", "-y", "--no-install-recommends", *options, *names]
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(5 * attempt)
            # What an interrupted installation left half done keeps every later one from starting.
            _run(["dpkg", "--configure", "-a"])
        # A foreign repository that does not answer fails the update; only the install counts.
        _run(["apt-get", "update", *options])
        answer = _run(install)
        if answer.returncode == 0:
            return
    raise CloudError(
        f"apt could not install {' '.join(names)} on this computer",
        hint=f"run `apt-get update && apt-get install {' '.join(names)}` and read what it says",
        details=tuple((answer.stdout + answer.stderr).splitlines()[-15:]),
    )


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        # Ctrl-C ends llmhost, not a package that is being unpacked.
        start_new_session=True,
    )


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
