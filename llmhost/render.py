"""Renders a deployment: every file that lies on a host because of it, as values.

A template that comes to nothing but white space is a file that is not wanted.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from llmhost.errors import UsageError
from llmhost.secret import Secret
from llmhost.spec.assets import asset_roots
from llmhost.spec.deployment import Deployment
from llmhost.spec.install import Archive, Pip
from llmhost.spec.record import to_record
from llmhost.templating import templates

Json: TypeAlias = dict[str, Any]

RECORD = "deployment.json"
_MODES = {"engine.env": 0o600, "start": 0o755}
_SECRET = "engine.env"  # noqa: S105  the name of the file, not what is in it


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it has to be on the host.

    Attributes:
        path: Absolute path.
        content: All of it; a Secret where secrets may be in it.
        mode: Permission bits.
        owner: USER:GROUP.
        running: Whether the running service depends on it, so that a change asks for a restart.
    """

    path: str
    content: str | Secret
    mode: int = 0o644
    owner: str = "root:root"
    running: bool = False


def render(
    deployment: Deployment, secrets: Mapping[str, str], *, roots: tuple[Path, ...] | None = None
) -> tuple[RenderedFile, ...]:
    """Everything that lies on a host because of a deployment, sorted by path.

    Args:
        deployment: The deployment, at a site that is known or at the default one.
        secrets: Secrets by name; those the profile passes to the service are used.
        roots: Folders with a `templates/` in them, the first wins; by default the user's directory
            and llmhost's own.

    Raises:
        UsageError: A secret cannot be written into an environment file.
        ProfileError: A template set does not exist, or a template is wrong.
    """
    available = templates(roots or asset_roots())
    paths = available.paths(deployment.profile.templates, deployment.name)
    running = (
        *(path for path in sorted(paths) if _is_running(deployment, path)),
        *_marks(deployment),
    )
    variables = _variables(deployment, secrets, running)
    files = [
        _file(deployment, path, text)
        for path, template in paths.items()
        if (text := available.text(template, variables)).strip()
    ]
    record = json.dumps(to_record(deployment), indent=2, ensure_ascii=False) + "\n"
    files.append(RenderedFile(f"{deployment.directory}/{RECORD}", record))
    return tuple(sorted(files, key=lambda file: file.path))


def daemon_settings(deployment: Deployment) -> Json:
    """What `/etc/docker/daemon.json` has to hold; everything else in it is left alone.

    The storage driver and the default runtime are left to Docker: the one hides existing images on
    Docker 29, the other hands GPUs to every container (release notes of Docker 29, 2026-11-20).
    """
    settings: Json = {}  # not where logs go: each compose file says that of its own container
    if deployment.gpus:
        settings["features"] = {"cdi": True}  # the default from Docker 28.2 on, needed before
    mtu = deployment.site.mtu
    if mtu and mtu != 1500:  # noqa: PLR2004  Docker's own default
        # `mtu` reaches docker0 only; the networks of Compose take theirs from the other key.
        bridge = {"com.docker.network.driver.mtu": str(mtu)}
        settings |= {"mtu": mtu, "default-network-opts": {"bridge": bridge}}
    return settings


def _file(deployment: Deployment, path: str, text: str) -> RenderedFile:
    name = path.rpartition("/")[2]
    return RenderedFile(
        path,
        Secret(text) if name == _SECRET else text,
        mode=_MODES.get(name, 0o644),
        running=_is_running(deployment, path),
    )


def _is_running(deployment: Deployment, path: str) -> bool:
    return path.startswith(f"{deployment.directory}/")


def _marks(deployment: Deployment) -> tuple[str, ...]:
    """The file that says which software of a native install is there, where there is one."""
    install = deployment.variant.install
    return (install.mark,) if isinstance(install, Pip | Archive) else ()


def _variables(
    deployment: Deployment, secrets: Mapping[str, str], running: tuple[str, ...]
) -> Json:
    """What templates may name. They compute nothing, so everything is here."""
    profile = deployment.profile
    wanted = {name for name, spec in profile.secrets.items() if spec.use == "service"}
    given = {name: value for name, value in secrets.items() if name in wanted and value}
    return {
        "deployment": deployment,
        "settings": {
            name: shlex.split(str(value)) if profile.settings[name].type == "words" else value
            for name, value in deployment.settings.items()
        },
        "environment": [_assignment(*pair) for pair in {**deployment.env, **given}.items()],
        "devices": deployment.devices,
        "gpu_indexes": ",".join(device.rpartition("=")[2] for device in deployment.devices),
        "running": running,
        "pull_from": _pull_from(deployment),
        "pull_insecure": deployment.sources.ollama.startswith("http://"),
    }


def _assignment(name: str, value: str) -> str:
    """A line of an environment file: quoted, so that Compose and systemd read it alike."""
    if "'" in value or not value.isprintable():
        raise UsageError(
            f"{name} holds a quote or a character that is no text",
            why="neither Docker Compose nor systemd can read it from an environment file",
        )
    return f"{name}='{value}'"


def _pull_from(deployment: Deployment) -> str:
    """The name Ollama pulls a model by: with the registry in front where it is not Ollama's own.

    Names that have a registry in them already, such as hf.co/…, are left alone.
    """
    registry, name = deployment.sources.ollama.rpartition("//")[2], deployment.model.repo
    owner, slash, _ = name.partition("/")
    if not registry or "." in owner:
        return name
    return f"{registry}/{name}" if slash else f"{registry}/library/{name}"
