"""Facts about GPUs, their driver, and how containers reach them."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmhost.transport.base import Answer

_NOT_FOUND = 127
_FIELDS = {6, 7}  # drivers of the 470 branch do not tell the last one


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as the driver reports it; memory in MiB.

    Attributes:
        index: Its number, which is its name for containers as well.
        name: NVIDIA's name of the product, such as `NVIDIA L4`.
        uuid: Its own identifier.
        driver: The driver's version.
        memory_mib: All of its memory.
        used_mib: What of it is used, by whomever.
        capability: CUDA compute capability, such as `8.9`; empty where the driver does not tell.
    """

    index: int
    name: str
    uuid: str
    driver: str
    memory_mib: int
    used_mib: int
    capability: str = ""

    @property
    def device(self) -> str:
        """Its CDI name."""
        return f"nvidia.com/gpu={self.index}"


@dataclass(frozen=True, slots=True)
class DriverState:
    """What `nvidia-smi` says.

    Attributes:
        gpus: The GPUs; empty when there is none or the driver does not run.
        installed: Whether the program is there at all.
        complaint: Its own words when it failed.
    """

    gpus: tuple[Gpu, ...]
    installed: bool
    complaint: str = ""

    @property
    def version(self) -> str:
        """The driver's version; empty without one."""
        return self.gpus[0].driver if self.gpus else ""

    @property
    def major(self) -> int:
        """The driver's branch, such as 580; 0 without one."""
        branch = self.version.partition(".")[0]
        return int(branch) if branch.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Gpus:
    """Which GPUs does the driver see?"""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("gpus",)

    def parse(self, answer: Answer, /) -> DriverState:
        """Reads nvidia-smi's CSV without header and units.

        Its exit status says little: it is 14 for a corrupted infoROM on a GPU that works.
        """
        lines = answer.stdout.split("\n")
        rows = ([field.strip() for field in line.split(",")] for line in lines)
        gpus = tuple(_gpu(row) for row in rows if len(row) in _FIELDS and row[0].isdecimal())
        installed = answer.exit_status != _NOT_FOUND
        return DriverState(gpus, installed, "" if gpus else answer.stdout.strip())


@dataclass(frozen=True, slots=True)
class CdiDevices:
    """Which GPUs can containers be given by name? Names such as `nvidia.com/gpu=0`."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("nvidia-ctk", "cdi", "list")

    def parse(self, answer: Answer, /) -> tuple[str, ...]:
        """Reads a name a line; the tool's log lines are left out."""
        return tuple(
            line.strip() for line in answer.stdout.split("\n") if line.startswith("nvidia.com/")
        )


def _gpu(fields: Sequence[str]) -> Gpu:
    index, name, uuid, driver, total, used, *capability = fields
    told = capability[0] if capability and capability[0][:1].isdecimal() else ""
    return Gpu(int(index), name, uuid, driver, _mib(total), _mib(used), told)


def _mib(field: str) -> int:
    """A number of MiB; `[N/A]`, which some GPUs report, counts as 0."""
    return int(field) if field.isdecimal() else 0
