"""From what was asked to what is wanted: profile, answers, sources, secrets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from llmhost.cloud.base import CloudDriver, MachineRequest
from llmhost.errors import UsageError
from llmhost.secret import Secret
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment, Model
from llmhost.spec.profile import Profile
from llmhost.spec.record import to_record
from llmhost.spec.resolve import resolve
from llmhost.spec.sources import Sources
from llmhost.spec.terms import Terms
from llmhost.workflows.look import Wanted

if TYPE_CHECKING:
    from llmhost.workflows.fitting import Fitting


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
    known = catalog.gpus()
    deployment = resolve(catalog.profile(ask.provider), ask, gpus=known)
    if driver is None and ask.gpu is None:
        deployment = replace(deployment, gpu="")  # no machine is made: whatever the host has
    usual = driver.sources(request(deployment, ask.terms)) if driver else Sources()
    deployment = replace(deployment, sources=sources(usual))
    secrets = _secrets(deployment.profile, environ, "service", _dropped(deployment, ask))
    return Wanted(
        replace(deployment, secrets=tuple(sorted(secrets))),
        secrets,
        hub_token=Secret(
            next(iter(_secrets(deployment.profile, environ, "download").values()), "")
        ),
        dropped=ask.drop_secrets,
        known=known,
        force=ask.force,
        no_runner=ask.no_runner,
    )


def standing(environ: Mapping[str, str], deployment: Deployment) -> Wanted:
    """A deployment that exists, wanted as it is recorded; its secrets need not be known here."""
    told = {name: environ.get(name, "") for name in deployment.secrets}
    return Wanted(
        deployment,
        {name: value or "unknown" for name, value in told.items()},
        hub_token=Secret(""),
        standing=True,
        lost=not all(told.values()),
        known=Catalog.default(environ).gpus() if deployment.gpus else {},
    )


def _dropped(deployment: Deployment, ask: Ask) -> tuple[str, ...]:
    profile = deployment.profile
    of_service = [name for name, spec in profile.secrets.items() if spec.use == "service"]
    for name in ask.drop_secrets:
        if name not in of_service:
            raise UsageError(
                f"{profile.title} is given no secret `{name}`",
                hint=f"its secrets: {', '.join(of_service)}" if of_service else "",
            )
    return ask.drop_secrets


def request(
    deployment: Deployment, terms: Terms | None = None, fitting: "Fitting | None" = None
) -> MachineRequest:
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
            **({"runner": str(deployment.runner)} if deployment.runner else {}),
        },
        terms=terms or Terms(),
        **({"disk_gb": fitting.disk_gb} if fitting else {}),
        record=json.dumps(to_record(deployment), separators=(",", ":")),
    )


def _secrets(
    profile: Profile, environ: Mapping[str, str], use: str, dropped: tuple[str, ...] = ()
) -> Mapping[str, str]:
    return {
        name: environ[name]
        for name, spec in profile.secrets.items()
        if spec.use == use and environ.get(name) and name not in dropped
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
