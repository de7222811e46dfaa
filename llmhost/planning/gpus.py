"""Which GPUs of a host a deployment gets, and whether it can have and use them."""

from collections.abc import Mapping, Sequence

from llmhost.errors import HostError, UsageError
from llmhost.facts.gpu import DriverState, Gpu
from llmhost.planning.claims import Claim, others
from llmhost.spec.deployment import Deployment
from llmhost.spec.gpuchoice import recognised, unusable
from llmhost.spec.machines import Gpu as GpuModel


def chosen(
    gpus: Sequence[Gpu],
    deployment: Deployment,
    there: Sequence[Claim],
    known: Mapping[str, GpuModel],
) -> tuple[Gpu, ...]:
    """The GPUs a deployment gets, by number: its own, then the first that no other one claims.

    Args:
        gpus: The host's GPUs.
        deployment: What is wanted; where it names a GPU model, others are left out.
        there: The claims of all deployments on the host, this one's own among them.
        known: The GPU models llmhost knows.

    Returns:
        As many as are wanted, or fewer where there are no more.
    """
    taken = {name for claim in others(there, deployment.name) for name in claim.devices}
    own = {name for claim in there if claim.name == deployment.name for name in claim.devices}
    free = [gpu for gpu in gpus if gpu.device not in taken and _may_be(gpu, deployment.gpu, known)]
    first = sorted(free, key=lambda gpu: (gpu.device not in own, gpu.index))[: deployment.gpus]
    return tuple(sorted(first, key=lambda gpu: gpu.index))


def refuse_gpus(
    host: str,
    deployment: Deployment,
    driver: DriverState,
    there: Sequence[Claim],
    known: Mapping[str, GpuModel],
) -> None:
    """Refuses a host whose GPUs a deployment cannot have, or its provider cannot use.

    Raises:
        HostError: The driver does not run, or there are too few GPUs left.
        UsageError: They are others than were asked for, or of no use to the provider.
    """
    _refuse_driver(host, driver)
    if len(driver.gpus) < deployment.gpus:
        raise HostError(
            f"{host} has {len(driver.gpus)} GPU(s), and {deployment.gpus} are asked for",
            why=", ".join(gpu.name for gpu in driver.gpus),
            hint=f"ask for --gpus {len(driver.gpus)}, or take another host",
        )
    _refuse_others(host, deployment, driver, known)
    gpus = chosen(driver.gpus, deployment, there, known)
    if len(gpus) < deployment.gpus:
        raise _taken(host, deployment, len(gpus), others(there, deployment.name))
    for gpu in gpus:
        name = recognised(gpu.name, known)
        capability = known[name].capability if name else gpu.capability
        if reason := unusable(deployment.profile, name, capability):
            raise UsageError(
                f"{deployment.profile.title} cannot use {gpu.name}, which {host} has",
                why=reason,
                hint="take another host or provider, or deploy on the CPU with --gpus 0",
            )
    deployment.profile.variant_for(gpus=deployment.gpus, driver=driver.major)


def _may_be(gpu: Gpu, asked: str, known: Mapping[str, GpuModel]) -> bool:
    """Whether a GPU is of the model asked for; one that llmhost does not know may be any."""
    name = recognised(gpu.name, known)
    return not name or not asked or name == asked


def _refuse_driver(host: str, driver: DriverState) -> None:
    if not driver.installed:
        # Debian's own packages are of branch 535 (12) and 550 (13): its archive, read 2026-11-20.
        raise HostError(
            f"{host} has no NVIDIA driver",
            why="nvidia-smi is not installed",
            hint="install the driver and reboot, then run this again: on Ubuntu `sudo apt-get "
            "install nvidia-driver-580-server-open`; on Debian, with its components contrib, "
            "non-free and non-free-firmware, `sudo apt-get install linux-headers-amd64 "
            "nvidia-driver`; or deploy on the CPU with --gpus 0",
        )
    if not driver.gpus:
        raise HostError(
            f"the NVIDIA driver on {host} does not run",
            why=driver.complaint or "nvidia-smi lists no GPU",
            hint="reboot the host; when that does not help, the driver does not match the kernel: "
            "`dkms status` and `journalctl -k | grep -i nvidia` on the host say more",
        )


def _refuse_others(
    host: str, deployment: Deployment, driver: DriverState, known: Mapping[str, GpuModel]
) -> None:
    fitting = [gpu for gpu in driver.gpus if _may_be(gpu, deployment.gpu, known)]
    if len(fitting) < deployment.gpus:
        raise UsageError(
            f"{host} has {len(fitting)} GPU(s) of the model {deployment.gpu}, and "
            f"{deployment.gpus} are asked for",
            why=", ".join(gpu.name for gpu in driver.gpus),
            hint="leave out `--gpu` to take what is there, or take another host",
        )


def _taken(host: str, deployment: Deployment, free: int, there: Sequence[Claim]) -> HostError:
    holders = "; ".join(
        f"`{claim.name}` has {', '.join(claim.devices)}" for claim in there if claim.devices
    )
    return HostError(
        f"{host} has {free} GPU(s) left, and {deployment.gpus} are asked for",
        why=holders,
        hint=(f"ask for --gpus {free}, " if free else "")
        + "take one of these deployments down, or take another host",
    )
