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
OLDEST = (1, 18)
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
        """Is it installed, and new enough to name the GPUs at each boot?"""
        version = read(Packages((TOOLKIT,))).get(TOOLKIT, "")
        if version and _number(version) >= OLDEST:
            return ()
        return (Drift("version", version, f"at least {OLDEST[0]}.{OLDEST[1]}"),)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Follows the vendor's instructions."""
        root, key_url = f"{self.repository}/stable/deb", f"{self.repository}/gpgkey"
        yield Effect(("repository", root, key_url, KEY, SOURCES, _sources(root)))
        yield Effect(("packages", TOOLKIT))


@dataclass(frozen=True, slots=True)
class Cdi:
    """The GPUs have names that containers can be given, after every boot.

    Attributes:
        devices: The names there must be.
    """

    devices: tuple[str, ...]
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "gpu names for containers (CDI)"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (CdiDevices(), Unit(REFRESH))

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Looks for the names, and whether boot brings them back."""
        there = [name for name in self.devices if name in read(CdiDevices())]
        drift = []
        if len(there) < len(self.devices):
            drift.append(Drift("devices", ", ".join(there), ", ".join(self.devices)))
        unit = read(Unit(REFRESH))
        if not unit.enabled:
            drift.append(Drift("at boot", "not made", "made"))
        return tuple(drift)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Lets the toolkit's own unit write the spec, now and at each boot."""
        yield Effect(("systemctl", "enable", "--quiet", REFRESH))
        yield Effect(("systemctl", "restart", REFRESH))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _sources(root: str) -> str:
    # A flat repository: the suite is a path. apt puts its own architecture in place of $(ARCH).
    return f"Types: deb\nURIs: {root}/$(ARCH)\nSuites: /\nSigned-By: {KEY}\n"
