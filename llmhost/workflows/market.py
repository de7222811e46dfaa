"""What there is to choose from for a provider: machines with prices, and itself on every GPU."""

from collections.abc import Mapping

from llmhost.errors import UsageError
from llmhost.fit.engine import Engine, engine_of
from llmhost.fit.offers import machines
from llmhost.fit.remedies import Market
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Setting
from llmhost.spec.described import Described
from llmhost.spec.gpuchoice import gpu_model
from llmhost.spec.machines import Gpu
from llmhost.spec.profile import Profile
from llmhost.spec.values import environment_of, settings_of
from llmhost.workflows.known import Found

_CLOUD = "gcp"  # the one cloud with a table of machines and prices


def market_of(
    catalog: Catalog,
    profile: Described,
    found: Found | None = None,
    settings: Mapping[str, Setting] | None = None,
    *,
    own: Mapping[str, Gpu] | None = None,
) -> Market:
    """What there is to choose from for a provider.

    Args:
        catalog: Where machines and GPU models are.
        profile: The provider's profile.
        found: The model.
        settings: The provider's settings as they were asked for.
        own: The GPU model of a host of one's own, which the catalogue does not have.
    """
    gpus, own = catalog.gpus(), own or {}
    ask = Ask(profile.name, settings=settings or {})
    decided = settings_of(profile, ask)

    def engine(gpu: str) -> Engine:
        if gpu in own:
            return engine_of(profile, decided, gpu, own[gpu])
        name = gpu_model(profile, gpu, gpus)
        return engine_of(profile, decided, name, gpus[name])

    return Market(
        machines=machines(catalog.machines(_CLOUD)),
        engine=engine,
        siblings=found.siblings if found else (),
        usual_context=profile.context.gpu,
        environment=environment_of(profile, ask) if isinstance(profile, Profile) else {},
        deploys=isinstance(profile, Profile),
        own=next(iter(own), ""),
    )


def remarks_on(found: Found, profile: Described, market: Market) -> str:
    """Where a model's figures come from, if not from its registry, and that `up` is no help."""
    absent = "" if market.deploys else f"`llmhost up` does not have {profile.title}"
    return "; ".join(part for part in (found.remark, absent) if part)


def refuse_other_kind(found: Found, profile: Described) -> None:
    """Refuses to judge weights of a kind that the provider does not open.

    Raises:
        UsageError: It opens GGUF files, and these are safetensors.
    """
    opens_gguf = profile.models.source != "hub" or profile.models.layout == "gguf"
    if opens_gguf and not found.known.weights.format.startswith("GGUF"):
        kind = found.known.weights.format or "safetensors"
        raise UsageError(
            f"{profile.title} serves GGUF files, and {found.known.id} is {kind} in safetensors",
            hint=f"name a GGUF version of it, or `--provider {provider_of(found.known.id)}`",
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
