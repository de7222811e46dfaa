"""A deployment: a profile plus what the user asked, with every question answered, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from llmhost.spec.runner import Runner
from llmhost.spec.sources import Sources
from llmhost.spec.terms import Terms

if TYPE_CHECKING:
    from llmhost.spec.profile import Profile
    from llmhost.spec.variant import Variant

Setting: TypeAlias = str | int | float | bool
ModelSource: TypeAlias = Literal["hub", "ollama", "lmstudio"]

MODELS_ROOT = "/var/lib/llmhost/models"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user asked for, by command line and `-f` file; None where nothing was said."""

    provider: str
    name: str | None = None
    gpu: str | None = None
    gpus: int | None = None
    model: str | None = None
    context: int | None = None
    port: int | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    accept_licence: bool = False
    drop_secrets: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)
    force: bool = False  # goes on where the model does not fit
    runner: Runner | None = None
    no_runner: bool = False  # one that is there goes


@dataclass(frozen=True, slots=True)
class Model:
    """The model that is served, and where its weights come from.

    Attributes:
        id: The name clients put into `"model"`.
        source: Who fetches the weights: llmhost from the hub, or the provider from its registry.
        repo: Repository on the hub, or the provider's own name for the model.
        revision: Revision asked for; `main` is resolved to a commit when the weights are fetched.
        files: File patterns to fetch; empty takes the whole repository.
        file: The one file that is served, relative to the repository; empty for a directory.
    """

    id: str
    source: ModelSource
    repo: str
    revision: str = "main"
    files: tuple[str, ...] = ()
    file: str = ""

    @property
    def linked(self) -> bool:
        """Whether `file` is a link the download makes to the one file that matches `files`.

        So it is when a quantisation was named: which file holds it is known only to the hub.
        """
        return bool(self.file) and self.files != () and self.file not in self.files

    @property
    def directory(self) -> str:
        """Where the weights lie on the host; each file of a repository has a place of its own."""
        pin = "" if self.revision == "main" else f"@{self.revision}"
        file = f"--{self.file.removesuffix('.gguf').replace('/', '--')}" if self.file else ""
        return f"{MODELS_ROOT}/{self.repo.replace('/', '--')}{file}{pin}"


@dataclass(frozen=True, slots=True)
class Site:
    """What of a host decides how files are rendered for it; the defaults stand until it is known.

    Attributes:
        driver: Major version of the NVIDIA driver; 0 without one. The default is the driver of the
            machine image llmhost takes on a cloud (Ubuntu accelerator image, 580, 2026-11-20).
        mtu: MTU of the host's default route in bytes; 0 leaves Docker's own default.
        devices: CDI names of the GPUs to use; empty until the host was asked.
        gpu: GPU model found there; empty until the host was asked.
        memory_gb: RAM in GB.
    """

    driver: int = 580
    mtu: int = 0
    devices: tuple[str, ...] = ()
    gpu: str = ""
    memory_gb: int = 0


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that is to be, decided before anything is touched.

    Attributes:
        name: What the user calls it; also names the systemd unit and the directory on the host.
        profile: The provider's profile.
        model: The model that is served.
        gpu: GPU model; empty for a CPU deployment, and where the host's own decides.
        gpus: How many GPUs.
        context: Longest context in tokens, always passed to the provider explicitly.
        port: Port on 127.0.0.1 of the host.
        settings: The provider's settings by name, defaults filled in.
        env: Further environment of the provider's process.
        secrets: Names of the secrets the provider's process is given, sorted; never a value.
        sources: Where software and models come from.
        site: The host it is rendered for.
        runner: The CI runner that works beside it; None for none.
    """

    name: str
    profile: "Profile"
    model: Model
    gpu: str
    gpus: int
    context: int
    port: int
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    secrets: tuple[str, ...] = ()
    sources: Sources = field(default_factory=Sources)
    site: Site = field(default_factory=Site)
    runner: Runner | None = None

    @property
    def variant(self) -> "Variant":
        """The profile's variant for these GPUs and this site: image or installer, and its floor."""
        return self.profile.variant_for(gpus=self.gpus, driver=self.site.driver)

    @property
    def image(self) -> str:
        """The container image as it is pulled, after `sources`; empty for a native install."""
        return self.sources.image(self.variant.image) if self.variant.image else ""

    @property
    def devices(self) -> tuple[str, ...]:
        """CDI names of its GPUs: the first ones, until the host was asked."""
        return self.site.devices or tuple(f"nvidia.com/gpu={one}" for one in range(self.gpus))

    @property
    def directory(self) -> str:
        """The deployment's own directory on the host."""
        return f"/etc/llmhost/{self.name}"

    @property
    def container(self) -> str:
        """The container's name; empty for a native install."""
        return "" if self.variant.native else f"llmhost-{self.name}"

    @property
    def store(self) -> str:
        """Where weights lie on the host; empty where the provider keeps them in its own home."""
        match self.model.source:
            case "hub":
                return self.model.directory
            case "ollama":
                return f"{MODELS_ROOT}/ollama"
            case "lmstudio":
                return ""

    @property
    def weights_directory(self) -> str:
        """Where the provider sees the weights; empty where it fetches them itself."""
        if self.model.source != "hub":
            return ""
        directory = self.model.directory
        return directory if self.variant.native else f"/models/{directory.rpartition('/')[2]}"

    @property
    def weights(self) -> str:
        """The directory or file the provider opens, as it sees it; empty where it fetches."""
        directory = self.weights_directory
        return f"{directory}/{self.model.file}" if self.model.file else directory

    @property
    def unit(self) -> str:
        """The systemd unit that brings the service up at boot."""
        return f"llmhost-{self.name}.service"

    @property
    def endpoint(self) -> str:
        """Base URL of the OpenAI-compatible API on the host itself."""
        return f"http://127.0.0.1:{self.port}/v1"

    def at(self, site: Site, /) -> "Deployment":
        """The same deployment, rendered for a host that is known now."""
        return replace(self, site=site, gpu=site.gpu or self.gpu)
