"""Where the sandbox keeps what outlives one command: its keys, its locks and the engine's log."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def state_dir() -> Path:
    """The sandbox's own directory of this user, mode 0700; made on first use.

    It follows the XDG base directory specification, version 0.8: `$XDG_STATE_HOME`, else
    `~/.local/state`.
    """
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    directory = Path(home) / "llmhost" / "sandbox"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Holds the lock of that name; waits for another process that has it."""
    with (state_dir() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner can read; it appears whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    fresh.replace(path)
