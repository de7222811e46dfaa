"""The deployments whose files are kept in `tests/golden`: every provider, every number of GPUs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llmhost.render import RenderedFile, render
from llmhost.secret import Secret
from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment, Setting, Site
from llmhost.spec.resolve import resolve
from llmhost.spec.sources import Sources

ROOTS = (packaged_root(),)
CATALOG = Catalog(ROOTS)
GPUS = CATALOG.gpus()
GOLDEN = Path(__file__).parent.parent / "golden"

# Everything a user can say that a template has a line for, with characters that programs trip over.
EVERYTHING: Mapping[str, Mapping[str, Setting]] = {
    "vllm": {
        "max_num_seqs": 8,
        "quantization": "fp8",
        "tool_call_parser": "hermes",
        "reasoning_parser": "qwen3",
        "enforce_eager": True,
        "trust_remote_code": True,
        "args": "--seed 7 --chat-template '{{ x }} $HOME \"$1\" 100%'",
        "env.NCCL_DEBUG": "INFO $HOME 100% #5",
    },
    "ollama": {"parallel": 3, "flash_attention": False, "env.OLLAMA_DEBUG": "1"},
    "llamacpp": {"threads": 3, "args": "--seed 7 --chat-template '$a #b'"},
    "lmstudio": {"runtime": "llama.cpp-linux-x86_64-nvidia-cuda12-avx2"},
}
MODELS = {
    "vllm": "ORG/Name.1-AWQ@abc123",
    "ollama": "owner/name:7b",
    "llamacpp": "ORG/Name-GGUF:IQ4_XS@v2",
    "lmstudio": "org/name@q8_0",
}


# GPU models and numbers: none, the default's family, the oldest, a machine full of the newest.
SHAPES = (("", 0), ("l4", 1), ("l4", 2), ("l4", 4), ("t4", 1), ("h100", 8))


@dataclass(frozen=True)
class Case:
    """A deployment and the name of its folder."""

    name: str
    ask: Ask
    site: Site = field(default_factory=Site)
    sources: Sources = field(default_factory=Sources)

    @property
    def deployment(self) -> Deployment:
        """What the case comes to."""
        profile = CATALOG.profile(self.ask.provider)
        return resolve(profile, self.ask, gpus=GPUS, sources=self.sources).at(self.site)

    @property
    def files(self) -> tuple[RenderedFile, ...]:
        """What is rendered for it, without secrets."""
        return render(self.deployment, {}, roots=ROOTS)


def text(file: RenderedFile) -> str:
    """A rendered file's text, be it secret or not."""
    return file.content.value if isinstance(file.content, Secret) else file.content


def _cases() -> Iterator[Case]:
    for provider in CATALOG.names():
        for gpu, gpus in SHAPES:
            shape = f"{gpu}x{gpus}" if gpus else "cpu"
            ask = Ask(provider, gpu=gpu or None, gpus=gpus, accept_licence=True)
            yield Case(f"{provider}-{shape}", ask)
        yield _everything(provider, EVERYTHING[provider])


def _everything(provider: str, settings: Mapping[str, Setting]) -> Case:
    ask = Ask(
        provider,
        name="all-of-it",
        gpu="a100-80gb",
        gpus=2,
        model=MODELS[provider],
        context=32768,
        port=18000,
        settings=settings,
        env={"MORE": "a b"},
        accept_licence=True,
    )
    site = Site(driver=550, mtu=1460, devices=("nvidia.com/gpu=1", "nvidia.com/gpu=3"))
    sources = Sources(
        ollama="http://models.example:5000",
        images={"docker.io": "registry.example/hub", "ghcr.io": "registry.example/ghcr"},
        downloads={"https://vendor.example/": "https://mirror.example/vendor/"},
    )
    return Case(f"{provider}-everything", ask, site, sources)


CASES = tuple(_cases())
