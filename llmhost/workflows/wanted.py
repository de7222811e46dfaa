"""From what was asked to what is wanted: profile, answers, sources, secrets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from llmhost.cloud.base import CloudDriver, MachineRequest
from llmhost.secret import Secret
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment, Model
from llmhost.spec.profile import Profile
from llmhost.spec.record import to_record
from llmhost.spec.resolve import resolve
from llmhost.spec.sources import Sources
from llmhost.spec.terms import Terms
from llmhost.workflows.look import Wanted


def wanted(
    environ: Mapping[str, str],
    ask: Ask,
    sources: Callable[[Sources], Sources],
    driver: CloudDriver | None,
) -> Wanted:
    """Answers every question about a deployment; contacts nothing but perhaps this computer.

    Raises:
        UsageError: What was asked for cannot be.
    """
    catalog = Catalog.default(environ)
    deployment = resolve(catalog.profile(ask.provider), ask, gpus=catalog.gpus())
    usual = driver.sources(request(deployment, ask.terms)) if driver else Sources()
    deployment = replace(deployment, sources=sources(usual))
    return with_secrets(environ, deployment)


def with_secrets(environ: Mapping[str, str], deployment: Deployment) -> Wanted:
    """Adds the secrets that are in the environment."""
    profile = deployment.profile
    return Wanted(
        deployment,
        secrets=_secrets(profile, environ, "service"),
        hub_token=Secret(next(iter(_secrets(profile, environ, "download").values()), "")),
    )


def request(deployment: Deployment, terms: Terms | None = None) -> MachineRequest:
    """What is asked of a cloud for a deployment, on the terms that were asked for."""
    return MachineRequest(
        name=deployment.name,
        gpu=deployment.gpu,
        gpus=deployment.gpus,
        images=(deployment.image,) if deployment.image else (),
        models=(_stocked(deployment.model),),
        labels={
            "provider": deployment.profile.name,
            "model": deployment.model.id,
            "port": str(deployment.port),
        },
        terms=terms or Terms(),
        record=json.dumps(to_record(deployment), separators=(",", ":")),
    )


def _secrets(profile: Profile, environ: Mapping[str, str], use: str) -> Mapping[str, str]:
    return {
        name: environ[name]
        for name, spec in profile.secrets.items()
        if spec.use == use and environ.get(name)
    }


def _stocked(model: Model) -> str:
    """The model as a cloud with a stock of its own knows it: place, name, and file if any."""
    match model.source:
        case "hub":
            return f"{model.repo}/{model.file}" if model.file else model.repo
        case "ollama":
            return f"registry.ollama.ai/library/{model.repo}"
        case "lmstudio":
            return f"lmstudio.ai/{model.repo}"
