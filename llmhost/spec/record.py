"""The record of a deployment: what is kept on the host and on the machine, enough to rebuild it.

It never holds a secret, only the names of those that were given: resolve() keeps them out of
settings and environment. Nor does it hold anything that changes while the deployment does not.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, TypeVar

import llmhost
from llmhost.errors import HostError
from llmhost.spec.deployment import Deployment, Model
from llmhost.spec.profile import Profile
from llmhost.spec.runner import Runner
from llmhost.spec.sources import Sources

T = TypeVar("T")

FORMAT = 1
"""Version of the record's layout; a reader refuses one it does not know."""
_REPLACEMENTS = frozenset({"images", "downloads"})  # the mappings among the sources


def to_record(deployment: Deployment) -> dict[str, Any]:
    """The record, as values that JSON can hold; `sources` holds what differs from the default."""
    usual = Sources()
    sources = {
        field.name: getattr(deployment.sources, field.name)
        for field in fields(Sources)
        if getattr(deployment.sources, field.name) != getattr(usual, field.name)
    }
    sources |= {name: dict(sources[name]) for name in _REPLACEMENTS & sources.keys()}
    return {
        "format": FORMAT,
        "provider": deployment.profile.name,
        "name": deployment.name,
        "model": {**asdict(deployment.model), "files": list(deployment.model.files)},
        "gpu": deployment.gpu,
        "gpus": deployment.gpus,
        "devices": list(deployment.devices),
        "context": deployment.context,
        "port": deployment.port,
        "settings": dict(deployment.settings),
        "env": dict(deployment.env),
        "secrets": list(deployment.secrets),
        "sources": sources,
        **({"runner": deployment.runner.record()} if deployment.runner else {}),
    }


def read_record(text: str) -> Mapping[str, Any]:
    """The record that a text holds.

    Raises:
        HostError: It is no record, or one of a newer llmhost.
    """
    try:
        record = json.loads(text)
    except ValueError as error:
        raise _damaged(str(error)) from error
    if not isinstance(record, dict):
        raise _damaged("it is not a JSON object")
    provider_of(record)
    return record


def provider_of(record: Mapping[str, Any]) -> str:
    """The provider a record is of.

    Raises:
        HostError: It is not a record, or one of a newer llmhost.
    """
    if record.get("format") != FORMAT or not isinstance(record.get("provider"), str):
        raise HostError(
            f"the record of the deployment has format {record.get('format')!r}; "
            f"llmhost {llmhost.__version__} reads format {FORMAT}",
            hint="use the llmhost that made it, or a newer one",
        )
    return str(record["provider"])


def secrets_in(text: str) -> tuple[str, ...]:
    """Names of the secrets in a record; none where it cannot be read."""
    try:
        said = read_record(text).get("secrets", ())
    except HostError:
        return ()
    return tuple(map(str, said)) if isinstance(said, list) else ()


def runner_in(text: str) -> str:
    """Where the CI runner in a record is registered; empty where there is none."""
    try:
        said = read_record(text).get("runner", {})
    except HostError:
        return ""
    return str(said.get("at", "")) if isinstance(said, dict) else ""


def from_record(record: Mapping[str, Any], profile: Profile) -> Deployment:
    """The deployment a record describes.

    Settings the profile knows no longer are dropped, and new ones take their defaults.

    Raises:
        HostError: Something in it is missing, or of another kind than it should be.
    """
    provider_of(record)
    try:
        known = {name: spec.default for name, spec in profile.settings.items()}
        recorded = {key: value for key, value in record["settings"].items() if key in known}
        return Deployment(
            name=_is(str, record["name"]),
            profile=profile,
            model=_model(record["model"]),
            gpu=_is(str, record["gpu"]),
            gpus=_is(int, record["gpus"]),
            context=_is(int, record["context"]),
            port=_is(int, record["port"]),
            settings=MappingProxyType({**known, **recorded}),
            env=MappingProxyType(dict(record["env"])),
            secrets=tuple(_is(str, name) for name in record.get("secrets", ())),
            sources=_sources(record["sources"]),
            runner=Runner.recorded(record["runner"]) if "runner" in record else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error


def _model(said: Mapping[str, Any]) -> Model:
    words = {key: _is(str, value) for key, value in said.items() if key != "files"}
    return Model(**words, files=tuple(_is(str, name) for name in said["files"]))  # type: ignore[arg-type]  # `source` is one of three words


def _sources(said: Mapping[str, Any]) -> Sources:
    replaced = {name: MappingProxyType(dict(said[name])) for name in _REPLACEMENTS & said.keys()}
    return Sources(**{**said, **replaced})


def _is(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _damaged(why: str) -> HostError:
    return HostError(
        "the record of the deployment is damaged",
        why=why,
        hint="run the `llmhost up` it came from again; it writes a new one",
    )
