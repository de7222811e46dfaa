"""Steps for files and directories."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.errors import StepError
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File as FileFact
from llmhost.facts.files import FileState, Kind
from llmhost.facts.services import Unit
from llmhost.secret import Kept, Secret, digest
from llmhost.steps.base import Drift, Effect

_KINDS: dict[Kind, str] = {
    "file": "a file",
    "directory": "a directory",
    "other": "neither a file nor a directory",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file with exactly this content, mode and owner."""

    path: str
    content: str | Secret | Kept
    mode: int = 0o644
    owner: str = "root:root"
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"file {self.path}"

    @property
    def _fact(self) -> FileFact:
        return FileFact(self.path, secret=not isinstance(self.content, str))

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (self._fact,)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares content, mode and owner."""
        return tuple(_file_drift(self, read(self._fact)))

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Writes the whole file."""
        assert not isinstance(self.content, Kept)  # noqa: S101  whoever writes knows what
        yield Effect(("put", f"{self.mode:04o}", self.owner, self.path, self.content))


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A file that systemd reads: a unit or a drop-in, read again once it changed."""

    path: str
    content: str
    unit: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"unit {self.path}"

    @property
    def _file(self) -> File:
        return File(self.path, self.content)

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (*self._file.facts(), Unit(self.unit))

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares the file, and what systemd has read of it."""
        drift = self._file.check(read)
        if read(Unit(self.unit)).stale:
            drift += (Drift("read by systemd", "an older version", "as on the disk"),)
        return drift

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Writes the file, and lets systemd read it."""
        if any(one.attribute != "read by systemd" for one in drift):
            yield from self._file.apply(drift)
        yield Effect(("reload_units",))


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory with this mode and owner; what is in it is left alone."""

    path: str
    mode: int = 0o755
    owner: str = "root:root"
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"directory {self.path}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (FileFact(self.path),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares kind, mode and owner."""
        state = read(FileFact(self.path))
        if state is None:
            return (Drift("exists", "", "directory"),)
        if state.kind != "directory":
            return (Drift("kind", state.kind, "directory"),)
        return tuple(_attributes_drift(state, self.mode, self.owner))

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Makes it, or corrects it."""
        yield Effect(("directory", f"{self.mode:04o}", self.owner, self.path))


def _file_drift(step: File, state: FileState | None) -> Iterable[Drift]:
    if state is not None and state.kind != "file":
        raise StepError(
            f"{step.path} is {_KINDS[state.kind]}, and should be a file",
            hint="move it away; llmhost does not delete what it did not make",
        )
    if isinstance(step.content, Secret | Kept):
        if state is None or state.content != digest(step.content):
            yield Drift("content", "" if state is None else "another", "(secret)")
    elif state is None or state.content != step.content:
        yield content_drift(step.path, "" if state is None else state.content, step.content)
    if state is not None:
        yield from _attributes_drift(state, step.mode, step.owner)


def _attributes_drift(state: FileState, mode: int, owner: str) -> Iterable[Drift]:
    if state.mode != mode:
        yield Drift("mode", f"{state.mode:04o}", f"{mode:04o}")
    if state.owner != owner:
        yield Drift("owner", state.owner, owner)


def content_drift(path: str, actual: str, desired: str) -> Drift:
    """The drift of a text file, with a unified diff."""
    lines = difflib.unified_diff(
        actual.splitlines(), desired.splitlines(), path, path, lineterm="", n=2
    )
    return Drift("content", actual, desired, tuple(lines))
