"""What is observed of a service that serves as it should, provider by provider."""

import json

from llmhost.facts.gpu import Gpu
from llmhost.facts.services import UnitState
from llmhost.probes.observation import ContainerSeen, Observation, Reply
from llmhost.spec.deployment import Deployment

COMPLETION = {
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}],
}


def unit(active: str = "active", result: str = "success") -> UnitState:
    return UnitState(
        loaded=True,
        active=active,
        result=result,
        enabled=True,
        stale=False,
        since=1795173712,
        description="vLLM serving a model",
    )


def reply(document: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(document))


def gpus(*used_mib: int) -> tuple[Gpu, ...]:
    return tuple(
        Gpu(index, "NVIDIA L4", f"GPU-{index}", "580.95.05", 23034, used)
        for index, used in enumerate(used_mib)
    )


def inside(count: int) -> tuple[str, ...]:
    return tuple(f"GPU {index}: NVIDIA L4 (UUID: GPU-{index})" for index in range(count))


def resident(deployment: Deployment) -> Reply | None:
    """What says that the model is in memory, where a provider has such a thing."""
    model = deployment.model.id
    match deployment.profile.name:
        case "ollama":
            vram = 5137025024 if deployment.gpus else 0
            item = {"name": model, "model": model, "size": 5137025024, "size_vram": vram}
            return reply({"models": [item]})
        case "lmstudio":
            other = {"key": "text-embedding-nomic", "loaded_instances": []}
            item = {"key": model, "loaded_instances": [{"id": model, "config": {}}]}
            return reply({"models": [other, item]})
        case _:
            return None


def serving(deployment: Deployment) -> Observation:
    """A service as it should be."""
    container = ContainerSeen("running", 0, 0, out_of_memory=False)
    return Observation(
        unit=unit(),
        container=container if deployment.container else None,
        alive=Reply(200, ""),
        ready=Reply(200, ""),
        models=reply({"object": "list", "data": [{"id": deployment.model.id}]}),
        resident=resident(deployment),
        completion=reply(COMPLETION),
        gpus=gpus(*(21191 for _ in range(deployment.gpus))),
        inside=inside(deployment.gpus) if deployment.container else (),
    )
