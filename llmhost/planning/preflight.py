"""Refuses a host that cannot carry a deployment, before anything on it is touched."""

from llmhost.errors import HostError
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.gpu import DriverState, Gpus
from llmhost.facts.services import Image
from llmhost.facts.system import DiskFree, Os, OsRelease
from llmhost.facts.weights import Weights
from llmhost.spec.deployment import MODELS_ROOT, Deployment

# What Docker's and NVIDIA's own instructions list, read 2026-11-20:
# https://docs.docker.com/engine/install/ and the container toolkit's "Supported Platforms".
SUPPORTED = {"debian": (12, 13), "ubuntu": (22.04, 24.04, 26.04)}
ARCHITECTURES = ("x86_64", "aarch64")
# Room for packages and logs beside image and weights; an estimate of ours, in bytes.
ROOM = 2 * 10**9


def questions(deployment: Deployment) -> tuple[AnyFact, ...]:
    """What must be known of the host for `refuse_misfit`."""
    image = (Image(deployment.image),) if deployment.image else ()
    weights = (Weights(deployment.model.directory),) if deployment.model.source == "hub" else ()
    return (OsRelease(), Gpus(), DiskFree(MODELS_ROOT), *image, *weights)


def refuse_misfit(host: str, deployment: Deployment, read: FactReader) -> None:
    """Raises HostError with the reason and the remedy when the host cannot carry the deployment."""
    _refuse_system(host, read(OsRelease()))
    if deployment.gpus:
        _refuse_gpus(host, deployment, read(Gpus()))
    _refuse_disk(host, deployment, read)


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


def _refuse_gpus(host: str, deployment: Deployment, driver: DriverState) -> None:
    if not driver.installed:
        raise HostError(
            f"{host} has no NVIDIA driver",
            why="nvidia-smi is not installed",
            hint="install the driver and reboot, then run this again: on Ubuntu `sudo apt-get "
            "install nvidia-driver-580-server-open`, on Debian `sudo apt-get install nvidia-open "
            "firmware-misc-nonfree`; or deploy on the CPU with --gpus 0",
        )
    if not driver.gpus:
        raise HostError(
            f"the NVIDIA driver on {host} does not run",
            why=driver.complaint or "nvidia-smi lists no GPU",
            hint="reboot the host; when that does not help, the driver does not match the kernel: "
            "`dkms status` and `journalctl -k | grep -i nvidia` on the host say more",
        )
    if len(driver.gpus) < deployment.gpus:
        raise HostError(
            f"{host} has {len(driver.gpus)} GPU(s), and {deployment.gpus} are asked for",
            why=", ".join(gpu.name for gpu in driver.gpus),
            hint=f"ask for --gpus {len(driver.gpus)}, or take another host",
        )
    deployment.profile.variant_for(gpus=deployment.gpus, driver=driver.major)


def _refuse_disk(host: str, deployment: Deployment, read: FactReader) -> None:
    free = read(DiskFree(MODELS_ROOT))
    fresh = not deployment.image or not read(Image(deployment.image))
    if fresh and free < ROOM:
        raise HostError(
            f"{host} has {free / 10**9:.1f} GB free at {MODELS_ROOT}",
            why=f"image, packages and logs alone need {ROOM / 10**9:.0f} GB",
            hint="free some space, or give the host a larger disk",
        )
