"""What is asked of a cloud for a deployment."""

import json
from typing import TYPE_CHECKING

from llmhost.cloud.base import MachineRequest
from llmhost.spec.deployment import Deployment, Model
from llmhost.spec.record import to_record
from llmhost.spec.terms import Terms

if TYPE_CHECKING:
    from llmhost.workflows.fitting import Fitting


def request(
    deployment: Deployment, terms: Terms | None = None, fitting: "Fitting | None" = None
) -> MachineRequest:
    """The machine for a deployment, on the terms that were asked for."""
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


def _stocked(model: Model) -> str:
    """The model as a cloud with a stock of its own knows it: place, name, and file if any."""
    match model.source:
        case "hub":
            return f"{model.repo}/{model.file}" if model.file else model.repo
        case "ollama":
            return f"registry.ollama.ai/library/{model.repo}"
        case "lmstudio":
            return f"lmstudio.ai/{model.repo}"
