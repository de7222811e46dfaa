"""Whether a model fits, before anything is bought."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from llmhost.errors import UsageError
from llmhost.fit.engine import Engine, engine_of
from llmhost.fit.judge import Demand, Fit, Known, judge
from llmhost.fit.known import from_catalogue, table_with
from llmhost.fit.offers import machines
from llmhost.fit.remedies import Market, Remedy, holders, remedies
from llmhost.fit.tiers import Tier, tiers
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Setting
from llmhost.spec.gpuchoice import choose_gpus
from llmhost.spec.modelname import read_model
from llmhost.spec.profile import Profile
from llmhost.spec.values import settings_of
from llmhost.workflows.known import Found, find

_CLOUD = "gcp"  # the one cloud with a table of machines and prices
_COUNTS = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; None where nothing was said.

    Attributes:
        model: The model, as it is typed after `--model`.
        provider: What is to serve it; None takes the one its name belongs to.
        gpu: GPU model; None looks for machines.
        gpus: How many; None takes the fewest that hold it.
        machines: How many machines the layers are dealt out to.
        context: Tokens of each request; None takes the provider's default.
        requests: Requests at a time.
        settings: The provider's settings.
        offline: Asks nobody.
    """

    model: str
    provider: str | None = None
    gpu: str | None = None
    gpus: int | None = None
    machines: int = 1
    context: int | None = None
    requests: int = 1
    settings: Mapping[str, Setting] = field(default_factory=dict)
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it.

    Attributes:
        model: The model's id.
        provider: The provider's name.
        asked: The verdict on the GPUs that were asked for; None where none were.
        would_fit: Without GPUs, the cheapest machines that hold it; else what would make it fit.
        remark: Where the model's figures come from, if not from its registry.
    """

    model: str
    provider: str
    asked: Fit | None
    would_fit: tuple[Remedy, ...]
    remark: str = ""

    @property
    def fits(self) -> bool:
        """Whether it fits on what was asked for; without GPUs, on anything at all."""
        if self.asked is None:
            return bool(self.would_fit)
        return self.asked.verdict != "does not fit"


@dataclass(frozen=True, slots=True)
class Tiers:
    """The table of tiers."""

    tiers: tuple[Tier, ...]


def fit(question: Question, environ: Mapping[str, str] = os.environ) -> Answer:
    """Judges a model, and looks for what would make it fit.

    Raises:
        UsageError: What is asked cannot be, or the model is known to nobody who may be asked.
        HubError: Its registry refuses.
        ShapeError: Its description is not understood.
    """
    catalog = Catalog.default(environ)
    profile = catalog.profile(question.provider or provider_of(question.model))
    model = read_model(question.model, profile)
    found = find(model, catalog, environ, ask_first=True, offline=question.offline)
    market = market_of(catalog, profile, found, question.settings)
    demand = _demand(question, profile, found)
    if question.gpu is None and question.gpus is None:
        held = holders(found.known, market, demand)
        return Answer(found.known.id, profile.name, None, held, found.remark)
    usual = profile.gpus.model if profile.gpus else ""
    engine = market.engine(question.gpu or usual)
    asked = judge(found.known, engine, _counted(question, found, market, engine, demand))
    better = remedies(asked, found.known, market) if asked.verdict != "fits" else ()
    return Answer(found.known.id, profile.name, asked, better, found.remark)


def tier_table(environ: Mapping[str, str] = os.environ) -> Tiers:
    """The table of tiers, from the catalogue alone."""
    catalog = Catalog.default(environ)
    tables = catalog.families()

    def known(name: str) -> tuple[Known, int]:
        table = table_with(name, tables)
        if table is None:
            raise UsageError(f"the catalogue has no `{name}`")
        return from_catalogue(name, table), table.models[name].parameters

    profile = catalog.profile("llamacpp")
    return Tiers(tiers(known, lambda: market_of(catalog, profile)))


def market_of(
    catalog: Catalog,
    profile: Profile,
    found: Found | None = None,
    settings: Mapping[str, Setting] | None = None,
) -> Market:
    """What there is to choose from for a provider."""
    gpus = catalog.gpus()
    decided = settings_of(profile, Ask(profile.name, settings=settings or {}))

    def engine(gpu: str) -> Engine:
        name, _ = choose_gpus(profile, Ask(profile.name, gpu=gpu, gpus=1), gpus)
        return engine_of(profile, decided, name, gpus[name])

    return Market(
        machines=machines(catalog.machines(_CLOUD)),
        engine=engine,
        siblings=found.siblings if found else (),
        usual_context=profile.context.gpu,
    )


def provider_of(model: str) -> str:
    """The provider that a model's name belongs to: every registry names them in its own way."""
    if model.endswith(".gguf") or (
        ":" in model and "/" in model and not model.startswith("hf.co/")
    ):
        return "llamacpp"
    if ":" in model or model.startswith("hf.co/"):
        return "ollama"
    if "/" in model:
        return "vllm"
    return "lmstudio" if "@" in model else "ollama"


def _demand(question: Question, profile: Profile, found: Found) -> Demand:
    context = question.context
    if context is None:
        trained = found.known.shape.longest
        context = min(profile.context.gpu, trained) if trained else profile.context.gpu
    numbers = {"--context": context, "--concurrency": question.requests, "--gpus": question.gpus}
    numbers["--machines"] = question.machines
    for flag, number in numbers.items():
        if number is not None and not 0 < number < 1 << 24:
            raise UsageError(f"{flag} takes a number above 0, not {number}")
    return Demand(question.gpus or 1, context, question.requests, question.machines)


def _counted(
    question: Question, found: Found, market: Market, engine: Engine, demand: Demand
) -> Demand:
    """The demand with a number of GPUs: the fewest that hold the model where none was said."""
    if question.gpus is not None:
        return demand
    counts = sorted({one.gpus for one in market.machines if one.gpu == engine.gpu}) or _COUNTS
    demands = [replace(demand, gpus=count) for count in counts]
    for verdict in ("fits", "tight"):
        for one in demands:
            if judge(found.known, engine, one).verdict == verdict:
                return one
    return demands[-1]
