"""Steps for native installs: a vendor's script, Python packages, an archive."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File, Size
from llmhost.spec.install import Archive, Pip, Script
from llmhost.spec.sources import Sources
from llmhost.steps.base import Drift, Effect, Step


def install_step(install: Script | Pip | Archive, sources: Sources, lane: str) -> Step:
    """The step that brings a native install to a host."""
    match install:
        case Script():
            return Native(install.address(sources), install.user, install.creates, lane)
        case Pip():
            links = sources.download(install.find_links or "")
            call = ("python_software", install.software, sources.pypi, links, *install.requirements)
        case Archive():
            address, strip = sources.download(install.url), str(install.strip)
            call = ("unpacked_software", install.software, address, install.sha256, strip)
    return Software(install.creates, install.mark, install.identity, call, lane)


@dataclass(frozen=True, slots=True)
class Native:
    """Software that its vendor installs by a program of its own.

    Attributes:
        installer: Address of the installer.
        user: The account it is installed for.
        program: A file that is there once it is installed.
    """

    installer: str
    user: str
    program: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"program {self.program}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (Size(self.program),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is the program there, and is there anything in it?"""
        return _program_drift(read(Size(self.program)))

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Runs the installer as the account."""
        yield Effect(("native_install", self.installer, self.user))


@dataclass(frozen=True, slots=True)
class Software:
    """Software that llmhost lays on the disk itself, in the one version that is wanted.

    Attributes:
        program: A file that is there once it is installed.
        mark: The file that says which one is there; its installation writes it last.
        identity: What stands in it: pinned requirements, or a checksum.
        call: The function of `host/native.bash` that installs it, with its arguments.
    """

    program: str
    mark: str
    identity: str
    call: tuple[str, ...]
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"software {self.mark.rpartition('/')[0]}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (File(self.mark), Size(self.program))

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is it the one that is wanted, and is its program there?"""
        mark = read(File(self.mark))
        there = " ".join(mark.content.split()) if mark else ""
        wanted = " ".join(self.identity.split())
        if there != wanted:
            return (Drift("version", there, wanted),)
        return _program_drift(read(Size(self.program)))

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Installs it in the place of whatever is there."""
        yield Effect(self.call)


def _program_drift(size: int | None) -> tuple[Drift, ...]:
    if size:
        return ()
    return (Drift("program", "" if size is None else "an empty file", "installed"),)
