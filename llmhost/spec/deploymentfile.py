"""The `-f` file: what stands on the command line otherwise, kept in a repository."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, model_validator

from llmhost.spec.addresses import SourcesPart
from llmhost.spec.deployment import Ask
from llmhost.spec.document import read_document
from llmhost.spec.part import Part
from llmhost.spec.runner import Runner, read_runner
from llmhost.spec.sources import Sources
from llmhost.spec.terms import Terms, read_ttl


class RunnerPart(Part):
    """A CI runner beside the provider, with more than its place."""

    at: str
    """Where its jobs come from: `github:OWNER/REPO`, `github:ORG` or `gitlab:GROUP/PROJECT`."""
    group: str = ""
    """Runner group of an organisation."""
    labels: list[str] = Field(default_factory=list)
    """Labels beside those every runner of llmhost has."""
    public_repository: bool = False
    """Takes jobs of a public repository: strangers' code may run on the host."""


class DeploymentFile(Part):
    """A deployment as a file. Every key may be left out; the command line wins over the file."""

    provider: str | None = None
    """The provider, such as `vllm`."""
    name: str | None = None
    """What the deployment is called; the provider's name when nothing is said."""
    gpu: str | None = None
    """GPU model, such as `l4`."""
    gpus: int | None = None
    """How many GPUs; 0 for none."""
    model: str | None = None
    """The model to serve."""
    context: int | None = None
    """Longest context in tokens."""
    port: int | None = None
    """Port on 127.0.0.1 of the host."""
    set: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Settings of the provider, as `--set` takes them; `llmhost providers show` lists them."""
    env: dict[str, str] = Field(default_factory=dict)
    """Further environment of the provider; secrets do not belong here."""
    accept_licence: bool = False
    """Accepts the provider's terms, where they have to be accepted."""
    cloud: str | None = None
    """Where the machine comes from: `gcp` or `sandbox`."""
    host: str | None = None
    """Or a host of one's own: USER@ADDR[:PORT]."""
    local: bool = False
    """Or this machine."""
    ttl: str | None = None
    """After this long the cloud itself deletes the machine: `90m`, `8h`, `2d`, or `none`."""
    spot: bool = False
    """Takes a machine that may be taken away at any time, for less."""
    region: str | list[str] | None = None
    """Region or regions the machine may be in."""
    zone: str | None = None
    """The one zone the machine may be in."""
    max_price: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The most the machine may cost, in US dollars per hour."""
    iap: bool = False
    """Reaches the machine through Identity-Aware Proxy, without an external address."""
    runner: str | RunnerPart | None = None
    """A CI runner beside the provider, such as `github:OWNER/REPO`, or a part that says more."""
    sources: SourcesPart = Field(default_factory=SourcesPart)
    """Where software and models come from."""

    @model_validator(mode="after")
    def _is_in_one_place(self) -> "DeploymentFile":
        if sum((self.cloud is not None, self.host is not None, self.local)) > 1:
            raise ValueError("only one of `cloud`, `host` and `local` can be said")
        return self

    def under(self, ask: Ask) -> Ask:
        """What was asked in all: the file, with the command line laid over it."""
        said = {
            key: getattr(self, key) if getattr(ask, key) is None else getattr(ask, key)
            for key in ("name", "gpu", "gpus", "model", "context", "port")
        }
        if ask.gpus == 0 and ask.gpu is None:
            said["gpu"] = None  # `--gpus 0` on the command line takes the file's GPU model with it
        return replace(
            ask,
            **said,
            settings=MappingProxyType({**self.set, **ask.settings}),
            env=MappingProxyType({**self.env, **ask.env}),
            accept_licence=self.accept_licence or ask.accept_licence,
        )

    def terms(self) -> Terms:
        """On what terms the file wants the machine.

        Raises:
            UsageError: Its TTL is none.
        """
        regions = [self.region] if isinstance(self.region, str) else self.region or []
        usual = Terms()
        return Terms(
            ttl_seconds=usual.ttl_seconds if self.ttl is None else read_ttl(self.ttl),
            spot=self.spot,
            regions=tuple(regions),
            zone=self.zone or "",
            max_usd_per_hour=self.max_price,
            iap=self.iap,
        )

    def wanted_runner(self) -> Runner | None:
        """The CI runner the file wants.

        Raises:
            UsageError: It is no place a runner can be registered at.
        """
        if self.runner is None:
            return None
        said = RunnerPart(at=self.runner) if isinstance(self.runner, str) else self.runner
        return read_runner(said.at, said.group, tuple(said.labels), public=said.public_repository)

    def sources_over(self, base: Sources) -> Sources:
        """The addresses to use: the file's where it names one, else those of `base`."""
        return self.sources.over(base)


def read_file(path: Path) -> DeploymentFile:
    """Reads a `-f` file.

    Raises:
        ProfileError: It cannot be read or holds something else; file, line and key are named.
    """
    return read_document(path, DeploymentFile)
