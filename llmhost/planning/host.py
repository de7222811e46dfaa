"""The ordered list of what a host needs, from bare to serving."""

from collections.abc import Sequence

from llmhost.facts.base import FactReader
from llmhost.planning.plan import Action, Change
from llmhost.render import RECORD, RenderedFile, daemon_settings
from llmhost.secret import Secret
from llmhost.spec.deployment import MODELS_ROOT, Deployment
from llmhost.spec.install import Archive, Pip
from llmhost.steps.base import Drift, Step
from llmhost.steps.daemonjson import DaemonJson
from llmhost.steps.docker import Docker, DockerRunning, PulledImage
from llmhost.steps.files import Directory, File, UnitFile
from llmhost.steps.native import install_step
from llmhost.steps.nvidia import Cdi, ContainerToolkit, Driver
from llmhost.steps.service import Service
from llmhost.steps.system import Account, FirstBoot, Packages
from llmhost.steps.weights import HubClient, Weights

_UNITS = "/etc/systemd/system/"
# Two lanes: whatever ends in the image, and whatever ends in the weights, side by side.
_IMAGE, _WEIGHTS = "image", "weights"


def steps(
    deployment: Deployment, files: Sequence[RenderedFile], hub_token: Secret
) -> tuple[Step, ...]:
    """Every step of a deployment in order; steps of different lanes run side by side."""
    return (
        # Nothing else may use apt or write to /etc while the image's own first boot does.
        FirstBoot(),
        # Whatever ends the work from here on, `down` finds what there is to take away.
        *_record(files),
        Packages(_packages(deployment)),
        *_accounts(deployment),
        Directory(MODELS_ROOT),
        # From here on the software and the weights come in side by side.
        *_container_software(deployment, files),
        *_native_software(deployment),
        *_weights(deployment, hub_token),
        # The deployment's own files, then the service that reads them.
        *_own_files(deployment, files),
        _service(deployment, files),
    )


def changes(steps: Sequence[Step], read: FactReader) -> tuple[Change, ...]:
    """What each step would do to a host that was asked."""
    return tuple(_change(step.title, step.check(read)) for step in steps)


def creations(steps: Sequence[Step]) -> tuple[Change, ...]:
    """What each step would do to a machine that does not exist yet; no step is asked."""
    return tuple(_creation(step) for step in steps)


def _creation(step: Step) -> Change:
    if isinstance(step, Driver):
        return Change(step.title, "none", reason="comes with the machine")
    return Change(step.title, "create", reason="new machine")


def _change(title: str, drift: tuple[Drift, ...]) -> Change:
    if not drift:
        return Change(title, "none")
    action: Action = "update" if any(one.actual for one in drift) else "create"
    return Change(title, action, drift)


def _record(files: Sequence[RenderedFile]) -> tuple[Step, ...]:
    return tuple(_file(file) for file in files if _is_record(file))


def _is_record(file: RenderedFile) -> bool:
    return file.path.endswith(f"/{RECORD}")


def _file(file: RenderedFile) -> File:
    return File(file.path, file.content, file.mode, file.owner)


def _packages(deployment: Deployment) -> tuple[str, ...]:
    environments = deployment.model.source == "hub" or isinstance(deployment.variant.install, Pip)
    python = ("python3-venv",) if environments else ()
    return ("ca-certificates", "curl", *python, *deployment.variant.packages)


def _accounts(deployment: Deployment) -> tuple[Step, ...]:
    install = deployment.variant.install
    return (Account(install.user, install.home),) if install else ()


def _container_software(deployment: Deployment, files: Sequence[RenderedFile]) -> tuple[Step, ...]:
    if deployment.variant.native:
        return (Driver(_IMAGE),) if deployment.gpus else ()
    sources, gpus = deployment.sources, deployment.gpus
    gpu_steps: tuple[Step, ...] = ()
    if gpus:
        gpu_steps = (
            Driver(_IMAGE),
            ContainerToolkit(sources.nvidia_apt, _IMAGE),
            Cdi(deployment.devices, _IMAGE),
            *(
                # Containers must not start before their GPUs have names.
                UnitFile(file.path, str(file.content), "docker.service", _IMAGE)
                for file in files
                if file.path.startswith(f"{_UNITS}docker.service.d/")
            ),
        )
    settings = DaemonJson(daemon_settings(deployment), _IMAGE)
    return (
        Docker(sources.docker_apt, _IMAGE),
        *gpu_steps,
        settings,
        DockerRunning(settings, _IMAGE),
        PulledImage(deployment.image, _IMAGE),
    )


def _native_software(deployment: Deployment) -> tuple[Step, ...]:
    install = deployment.variant.install
    if install is None:
        return ()
    return (install_step(install, deployment.sources, _IMAGE),)


def _weights(deployment: Deployment, hub_token: Secret) -> tuple[Step, ...]:
    if deployment.model.source != "hub":
        return ()
    sources = deployment.sources
    return (
        HubClient(sources.pypi, _WEIGHTS),
        Weights(deployment.model, sources.hub, hub_token, _WEIGHTS),
    )


def _own_files(deployment: Deployment, files: Sequence[RenderedFile]) -> tuple[Step, ...]:
    return tuple(
        UnitFile(file.path, str(file.content), deployment.unit)
        if file.path.startswith(_UNITS)
        else _file(file)
        for file in files
        if not (_is_record(file) or file.path.startswith(f"{_UNITS}docker.service.d/"))
    )


def _service(deployment: Deployment, files: Sequence[RenderedFile]) -> Service:
    inputs = tuple(
        (file.path, file.content)
        for file in files
        if file.path.startswith(f"{deployment.directory}/") and file.running
    )
    install = deployment.variant.install
    if isinstance(install, Pip | Archive):
        inputs += ((install.mark, install.identity),)
    return Service(deployment.name, inputs, deployment.container)
