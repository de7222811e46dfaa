"""The private keys a login is tried with, in order.

Imports paramiko, so only a connection imports it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko

from llmhost.errors import HostError
from llmhost.transport.base import Address

# What ssh itself would try (ssh_config(5), IdentityFile), the most likely one first: every key that
# is refused costs a round trip.
DEFAULT_FILES = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key and how to call it in a message."""

    label: str
    key: paramiko.PKey


class _LockedKeyError(Exception):
    """A key file wants a passphrase."""


def candidates(address: Address) -> Iterator[Candidate]:
    """The keys for an address: its own alone, or the agent's and then the user's default files.

    Raises:
        HostError: The address names a key that cannot be read or used.
    """
    if address.key:
        yield _own(address.key)
        return
    yield from _from_agent()
    for name in DEFAULT_FILES:
        file = Path(name).expanduser()
        if file.is_file() and (candidate := _offered(file)):
            yield candidate


def _offered(file: Path) -> Candidate | None:
    try:
        return Candidate(str(file), _load(file))
    except (_LockedKeyError, HostError):
        return None  # an agent may hold it; what was tried is named when nothing fits


def _own(file: Path) -> Candidate:
    try:
        return Candidate(str(file), _load(file))
    except _LockedKeyError:
        if held := _held_by_agent(file):
            return held
        why = "it is protected by a passphrase, and no ssh-agent holds it"
        raise HostError(
            f"the key {file} cannot be used", why=why, hint=f"unlock it once: ssh-add {file}"
        ) from None


def _load(file: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(file.expanduser())
    except TypeError:  # cryptography's word for an encrypted key without a passphrase
        raise _LockedKeyError from None
    except (OSError, ValueError, paramiko.SSHException) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a private key"
        raise HostError(
            f"the key {file} cannot be used",
            why=str(why),
            hint=f"see what it is: ssh-keygen -lf {file}",
        ) from error


def _from_agent() -> Iterator[Candidate]:
    if "SSH_AUTH_SOCK" not in os.environ:
        return
    for key in paramiko.Agent().get_keys():
        yield Candidate(f"{key.comment or key.get_name()} (ssh-agent)", key)


def _held_by_agent(file: Path) -> Candidate | None:
    """The agent's key whose public half lies next to a locked file."""
    public = Path(f"{file.expanduser()}.pub")
    blob = public.read_text().split()[1:2] if public.is_file() else []
    return next((c for c in _from_agent() if [c.key.get_base64()] == blob), None)
