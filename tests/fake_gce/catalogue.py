"""What is offered where, from `catalogue.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class MachineType:
    """A machine type.

    Attributes:
        name: Such as `g2-standard-24`.
        cpus: vCPUs.
        memory_gb: Memory in GB.
        gpu: Google's name of its GPUs; empty without.
        gpus: How many.
        disks: Types its boot disk may have.
        models: Provisioning models it can be had by.
        zones: Where.
        attachable: Whether GPUs may be attached to it.
    """

    name: str
    cpus: int
    memory_gb: float
    gpu: str
    gpus: int
    disks: tuple[str, ...]
    models: tuple[str, ...]
    zones: tuple[str, ...]
    attachable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU.

    Attributes:
        name: Google's name of it.
        counts: How many of them a machine may have.
        zones: Where.
        attachable: Whether it is asked for with `guestAccelerators`.
    """

    name: str
    counts: tuple[int, ...]
    zones: tuple[str, ...]
    attachable: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is offered.

    Attributes:
        types: Machine types by name.
        cards: GPUs by name.
        zones: All zones.
        images: Image families by project.
        image_date: What an image's name has behind its family.
        metrics: Quota metrics by GPU.
    """

    types: Mapping[str, MachineType]
    cards: Mapping[str, Card]
    zones: tuple[str, ...]
    images: Mapping[str, tuple[str, ...]]
    image_date: str
    metrics: Mapping[str, str]

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of all zones."""
        return tuple(sorted({zone.rpartition("-")[0] for zone in self.zones}))

    @property
    def disk_types(self) -> tuple[str, ...]:
        """The disk types of all machine types."""
        return tuple(sorted({disk for kind in self.types.values() for disk in kind.disks}))


@cache
def catalogue() -> Catalogue:
    """The file beside this module."""
    raw = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text(encoding="utf-8"))
    families = raw["families"]
    everywhere = tuple(sorted({zone for f in families.values() for zone in _zones(f["zones"])}))
    types = {
        name: _type(name, size, family, _zones(family["zones"]) or everywhere)
        for family in families.values()
        for name, size in family["types"].items()
    }
    return Catalogue(
        types=types,
        cards=_cards(types, raw["attachable"]),
        zones=everywhere,
        images={project: tuple(names) for project, names in raw["images"].items()},
        image_date=raw["image_date"],
        metrics=raw["metrics"],
    )


def _zones(letters: Mapping[str, str] | str) -> tuple[str, ...]:
    if isinstance(letters, str):
        return ()
    return tuple(f"{region}-{letter}" for region, all_ in letters.items() for letter in all_)


def _type(
    name: str, size: list[float], family: Mapping[str, Any], zones: tuple[str, ...]
) -> MachineType:
    cpus, memory, gpus = size
    return MachineType(
        name=name,
        cpus=int(cpus),
        memory_gb=memory,
        gpu=family["gpu"],
        gpus=int(gpus),
        disks=tuple(family["disks"]),
        models=tuple(family["models"]),
        zones=zones,
        attachable=name.startswith("n1-"),
    )


def _cards(types: Mapping[str, MachineType], attachable: Mapping[str, Any]) -> dict[str, Card]:
    bundled = {kind.gpu for kind in types.values() if kind.gpu}
    cards = {}
    for gpu in sorted(bundled):
        kinds = [kind for kind in types.values() if kind.gpu == gpu]
        counts = tuple(sorted({kind.gpus for kind in kinds}))
        zones = tuple(sorted({zone for kind in kinds for zone in kind.zones}))
        cards[gpu] = Card(gpu, counts, zones, attachable=False)
    for gpu, facts in attachable.items():
        zones = _zones(facts["zones"])
        cards[gpu] = Card(gpu, tuple(facts["counts"]), zones, attachable=True)
    return cards
