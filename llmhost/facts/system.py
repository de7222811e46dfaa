"""Facts about the machine itself: what it runs, how much room it has, its packages."""

import shlex
from dataclasses import dataclass

from llmhost.transport.base import Answer


@dataclass(frozen=True, slots=True)
class Os:
    """An operating system as it describes itself, and what else decides what can run on it.

    Attributes:
        id: `debian`, `ubuntu` …, from os-release.
        version: Release number, such as `13` or `24.04`.
        codename: Release name, such as `trixie`; names the suite in apt repositories.
        title: For a person.
        arch: Kernel's name of the architecture, such as `x86_64`.
        boot_id: Differs after each boot.
        memory_kb: RAM in KiB.
        systemd: Whether systemd is the init.
        first_boot_running: Whether cloud-init has not finished yet.
    """

    id: str
    version: str
    codename: str
    title: str
    arch: str
    boot_id: str
    memory_kb: int
    systemd: bool
    first_boot_running: bool


@dataclass(frozen=True, slots=True)
class OsRelease:
    """Which operating system is this?"""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("os",)

    def parse(self, answer: Answer, /) -> Os:
        """Reads os-release and the lines that follow it."""
        said = dict(_assignments(answer.stdout))
        return Os(
            id=said.get("ID", ""),
            version=said.get("VERSION_ID", ""),
            codename=said.get("VERSION_CODENAME", ""),
            title=said.get("PRETTY_NAME", "an unknown system"),
            arch=said.get("LLMHOST_ARCH", ""),
            boot_id=said.get("LLMHOST_BOOT_ID", ""),
            memory_kb=int(said.get("LLMHOST_MEMORY_KB", "0")),
            systemd="LLMHOST_SYSTEMD" in said,
            first_boot_running=said.get("LLMHOST_FIRST_BOOT") == "running",
        )


@dataclass(frozen=True, slots=True)
class RouteMtu:
    """Which MTU in bytes does the default route have? 0 without a default route."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("route_mtu",)

    def parse(self, answer: Answer, /) -> int:
        """Reads a number."""
        text = answer.stdout.strip()
        return int(text) if text.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class DiskFree:
    """How many bytes are free where `path` is or would be?"""

    path: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("disk_free", self.path)

    def parse(self, answer: Answer, /) -> int:
        """Reads a number of bytes."""
        text = answer.stdout.strip()
        return int(text) if text.isdecimal() else 0


# What dpkg calls a package whose installation was interrupted, dpkg-query(1).
_UNFINISHED = frozenset({"half-installed", "unpacked", "half-configured"})


@dataclass(frozen=True, slots=True)
class PackageState:
    """How far a Debian package is; `status` is dpkg's word, such as `installed` or `unpacked`."""

    status: str
    version: str

    @property
    def installed(self) -> bool:
        """Whether it is there and ready for use."""
        return self.status == "installed"

    @property
    def unfinished(self) -> bool:
        """Whether its installation was interrupted."""
        return self.status in _UNFINISHED


@dataclass(frozen=True, slots=True)
class PackageStates:
    """How far is each of these Debian packages? Those that dpkg never heard of are left out."""

    names: tuple[str, ...]

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        shape = "${db:Status-Status} ${Package} ${Version}\\n"
        return ("dpkg-query", "--show", f"--showformat={shape}", *self.names)

    def parse(self, answer: Answer, /) -> dict[str, PackageState]:
        """Reads `STATUS NAME VERSION` lines; one without a version never was on the host."""
        rows = (line.split() for line in answer.stdout.split("\n"))
        return {row[1]: PackageState(row[0], row[2]) for row in rows if len(row) == 3}  # noqa: PLR2004  three words asked for


@dataclass(frozen=True, slots=True)
class Packages:
    """Which of these Debian packages are installed, in which version?"""

    names: tuple[str, ...]

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return PackageStates(self.names).question

    def parse(self, answer: Answer, /) -> dict[str, str]:
        """Reads how far each is; one that is not installed to the end is not installed."""
        states = PackageStates(self.names).parse(answer)
        return {name: state.version for name, state in states.items() if state.installed}


@dataclass(frozen=True, slots=True)
class Account:
    """The home directory of an account; empty when there is none of that name."""

    name: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("getent", "passwd", self.name)

    def parse(self, answer: Answer, /) -> str:
        """Reads the sixth field."""
        fields = answer.stdout.strip().split(":")
        return fields[5] if len(fields) > 5 else ""  # noqa: PLR2004  passwd(5)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of the deployments that a host carries, as JSON texts by name."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("records",)

    def parse(self, answer: Answer, /) -> dict[str, str]:
        """Reads names, each with a document on the lines after it that a form feed ends."""
        pairs = (text.partition("\n") for text in answer.stdout.split("\f")[:-1])
        return {name: text for name, _, text in pairs}


def _assignments(text: str) -> list[tuple[str, str]]:
    pairs = []
    for line in text.split("\n"):
        key, equals, value = line.partition("=")
        if equals:
            words = shlex.split(value)
            pairs.append((key, words[0] if words else ""))
    return pairs
