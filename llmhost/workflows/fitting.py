"""Whether a deployment fits: verdict, refusal, and what else would do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from llmhost.errors import UsageError
from llmhost.fit.engine import engine_of
from llmhost.fit.judge import Demand, Fit, judge
from llmhost.fit.reading import ShapeError
from llmhost.fit.remedies import Remedy, holders, remedies
from llmhost.hub.refusals import HubError
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment, Model, Setting
from llmhost.spec.machines import Gpu
from llmhost.spec.resolve import resolve
from llmhost.workflows.known import Found, find
from llmhost.workflows.market import market_of, refuse_other_kind
from llmhost.workflows.results import Memory

# The system, Docker, and an engine's image pulled and unpacked: vendors' images take 5 to 20 GB
# (own reading of their registries, 2026-11-20), and twice that while they are unpacked.
_SYSTEM_GB = 60
_VERBS = {"fits": "fits", "tight": "fits tightly", "does not fit": "does not fit"}
_SPARE = 1.1  # a tenth more than the weights, for what is fetched beside them


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a deployment fits.

    Attributes:
        fit: The verdict.
        better: What fits, the cheapest first; empty where the deployment does.
        disk_gb: GB that weights, image and system take on a disk.
        remark: Where the model's figures come from, if not from its registry.
    """

    fit: Fit
    better: tuple[Remedy, ...]
    disk_gb: int
    remark: str = ""

    @property
    def memory(self) -> Memory:
        """The verdict in the numbers a plan shows."""
        fit, per_gpu = self.fit, self.fit.per_gpu
        return Memory(
            fit.verdict,
            fit.reasons,
            budget=per_gpu.budget,
            weights=per_gpu.weights,
            cache=per_gpu.cache,
            least=per_gpu.overhead.least,
            most=per_gpu.overhead.most,
            longest=fit.longest.least,
            likely=fit.likely,
        )

    @property
    def expectation(self) -> str:
        """What is to be expected where it does not surely fit; empty where it does."""
        fit = self.fit
        where = f"{fit.model} on {fit.gpus} x {fit.gpu}"
        return f"{where} {_VERBS[fit.verdict]}: {fit.likely}" if fit.likely else ""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Why nobody can say whether a deployment fits, in a sentence."""

    why: str


def fitting(
    deployment: Deployment,
    catalog: Catalog,
    environ: Mapping[str, str],
    own: Mapping[str, Gpu] | None = None,
) -> Fitting | Unjudged:
    """Judges a deployment for the requests it has room for; well-known models cost no request.

    Args:
        deployment: What is wanted.
        catalog: Where models and GPU models are.
        environ: What the model's registry is asked with.
        own: The GPU model of a host, as its driver describes it; counts where no table has it.
    """
    profile = deployment.profile
    if not deployment.gpus:
        return Unjudged("it runs without GPUs, and only their memory is counted")
    if profile.memory is None:
        return Unjudged(f"what {profile.title} does with memory is not known here")
    gpus = catalog.gpus()
    own = {} if deployment.gpu in gpus else own or {}
    gpu = {**own, **gpus}.get(deployment.gpu)
    if gpu is None:
        return Unjudged("which GPUs the host has is not known")
    try:
        found = find(deployment.model, catalog, environ, ask_first=False, offline=False)
        refuse_other_kind(found, profile)
    except (HubError, ShapeError, UsageError) as error:
        return Unjudged(f"{error.message}: {error.why}" if error.why else error.message)
    engine = engine_of(profile, deployment.settings, deployment.gpu, gpu)
    fit = judge(found.known, engine, Demand(deployment.gpus, deployment.context))
    market = market_of(catalog, profile, found, _said(deployment), own=own)
    market = replace(market, names=_named(deployment.model, found))
    better = () if fit.verdict == "fits" else remedies(fit, found.known, market)
    return Fitting(fit, better, disk_gb(found), found.remark)


def _said(deployment: Deployment) -> Mapping[str, Setting]:
    """Its settings, and what was added to the provider's environment."""
    return {**deployment.settings, **{f"env.{name}": it for name, it in deployment.env.items()}}


def refusal(of: Fitting) -> UsageError:
    """The error for a deployment that does not fit: it names the nearest things that do."""
    fit = of.fit
    forced = f"--force goes on all the same; likely {fit.likely}"
    return UsageError(
        f"{fit.model} does not fit on {fit.gpus} x {fit.gpu}",
        why="; ".join(fit.reasons),
        hint="\n".join((*(_priced(one) for one in of.better if one.command), forced)),
    )


def _named(model: Model, found: Found) -> Mapping[str, str]:
    """How the model is typed where its id alone would mean another version of it."""
    pinned = model.source == "hub" and model.revision != "main"
    return {found.known.id: f"{found.known.id}@{model.revision}"} if pinned else {}


def uneven(ask: Ask, catalog: Catalog, environ: Mapping[str, str]) -> UsageError | None:
    """The refusal of a number of GPUs in terms of the model; None where nobody knows the model."""
    profile, gpus = catalog.profile(ask.provider), catalog.gpus()
    found = fitting(resolve(profile, replace(ask, force=True), gpus=gpus), catalog, environ)
    if isinstance(found, Unjudged) or found.fit.verdict != "does not fit":
        return None
    return refusal(found)


def _priced(of: Remedy) -> str:
    price = "" if of.usd_per_hour is None else f"   # ${of.usd_per_hour:.2f} per hour"
    return f"{of.command}{price}"


def held(
    deployment: Deployment, catalog: Catalog, environ: Mapping[str, str]
) -> tuple[Remedy, ...]:
    """The machines that hold a deployment's model, the cheapest first; none where nobody knows."""
    try:
        found = find(deployment.model, catalog, environ, ask_first=False, offline=False)
        refuse_other_kind(found, deployment.profile)
        market = market_of(catalog, deployment.profile, found, _said(deployment))
        return holders(found.known, market, Demand(1, deployment.context))
    except (HubError, ShapeError, UsageError):
        return ()


def disk_gb(found: Found) -> int:
    """GB that a disk needs for a model's weights, the engine's image and the system."""
    weights = found.known.weights
    return math.ceil(max(weights.download, weights.size) * _SPARE / 10**9) + _SYSTEM_GB
