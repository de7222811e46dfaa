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

    @property
    def kernels(self) -> tuple[int, int]:
        """The compute capability as numbers that compare: (8, 9)."""
        return as_numbers(self.capability)


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
    """Whether it was computed from the price of a smaller sibling."""


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


class MachineTable(Part):
    """`_machines/CLOUD.yaml`."""

    as_of: dt.date
    """Day of the newest price in it."""
    region: str
    """Region of the prices."""
    sources: dict[str, str]
    """Key to address and date."""
    zones: dict[str, tuple[str, ...]]
    """Zones by machine family."""
    machines: dict[str, MachineType]
    """By the cloud's name for the type."""


def as_numbers(capability: str) -> tuple[int, int]:
    """A compute capability as numbers that compare: "10.0" is above "8.9"."""
    major, _, minor = capability.partition(".")
    return int(major), int(minor)
