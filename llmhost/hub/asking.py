"""Asks whoever has a model what it consists of."""

from collections.abc import Mapping

from llmhost.hub.library import REGISTRY, of_library
from llmhost.hub.published import Published
from llmhost.hub.refusals import HubError
from llmhost.hub.repository import open_repository
from llmhost.hub.web import Web
from llmhost.hub.weights import of_directory, of_gguf
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources

_YES = frozenset({"1", "true", "yes", "on"})


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


def sources_of(environ: Mapping[str, str]) -> Sources:
    """Where to ask: the hub of `HF_ENDPOINT`, or the official one."""
    endpoint = environ.get("HF_ENDPOINT", "").rstrip("/")
    return Sources(hub=endpoint) if endpoint else Sources()


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no network, by the hub's own variable."""
    return environ.get("HF_HUB_OFFLINE", "").lower() in _YES


def token_of(environ: Mapping[str, str]) -> str:
    """The user's token of the hub; empty without one."""
    return environ.get("HF_TOKEN", "")
