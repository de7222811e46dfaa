"""Renders a deployment: every file that lies on a host because of it, as values.

A template's path below its set is the file's path on the host, with NAME standing for the deployment's
name. A template that comes to nothing but white space is a file that is not wanted.
"""

import functools
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from llmhost.errors import ProfileError, UsageError
from llmhost.secret import Secret
from llmhost.spec.assets import asset_roots
from llmhost.spec.deployment import Deployment
from llmhost.spec.record import to_record

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
        secrets: Secrets by name; of those the profile passes to the service, the ones given are used.
        roots: Folders with a `templates/` in them, the first wins; llmhost's own and the user's by default.

    Raises:
        UsageError: A secret cannot be written into an environment file.
        ProfileError: A template set does not exist, or a template is wrong.
    """
    environment = _environment(roots or asset_roots())
    templates = _templates(environment, deployment)
    running = tuple(path for path in sorted(templates) if _is_running(deployment, path))
    variables = _variables(deployment, secrets, running)
    files = [
        _file(deployment, path, text)
        for path, name in templates.items()
        if (text := _text(environment, name, variables)).strip()
    ]
    record = json.dumps(to_record(deployment), indent=2, ensure_ascii=False) + "\n"
    files.append(RenderedFile(f"{deployment.directory}/{RECORD}", record))
    return tuple(sorted(files, key=lambda file: file.path))


def daemon_settings(deployment: Deployment) -> Json:
    """What `/etc/docker/daemon.json` has to hold; everything else in it is left alone.

    The storage driver and the default runtime are left to Docker: the one hides existing images on
    Docker 29, the other hands GPUs to every container (release notes of Docker 29, 2026-11-20).
    """
    settings: Json = {"log-driver": "json-file", "log-opts": {"max-size": "50m", "max-file": "3"}}
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


def _variables(
    deployment: Deployment, secrets: Mapping[str, str], running: tuple[str, ...]
) -> Json:
    """What templates may name. They compute nothing, so everything is here."""
    profile, site = deployment.profile, deployment.site
    devices = site.devices or tuple(f"nvidia.com/gpu={index}" for index in range(deployment.gpus))
    wanted = {name for name, spec in profile.secrets.items() if spec.use == "service"}
    given = {name: value for name, value in secrets.items() if name in wanted and value}
    return {
        "deployment": deployment,
        "settings": {
            name: shlex.split(str(value)) if profile.settings[name].type == "words" else value
            for name, value in deployment.settings.items()
        },
        "environment": [_assignment(*pair) for pair in {**deployment.env, **given}.items()],
        "devices": devices,
        "gpu_indexes": ",".join(device.rpartition("=")[2] for device in devices),
        "running": running,
        "pull_from": _pull_from(deployment),
    }


def _assignment(name: str, value: str) -> str:
    """A line of an environment file, read alike by Compose and by systemd: quoted, nothing expanded."""
    if "'" in value or not value.isprintable():
        raise UsageError(
            f"{name} holds a quote or a character that is no text",
            why="Neither Docker Compose nor systemd can read it from an environment file.",
        )
    return f"{name}='{value}'"


def _pull_from(deployment: Deployment) -> str:
    """The name Ollama pulls a model by: with the registry in front where it is not Ollama's own."""
    registry, name = deployment.sources.ollama, deployment.model.repo
    if not registry or deployment.model.source != "ollama":
        return name
    return f"{registry}/{name}" if "/" in name else f"{registry}/library/{name}"


def _templates(environment: Environment, deployment: Deployment) -> dict[str, str]:
    """Paths on the host and the templates they come from; a later set replaces an earlier one's file."""
    found: dict[str, str] = {}
    for chosen in deployment.profile.templates:
        names = [name for name in _names(environment) if name.startswith(f"{chosen}/")]
        if not names:
            raise ProfileError(
                f"Profile `{deployment.profile.name}` names the template set `{chosen}`, "
                "and there is none",
                hint="A set is a folder below `templates/`.",
            )
        for name in names:
            path = name.removeprefix(chosen).removesuffix(".j2").replace("NAME", deployment.name)
            found[path] = name
    return found


@functools.cache
def _environment(roots: tuple[Path, ...]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([root / "templates" for root in roots]),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  configuration files, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {"compose": _compose, "sh": shlex.quote, "unit": _unit}
    return environment


@functools.cache
def _names(environment: Environment) -> tuple[str, ...]:
    return tuple(name for name in environment.list_templates() if name.endswith(".j2"))


def _text(environment: Environment, name: str, variables: Json) -> str:
    try:
        return environment.get_template(name).render(variables)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"templates/{name}:{line}" if line else f"templates/{name}"
        raise ProfileError(f"{where}: {error.message}") from error


def _compose(value: object) -> str:
    """A string in a compose file: quoted for YAML, and nothing in it interpolated by Compose."""
    return json.dumps(str(value), ensure_ascii=False).replace("$", "$$")


def _unit(value: object) -> str:
    """Text in a systemd unit, where a percent sign starts a specifier."""
    return str(value).replace("%", "%%")
