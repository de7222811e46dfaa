"""Whether a deployment fits: verdict, refusal, and what else would do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llmhost.errors import UsageError
from llmhost.fit.engine import engine_of
from llmhost.fit.judge import Demand, Fit, judge
from llmhost.fit.reading import ShapeError
from llmhost.fit.remedies import Remedy, holders, remedies
from llmhost.hub.refusals import HubError
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Deployment
from llmhost.workflows.fit import market_of
from llmhost.workflows.known import Found, find
from llmhost.workflows.results import Memory

# The system, Docker, and an engine's image pulled and unpacked: vendors' images take 5 to 20 GB
# (own reading of their registries, 2026-11-20), and twice that while they are unpacked.
_SYSTEM_GB = 60
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
        )


def fitting(deployment: Deployment, catalog: Catalog, environ: Mapping[str, str]) -> Fitting | None:
    """Judges a deployment for one request of its whole context; well-known models cost no request.

    Returns:
        None where there is nothing to judge by: without GPUs, with a provider whose memory nobody
        described, a model that nobody knows who can be asked, or a GPU of a host that was not
        looked at yet.
    """
    if not deployment.gpus or deployment.profile.memory is None:
        return None
    try:
        found = find(deployment.model, catalog, environ, ask_first=False, offline=False)
    except (HubError, ShapeError, UsageError):
        return None
    gpu = catalog.gpus().get(deployment.gpu)
    if gpu is None:
        return None
    engine = engine_of(deployment.profile, deployment.settings, deployment.gpu, gpu)
    fit = judge(found.known, engine, Demand(deployment.gpus, deployment.context))
    market = market_of(catalog, deployment.profile, found, deployment.settings)
    better = () if fit.verdict == "fits" else remedies(fit, found.known, market)
    return Fitting(fit, better, disk_gb(found), found.remark)


def refusal(of: Fitting) -> UsageError:
    """The error for a deployment that does not fit: it names the nearest things that do."""
    fit = of.fit
    forced = "--force goes on all the same: the engine is likely to end while it loads"
    return UsageError(
        f"{fit.model} does not fit on {fit.gpus} x {fit.gpu}",
        why="; ".join(fit.reasons),
        hint="\n".join((*(_priced(one) for one in of.better), forced)),
    )


def _priced(of: Remedy) -> str:
    price = "" if of.usd_per_hour is None else f"   # ${of.usd_per_hour:.2f} per hour"
    return f"{of.command}{price}"


def held(
    deployment: Deployment, catalog: Catalog, environ: Mapping[str, str]
) -> tuple[Remedy, ...]:
    """The machines that hold a deployment's model, the cheapest first; none where nobody knows."""
    try:
        found = find(deployment.model, catalog, environ, ask_first=False, offline=False)
        market = market_of(catalog, deployment.profile, found, deployment.settings)
        return holders(found.known, market, Demand(1, deployment.context))
    except (HubError, ShapeError, UsageError):
        return ()


def disk_gb(found: Found) -> int:
    """GB that a disk needs for a model's weights, the engine's image and the system."""
    weights = found.known.weights
    return math.ceil(max(weights.download, weights.size) * _SPARE / 10**9) + _SYSTEM_GB
