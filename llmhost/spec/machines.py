"""GPUs and machine types: the tables in `profiles/_machines/`, with prices, dates and sources."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from llmhost.spec.needs import Capability
from llmhost.spec.part import Part

GpuName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Gpu(Part):
    """A GPU model."""

    title: str
    """NVIDIA's name for it."""
    memory_gb: int
    """Its memory in GB, as in its name."""
    capability: Capability
    """CUDA compute capability."""
    aliases: tuple[str, ...] = ()
    """Other spellings that are understood after `--gpu`."""
    product: str = ""
    """Regular expression of the whole name the driver has for it; empty where nobody knows it."""
    usable_gib: float = 0
    """What CUDA reports as its memory, in GiB; 0 where nobody has seen it."""

    @property
    def usable_bytes(self) -> int:
        """Bytes that a program can have of it; without a report, 91 % of what its name says.

        Of the GPUs whose report is known, none has less (a T4: 14.56 GiB of 16).
        """
        return int((self.usable_gib or self.memory_gb * 0.91) * (1 << 30))

    @property
    def kernels(self) -> tuple[int, int]:
        """The compute capability as numbers that compare: (8, 9)."""
        return as_numbers(self.capability)


# What CUDA reports is less than what `nvidia-smi` shows as all memory: by 0.46 GiB on an L4 (23034
# MiB, 22.03 GiB) and 0.86 on an A100 (81920 MiB, 79.14 GiB); public logs, read 2026-11-20.
_KEPT_MIB = 900


def of_driver(product: str, memory_mib: int) -> Gpu:
    """A GPU that stands in no table, by what its driver says of it."""
    return Gpu(
        title=product,
        memory_gb=round(memory_mib / 1024),
        capability="0.0",
        usable_gib=max(memory_mib - _KEPT_MIB, 1) / 1024,
    )


class GpuTable(Part):
    """`_machines/gpus.yaml`."""

    source: str
    """Where the facts come from, with the date."""
    gpus: dict[GpuName, Gpu]


class Price(Part):
    """US dollars per hour in one region, GPUs, CPUs, memory and bundled disks included."""

    on_demand: float | None = None
    """Null where the machine cannot be bought so."""
    spot: float | None = None
    flex_start: float | None = None
    source: str
    """Key of the table's `sources`."""
    derived: bool = False
    """Whether it was computed, from the price of a smaller sibling or from those of its parts."""


class MachineType(Part):
    """A machine type of a cloud."""

    gpu: GpuName
    """Model of its GPUs, as in `gpus.yaml`."""
    gpus: int = Field(gt=0)
    """How many it has."""
    accelerator: str
    """The cloud's own name for the GPU."""
    attach: bool = False
    """Whether the GPUs are asked for beside the machine type instead of coming with it."""
    vcpu: int
    ram_gb: float
    disks: tuple[str, ...]
    """Boot disk types it takes, the preferred one first."""
    buy: tuple[Literal["on_demand", "spot", "flex_start", "reservation"], ...]
    """Ways to buy it."""
    zones: str
    """Key of the table's `zones`."""
    price: Price | None = None
    """In the table's region; null where nobody publishes one."""
    note: str = ""


class RegionalPrice(Part):
    """US dollars per hour of one machine type in another region; null where it is not published."""

    on_demand: float | None = None
    spot: float | None = None


class Elsewhere(Part):
    """What a family costs in other regions, told by one of its machines.

    The family's other machines are taken to cost more or less there by the same factor.
    """

    machine: str
    """The machine type whose prices these are."""
    source: str
    """Key of the table's `sources`."""
    prices: dict[str, RegionalPrice]
    """By region."""


class Image(Part):
    """Where the boot disk's content comes from."""

    project: str
    family: str
    user: str
    """The account llmhost makes on it, by the keys in the machine's metadata."""


class MachineTable(Part):
    """`_machines/CLOUD.yaml`."""

    as_of: dt.date
    """Day of the newest price in it."""
    region: str
    """Region of the prices."""
    sources: dict[str, str]
    """Key to address and date."""
    dates: dict[str, dt.date] = Field(default_factory=dict)
    """Day of the prices of a source."""
    images: dict[str, Image] = Field(default_factory=dict)
    """By GPU model; `default` for all others."""
    elsewhere: dict[str, Elsewhere] = Field(default_factory=dict)
    """Prices in other regions, by key of `zones`."""
    zones: dict[str, tuple[str, ...]]
    """Zones by machine family."""
    machines: dict[str, MachineType]
    """By the cloud's name for the type."""


def as_numbers(capability: str) -> tuple[int, int]:
    """A compute capability as numbers that compare: "10.0" is above "8.9"."""
    major, _, minor = capability.partition(".")
    return int(major), int(minor)
