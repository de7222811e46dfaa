"""What is known of a model: from its registry, from what was read before, or from the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmhost.errors import UsageError
from llmhost.fit.judge import Known
from llmhost.fit.known import from_catalogue, from_published, siblings, table_with
from llmhost.hub.asking import ask
from llmhost.hub.environment import is_offline, sources_of, token_of
from llmhost.hub.memory import Memory
from llmhost.hub.refusals import HubError
from llmhost.hub.web import Web
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Model
from llmhost.spec.wellknown import WellKnownTable


@dataclass(frozen=True, slots=True)
class Found:
    """A model, and how it came to be known.

    Attributes:
        known: The model.
        siblings: Smaller versions of it, the largest first.
        remark: What is to be said about where it was found; empty where it was asked for and told.
    """

    known: Known
    siblings: tuple[Known, ...]
    remark: str = ""


def find(
    model: Model, catalog: Catalog, environ: Mapping[str, str], *, ask_first: bool, offline: bool
) -> Found:
    """Finds out what a model consists of.

    Args:
        model: The model.
        catalog: Where the well-known models are.
        environ: `HF_TOKEN`, `HF_ENDPOINT`, `HF_HUB_OFFLINE`, `XDG_CACHE_HOME`.
        ask_first: Asks the registry even about well-known models; without it only about others.
        offline: Asks nobody.

    Raises:
        HubError: The registry refuses, and the model is not well known.
        UsageError: Nobody may be asked, and the model is not well known.
    """
    name = name_of(model)
    table = table_with(name, catalog.families(naming=name)) if _is_current(model) else None
    smaller = tuple(from_catalogue(one, table) for one in siblings(name, table)) if table else ()
    offline = offline or is_offline(environ)
    if table and not ask_first:
        return Found(from_catalogue(name, table), smaller)
    sources, memory = sources_of(environ), Memory.of(environ)
    if said := memory.recall(model, sources, stale=offline):
        return Found(from_published(said), smaller)
    if offline:
        return _without_asking(name, table, smaller)
    try:
        published = ask(model, Web(token=token_of(environ)), sources)
    except HubError as error:
        if table is None:
            raise
        return Found(from_catalogue(name, table), smaller, f"{error.message}: {error.why}")
    memory.keep(model, sources, published)
    return Found(from_published(published), smaller)


def name_of(model: Model) -> str:
    """The name under which the catalogue has a model."""
    if model.source != "hub" or not model.file:
        return model.repo
    return model.id if model.linked else f"{model.repo}/{model.file}"


def _is_current(model: Model) -> bool:
    """Whether the catalogue may speak for it: not for a certain commit."""
    return model.revision == "main"


def _without_asking(name: str, table: WellKnownTable | None, smaller: tuple[Known, ...]) -> Found:
    if table is None:
        raise UsageError(
            f"`{name}` is not among the models llmhost knows without asking",
            why="nobody may be asked: HF_HUB_OFFLINE or --offline is set",
            hint="let it ask, or add the model to profiles/_models/ in a directory of your own",
        )
    return Found(from_catalogue(name, table), smaller)
