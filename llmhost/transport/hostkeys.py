"""Which host is this: public host keys, their fingerprints, and the user's known_hosts file.

The format is that of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"; a key is written `TYPE BASE64`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

SSH_PORT = 22  # RFC 4253, section 4.1

KNOWN_HOSTS = (Path("~/.ssh/known_hosts"), Path("/etc/ssh/ssh_known_hosts"))


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A host key that was trusted before, and where that is written down.

    Attributes:
        key: `TYPE BASE64`.
        where: `FILE:LINE`, or what else pinned it.
        revoked: The key must never be accepted.
    """

    key: str
    where: str
    revoked: bool = False


def fingerprint(key: str) -> str:
    """The SHA-256 fingerprint of `TYPE BASE64`, written as ssh-keygen does."""
    blob = base64.b64decode(key.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def entry_name(host: str, port: int) -> str:
    """How a host is called in known_hosts."""
    return host if port == SSH_PORT else f"[{host}]:{port}"


def known_keys(host: str, port: int, files: Iterable[Path] = KNOWN_HOSTS) -> tuple[KnownKey, ...]:
    """Every key the files hold for a host; files that are not there hold none."""
    name = entry_name(host, port).lower()
    return tuple(known for file in files for known in _keys_in(file.expanduser(), name))


def remember(host: str, port: int, key: str, file: Path = KNOWN_HOSTS[0]) -> None:
    """Adds a key to the user's known_hosts file."""
    file = file.expanduser()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = file.read_text(errors="replace") if file.exists() else ""
    start = "\n" if text and not text.endswith("\n") else ""
    with file.open("a") as lines:
        lines.write(f"{start}{entry_name(host, port)} {key}\n")


def _keys_in(file: Path, name: str) -> Iterator[KnownKey]:
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return
    for number, line in enumerate(lines, 1):
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#"):  # noqa: PLR2004  names, type, key
            continue
        names, kind, blob, *_ = fields
        if marker in {"", "@revoked"} and _matches(names.split(","), name) and _is_base64(blob):
            yield KnownKey(f"{kind} {blob}", f"{file}:{number}", marker == "@revoked")


def _matches(patterns: list[str], name: str) -> bool:
    if any(fnmatchcase(name, _literal(p[1:])) for p in patterns if p.startswith("!")):
        return False
    return any(_is_hash_of(p, name) or fnmatchcase(name, _literal(p)) for p in patterns)


def _literal(pattern: str) -> str:
    """`[host]:port` holds brackets that mean themselves, not a set of characters."""
    return pattern.lower().replace("[", "[[]")


def _is_hash_of(pattern: str, name: str) -> bool:
    """Whether `|1|salt|hash` stands for a name (`HashKnownHosts yes`)."""
    match pattern.split("|"):
        case ["", "1", salt, digest] if _is_base64(salt):
            expected = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
            return base64.b64encode(expected).decode() == digest
        case _:
            return False


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False
