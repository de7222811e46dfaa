"""Asks whoever has a model what it consists of."""

from llmhost.hub.library import REGISTRY, of_library
from llmhost.hub.published import Published
from llmhost.hub.refusals import HubError
from llmhost.hub.repository import open_repository
from llmhost.hub.web import Web
from llmhost.hub.weights import of_directory, of_gguf
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources


def ask(model: Model, web: Web, sources: Sources) -> Published:
    """What the registry of a model publishes about it; only headers and listings are read.

    Raises:
        HubError: There is no such model, it is gated, the registry cannot be reached, or something
            of it is broken.
    """
    match model.source:
        case "ollama":
            return of_library(web, sources.ollama or REGISTRY, model.repo, hub=sources.hub)
        case "lmstudio":
            raise HubError(
                f"LM Studio's catalogue does not say what `{model.repo}` consists of",
                hint="name the same model as others have it, such as ORG/NAME-GGUF:Q4_K_M "
                "with `--provider llamacpp`",
            )
        case _:
            repository = open_repository(web, sources.hub, model.repo, model.revision)
            if model.file:
                return of_gguf(repository, model.id, model.files)
            return of_directory(repository, model.files)
