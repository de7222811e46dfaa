"""Whether a model fits, before anything is bought."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from llmhost.errors import UsageError
from llmhost.fit.engine import Engine
from llmhost.fit.judge import Demand, Fit, Known, judge
from llmhost.fit.known import from_catalogue, table_with
from llmhost.fit.remedies import Market, Remedy, holders, remedies
from llmhost.fit.tiers import Tier, tiers
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Setting
from llmhost.spec.described import Described
from llmhost.spec.modelname import read_model
from llmhost.workflows.known import Found, find
from llmhost.workflows.market import market_of, provider_of, refuse_other_kind, remarks_on

_COUNTS = (1, 2, 4, 8, 16)
# Beyond these nothing is bought or served in 2026-11, and the arithmetic says nothing.
_MOST_TOKENS, _MOST_REQUESTS, _MOST_GPUS, _MOST_MACHINES = 1 << 24, 1 << 20, 1 << 10, 1 << 10


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
        remark: Where the model's figures come from, if not from its registry, and that `up` does
            not have the provider.
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
    profile = catalog.described(question.provider or provider_of(question.model))
    model = read_model(question.model, profile)
    found = find(model, catalog, environ, ask_first=True, offline=question.offline)
    refuse_other_kind(found, profile)
    market = market_of(catalog, profile, found, question.settings)
    market = replace(market, names={found.known.id: question.model})
    demand = _demand(question, profile, found)
    if question.machines > 1 and question.gpu is None and question.gpus is None:
        raise UsageError(
            "--machines deals layers out to machines of one kind, and no kind is named",
            hint="say how many of which GPU each has, such as `--gpu h100 --gpus 8`",
        )
    remark = remarks_on(found, profile, market)
    if question.gpu is None and question.gpus is None:
        held = holders(found.known, market, demand)
        return Answer(found.known.id, profile.name, None, held, remark)
    usual = profile.gpus.model if profile.gpus else ""
    engine = market.engine(question.gpu or usual)
    asked = judge(found.known, engine, _counted(question, found, market, engine, demand))
    better = remedies(asked, found.known, market) if asked.verdict != "fits" else ()
    return Answer(found.known.id, profile.name, asked, better, remark)


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


def _demand(question: Question, profile: Described, found: Found) -> Demand:
    context = question.context
    if context is None:
        trained = found.known.shape.longest
        context = min(profile.context.gpu, trained) if trained else profile.context.gpu
    numbers = (
        ("--context", context, _MOST_TOKENS),
        ("--concurrency", question.requests, _MOST_REQUESTS),
        ("--gpus", question.gpus, _MOST_GPUS),
        ("--machines", question.machines, _MOST_MACHINES),
    )
    for flag, number, most in numbers:
        if number is not None and not 0 < number <= most:
            raise UsageError(f"{flag} takes a number from 1 to {most:,}, not {number:,}")
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
