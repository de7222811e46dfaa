"""From what was asked to what is wanted: profile, answers, sources, secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from llmhost.cloud.base import MachineRequest
from llmhost.errors import UsageError
from llmhost.once import once
from llmhost.planning import host
from llmhost.render import render
from llmhost.secret import Secret
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment, Site
from llmhost.spec.gpuchoice import UnevenError
from llmhost.spec.machines import Gpu
from llmhost.spec.profile import Profile
from llmhost.spec.resolve import resolve
from llmhost.spec.sources import Sources
from llmhost.steps.base import Step
from llmhost.workflows.request import request

if TYPE_CHECKING:
    from llmhost.workflows.fitting import Fitting
    from llmhost.workflows.results import Memory


@dataclass(frozen=True)
class Wanted:
    """A deployment with the secrets that belong to it.

    Attributes:
        deployment: What is wanted.
        secrets: Secrets of the service by name.
        hub_token: The user's token for the model hub; empty without one.
        dropped: Names of secrets that the service is to be without from now on.
        standing: Whether it is only looked at where it stands, so that no host is refused.
        lost: Whether `secrets` holds stand-ins for some that are not known here. What may hold
            them is then taken as it lies on the host.
        known: The GPU models llmhost knows, by name.
        fitting: How it fits on the machine that is asked for; None where that was not judged.
        not_judged: Why it was not, although it should have been.
        force: Whether to go on where it does not fit.
        no_runner: Whether a CI runner that is there goes.
        at: Answers the deployment at a site and its steps, rendered once for hosts that are alike.
    """

    deployment: Deployment
    secrets: Mapping[str, str]
    hub_token: Secret
    dropped: tuple[str, ...] = ()
    standing: bool = False
    lost: bool = False
    known: Mapping[str, Gpu] = field(default_factory=dict)
    fitting: "Fitting | None" = None
    not_judged: str = ""
    force: bool = False
    no_runner: bool = False
    at: Callable[[Site], tuple[Deployment, tuple[Step, ...]]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", once(self._at))

    @property
    def memory(self) -> "Memory | None":
        """How it fits, in the numbers a plan shows."""
        return self.fitting.memory if self.fitting else None

    @property
    def expectation(self) -> str:
        """What is to be said of how it fits before anything is done; empty where it surely does."""
        if self.not_judged:
            return f"not judged whether it fits: {self.not_judged}"
        return self.fitting.expectation if self.fitting else ""

    def _at(self, site: Site) -> tuple[Deployment, tuple[Step, ...]]:
        there = self.deployment.at(site)
        return there, host.steps(there, render(there, self.secrets), self.hub_token)


def wanted(
    environ: Mapping[str, str],
    ask: Ask,
    sources: Callable[[Sources], Sources],
    usual: Callable[[MachineRequest], Sources] | None,
) -> Wanted:
    """Answers every question about a deployment; contacts nothing but perhaps this computer.

    Args:
        environ: Environment variables of whoever asks.
        ask: What was asked for.
        sources: Lays the user's addresses over the usual ones.
        usual: What a cloud's machine usually takes things from; None for a host of one's own.

    Raises:
        UsageError: What was asked for cannot be.
    """
    catalog = Catalog.default(environ)
    known = catalog.gpus()
    deployment = _resolved(ask, catalog, environ, known)
    if usual is None and ask.gpu is None:
        deployment = replace(deployment, gpu="")  # no machine is made: whatever the host has
    official = usual(request(deployment, ask.terms)) if usual else Sources()
    deployment = replace(deployment, sources=sources(official))
    dropped = _dropped(deployment, ask)
    secrets = _secrets(deployment.profile, environ, "service", dropped)
    for_hub = _secrets(deployment.profile, environ, "download")
    return Wanted(
        replace(deployment, secrets=tuple(sorted(secrets))),
        secrets,
        hub_token=Secret(next(iter(for_hub.values()), "")),
        dropped=dropped,
        known=known,
        force=ask.force,
        no_runner=ask.no_runner,
    )


def _resolved(
    ask: Ask, catalog: Catalog, environ: Mapping[str, str], known: Mapping[str, Gpu]
) -> Deployment:
    try:
        return resolve(catalog.profile(ask.provider), ask, gpus=known)
    except UnevenError as error:
        # The arithmetic is imported where it has something to say.
        from llmhost.workflows.fitting import uneven  # noqa: PLC0415

        raise uneven(ask, catalog, environ) or error from None


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


def _secrets(
    profile: Profile, environ: Mapping[str, str], use: str, dropped: tuple[str, ...] = ()
) -> Mapping[str, str]:
    return {
        name: environ[name]
        for name, spec in profile.secrets.items()
        if spec.use == use and environ.get(name) and name not in dropped
    }
