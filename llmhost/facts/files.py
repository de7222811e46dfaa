"""Facts about files and directories."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.transport.base import Answer

Kind: TypeAlias = Literal["file", "directory", "other"]


@dataclass(frozen=True, slots=True)
class FileState:
    """A path that exists.

    Attributes:
        kind: What it is.
        mode: Permission bits.
        owner: `user:group`.
        changed: Time of the last change of its content, seconds since the epoch.
        content: Text of a file; its SHA-256 in hexadecimal where the content is secret.
    """

    kind: Kind
    mode: int
    owner: str
    changed: int
    content: str


@dataclass(frozen=True, slots=True)
class File:
    """What is at `path`? None when nothing is. A secret's content stays on the host."""

    path: str
    secret: bool = False

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("secret_state" if self.secret else "file_state", self.path)

    def parse(self, answer: Answer, /) -> FileState | None:
        """Reads a line of attributes, then the content."""
        attributes, _, content = answer.stdout.partition("\n")
        if answer.exit_status or "|" not in attributes:
            return None
        kind, mode, owner, changed = attributes.split("|")
        if self.secret:
            content = content.split()[0] if content.split() else ""
        return FileState(_kind(kind), int(mode, 8), owner, int(changed), content)


@dataclass(frozen=True, slots=True)
class Size:
    """How many bytes has the file at `path`, or where it links to? None when there is none."""

    path: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("stat", "--dereference", "--format=%s", self.path)

    def parse(self, answer: Answer, /) -> int | None:
        """Reads a number."""
        text = answer.stdout.strip()
        return int(text) if answer.exit_status == 0 and text.isdecimal() else None


def _kind(words: str) -> Kind:
    if words.startswith("regular"):
        return "file"
    return "directory" if words == "directory" else "other"
