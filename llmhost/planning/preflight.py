"""Refuses a host that cannot carry a deployment, before anything on it is touched."""

from collections.abc import Iterable, Mapping

from llmhost.errors import HostError
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.gpu import Gpus
from llmhost.facts.system import DiskFree, Os, OsRelease, Records
from llmhost.planning.claims import claims, refuse_taken
from llmhost.planning.gpus import refuse_gpus
from llmhost.spec.deployment import MODELS_ROOT, Deployment
from llmhost.spec.machines import Gpu as GpuModel
from llmhost.steps.base import Step
from llmhost.steps.docker import Docker, PulledImage
from llmhost.steps.native import Native, Software
from llmhost.steps.weights import HubClient, Weights

# What Docker's and NVIDIA's own instructions list, read 2026-11-20:
# https://docs.docker.com/engine/install/ and the container toolkit's "Supported Platforms".
SUPPORTED = {"debian": (12, 13), "ubuntu": (22.04, 24.04, 26.04)}
ARCHITECTURES = ("x86_64", "aarch64")
# Room for packages and logs beside image and weights; an estimate of ours, in bytes.
ROOM = 2 * 10**9
# The steps that fill a disk.
_LARGE = (Docker, PulledImage, Native, Software, HubClient, Weights)


# What every deployment's host is asked for `refuse_misfit` and `refuse_full_disk`.
QUESTIONS: tuple[AnyFact, ...] = (OsRelease(), Gpus(), DiskFree(MODELS_ROOT), Records())


def refuse_misfit(
    host: str, deployment: Deployment, read: FactReader, known: Mapping[str, GpuModel]
) -> None:
    """Refuses a host that cannot carry a deployment, or not beside those it carries already.

    Args:
        host: Its name, for a person.
        deployment: What is wanted.
        read: What the host answered to `QUESTIONS`.
        known: The GPU models llmhost knows.

    Raises:
        HostError: The host is not made for it, or has too little left.
        UsageError: What is asked for belongs to another deployment, or the provider cannot use it.
    """
    there = claims(read(Records()).values())
    _refuse_system(host, read(OsRelease()))
    refuse_taken(host, deployment, there)
    if deployment.gpus:
        refuse_gpus(host, deployment, read(Gpus()), there, known)


def _refuse_system(host: str, system: Os) -> None:
    supported = ", ".join(
        f"{name.title()} {version:g}"
        for name, versions in SUPPORTED.items()
        for version in versions
    )
    if not system.systemd:
        raise HostError(
            f"{host} does not run systemd as its init",
            why="the service has to come back after a reboot, and systemd is what brings it",
            hint="use a machine, not a container without an init",
        )
    release = float(system.version) if system.version.replace(".", "", 1).isdecimal() else 0.0
    if release not in SUPPORTED.get(system.id, ()):
        raise HostError(
            f"{host} runs {system.title}, which is not supported",
            why="Docker and NVIDIA publish packages for certain releases only",
            hint=f"use one of: {supported}",
        )
    if system.arch not in ARCHITECTURES:
        raise HostError(
            f"{host} is a {system.arch} machine, which is not supported",
            hint=f"use one of: {', '.join(ARCHITECTURES)}",
        )


def refuse_full_disk(host: str, pending: Iterable[Step], read: FactReader) -> None:
    """Raises HostError where something large is to be fetched and there is no room for it."""
    free = read(DiskFree(MODELS_ROOT))
    large = next((step for step in pending if isinstance(step, _LARGE)), None)
    if large and free < ROOM:
        raise HostError(
            f"{host} has {free / 10**9:.1f} GB free at {MODELS_ROOT}",
            why=f"{large.title} is to come; packages and logs alone need {ROOM / 10**9:.0f} GB",
            hint="free some space, or give the host a larger disk",
        )
