"""What this computer keeps about GCP: the key that logs in, host keys, requests under way.

All of it can be lost: names and labels find every machine again, and machines tell their host keys
once more. The directory follows the XDG base directory specification, version 0.8.
"""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)


@dataclass(frozen=True, slots=True)
class State:
    """This user's directory, mode 0700."""

    folder: Path

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> "State":
        """The directory the environment names."""
        home = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        return cls(Path(home) / "llmhost" / "gcp")

    @property
    def key(self) -> Path:
        """The private key that logs in."""
        return self.folder / "id_ed25519"

    def public_key(self) -> str:
        """Its public half, `TYPE BASE64`; both are made on first use."""
        public = self.key.with_suffix(".pub")
        if not (self.key.is_file() and public.is_file()):
            made = ed25519.Ed25519PrivateKey.generate()
            private = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            line = made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
            # The public half comes last and says that both are whole; of two processes that make a
            # key at the same time, one wins with both halves.
            if _placed(self.key, private):
                write(public, line)
            else:
                write(public, _public_half(self.key))
        return " ".join(public.read_text(encoding="utf-8").split()[:2])

    def host_key(self, machine_id: str) -> str:
        """The host key of a machine as it was learned; empty where it was not."""
        try:
            return self._host_key_file(machine_id).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def remember_host_key(self, machine_id: str, key: str) -> None:
        """Pins a machine's host key, by an identifier that is never given again."""
        write(self._host_key_file(machine_id), f"{key}\n".encode())

    def forget_host_key(self, machine_id: str) -> None:
        """The machine is gone."""
        self._host_key_file(machine_id).unlink(missing_ok=True)

    def _host_key_file(self, machine_id: str) -> Path:
        return self.folder / "hostkeys" / f"{machine_id}.pub"


def write(path: Path, data: bytes) -> None:
    """Writes a file that only its owner can read; it appears whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _placed(path: Path, data: bytes) -> bool:
    """Writes a file unless there is one; whether it was written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    write(fresh, data)
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    return True


def _public_half(private: Path) -> bytes:
    key = load_ssh_private_key(private.read_bytes(), password=None)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
