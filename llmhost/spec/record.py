"""The record of a deployment: what is kept on the host and on the machine, enough to rebuild it.

It never holds a secret: resolve() keeps them out of settings and environment.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

import llmhost
from llmhost.errors import HostError
from llmhost.spec.deployment import Deployment, Model
from llmhost.spec.profile import Profile
from llmhost.spec.sources import Sources

FORMAT = 1
"""Version of the record's layout; a reader refuses one it does not know."""


def to_record(deployment: Deployment) -> dict[str, Any]:
    """The record, as values that JSON can hold; `sources` holds what differs from the default."""
    usual = Sources()
    sources = {
        field.name: getattr(deployment.sources, field.name)
        for field in fields(Sources)
        if getattr(deployment.sources, field.name) != getattr(usual, field.name)
    }
    if "images" in sources:
        sources["images"] = dict(sources["images"])
    return {
        "format": FORMAT,
        "llmhost": llmhost.__version__,
        "provider": deployment.profile.name,
        "name": deployment.name,
        "model": {**asdict(deployment.model), "files": list(deployment.model.files)},
        "gpu": deployment.gpu,
        "gpus": deployment.gpus,
        "context": deployment.context,
        "port": deployment.port,
        "settings": dict(deployment.settings),
        "env": dict(deployment.env),
        "sources": sources,
    }


def provider_of(record: Mapping[str, Any]) -> str:
    """The provider a record is of.

    Raises:
        HostError: It is not a record, or one of a newer llmhost.
    """
    if record.get("format") != FORMAT or not isinstance(record.get("provider"), str):
        raise HostError(
            f"the record of the deployment has format {record.get('format')!r}; "
            f"llmhost {llmhost.__version__} reads format {FORMAT}",
            hint="use the llmhost that made it: " + str(record.get("llmhost", "unknown version")),
        )
    return str(record["provider"])


def from_record(record: Mapping[str, Any], profile: Profile) -> Deployment:
    """The deployment a record describes.

    Settings the profile knows no longer are dropped, and new ones take their defaults.

    Raises:
        HostError: Something is missing in it.
    """
    provider_of(record)
    try:
        model = Model(**{**record["model"], "files": tuple(record["model"]["files"])})
        known = {name: spec.default for name, spec in profile.settings.items()}
        recorded = {key: value for key, value in record["settings"].items() if key in known}
        sources = dict(record["sources"])
        if "images" in sources:
            sources["images"] = MappingProxyType(dict(sources["images"]))
        return Deployment(
            name=record["name"],
            profile=profile,
            model=model,
            gpu=record["gpu"],
            gpus=record["gpus"],
            context=record["context"],
            port=record["port"],
            settings=MappingProxyType({**known, **recorded}),
            env=MappingProxyType(dict(record["env"])),
            sources=Sources(**sources),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise HostError(
            "the record of the deployment is damaged",
            why=f"{type(error).__name__}: {error}",
            hint="run the `llmhost up` it came from again; it writes a new one",
        ) from error
