"""A string that must not be shown."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """Holds a string that appears only in a script on standard input and in a 0600 file on a host.

    It redacts itself wherever it is printed, so that no log, event or traceback holds it.
    """

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Kept:
    """A content with secrets that stays as it lies on a host, where nobody here knows it.

    Attributes:
        digest: Its SHA-256 in hexadecimal, as the host told it; empty where there is none.
    """

    digest: str


def digest(content: str | Secret | Kept) -> str:
    """The SHA-256 of a content, in hexadecimal."""
    if isinstance(content, Kept):
        return content.digest
    text = content.value if isinstance(content, Secret) else content
    return hashlib.sha256(text.encode()).hexdigest()
