"""Steps for NVIDIA GPUs: a running driver, the container toolkit, names for containers."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.gpu import CdiDevices, Gpus
from llmhost.facts.services import Unit
from llmhost.facts.system import Packages
from llmhost.steps.base import Drift, Effect

# Read 2026-11-20:
# https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
TOOLKIT = "nvidia-container-toolkit"
KEY = "/etc/apt/keyrings/nvidia-container-toolkit.asc"
SOURCES = "/etc/apt/sources.list.d/nvidia-container-toolkit.sources"
# Writes /var/run/cdi/nvidia.yaml at boot and when the driver changes, since 1.18 (same source).
REFRESH = "nvidia-cdi-refresh.service"


@dataclass(frozen=True, slots=True)
class Driver:
    """The NVIDIA driver runs. Looked at, never installed: it belongs to the machine's image."""

    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "nvidia driver"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (Gpus(),)

    def check(self, _read: FactReader, /) -> tuple[Drift, ...]:
        """Nothing to compare: without a driver that fits, the preflight has refused already."""
        return ()

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Nothing to change."""
        return ()


@dataclass(frozen=True, slots=True)
class ContainerToolkit:
    """NVIDIA's container toolkit, from its vendor.

    Attributes:
        repository: Root of NVIDIA's apt repository for it.
    """

    repository: str
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "nvidia container toolkit"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (Packages((TOOLKIT,)),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is it installed?"""
        installed = read(Packages((TOOLKIT,)))
        return () if TOOLKIT in installed else (Drift("package", "", "installed"),)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Follows the vendor's instructions."""
        yield Effect(("fetch", f"{self.repository}/gpgkey", KEY))
        yield Effect(("put", "0644", "root:root", SOURCES, _sources(self.repository)))
        yield Effect(("packages", TOOLKIT))


@dataclass(frozen=True, slots=True)
class Cdi:
    """Each GPU has a name that containers can be given, after every boot.

    Attributes:
        gpus: How many GPUs must have one.
    """

    gpus: int
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "gpu names for containers (CDI)"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (CdiDevices(), Unit(REFRESH))

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Counts the numbered devices, and looks whether boot brings them back."""
        numbered = [name for name in read(CdiDevices()) if name.rpartition("=")[2].isdecimal()]
        drift = []
        if len(numbered) < self.gpus:
            drift.append(Drift("devices", str(len(numbered)), str(self.gpus)))
        unit = read(Unit(REFRESH))
        if not unit.enabled:
            drift.append(Drift("at boot", "not made", "made"))
        return tuple(drift)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Lets the toolkit's own unit write the spec, now and at each boot."""
        yield Effect(("systemctl", "enable", "--quiet", REFRESH))
        yield Effect(("systemctl", "restart", REFRESH))


def _sources(repository: str) -> str:
    # A flat repository: the suite is a path. apt puts its own architecture in place of $(ARCH).
    return f"Types: deb\nURIs: {repository}/stable/deb/$(ARCH)\nSuites: /\nSigned-By: {KEY}\n"
