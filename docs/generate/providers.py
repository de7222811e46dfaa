"""The page of providers: from their profiles."""

from collections.abc import Iterator

from docs.generate.markdown import literal, page, table
from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from llmhost.spec.profile import Profile

_LOADING = {
    "silent": "nothing listens until the model is loaded",
    "unavailable": "it answers 503 until the model is loaded",
    "ok": "it answers 200 with nothing loaded, so the model itself is looked for",
}


def providers_page() -> str:
    """All providers that llmhost brings."""
    catalog = Catalog((packaged_root(),))
    profiles = [catalog.profile(name) for name in catalog.names()]
    return page(
        "Providers",
        "What the profiles say; `llmhost providers show NAME` prints one whole, with its comments.",
        *(text for profile in profiles for text in _provider(profile)),
    )


def _provider(profile: Profile) -> Iterator[str]:
    yield f"## {profile.name}"
    yield f"**{profile.title}.** {profile.about}"
    yield table(("", ""), ((name, value) for name, value in _facts(profile) if value))
    yield _settings(profile)
    yield table(
        ("secret, from the environment", "for", "means"),
        ((literal(name), one.use, one.help) for name, one in profile.secrets.items()),
    )
    yield "\n".join(f"- {limit}" for limit in profile.limits)


def _facts(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "maturity", f"{profile.maturity}; facts checked {profile.evidence}"
    accept = "; somebody has to say `--accept-licence`" if profile.licence.accept else ""
    yield "licence", f"[{profile.licence.id}]({profile.licence.url}){accept}"
    yield "model with GPUs", literal(profile.models.gpu if profile.gpus else "")
    yield "model with `--gpus 0`", literal(profile.models.cpu)
    if profile.gpus:
        least = profile.gpus.minimum_capability
        floor = f", compute capability {least} or more" if least else ""
        yield (
            "GPUs",
            f"{profile.gpus.count} x {profile.gpus.model} unless others are asked for{floor}",
        )
    yield "context", f"{profile.context.gpu} tokens with GPUs, {profile.context.cpu} without"
    yield "port", f"{profile.port} on 127.0.0.1 of the host"
    for variant in profile.variants:
        driver = (
            f", NVIDIA driver {variant.minimum_driver} or newer" if variant.minimum_driver else ""
        )
        what = literal(variant.image) if variant.image else "installed on the host itself"
        yield ("with GPUs" if variant.gpus else "without GPUs") + driver, what
    yield "while it loads", _LOADING[profile.readiness.while_loading]
    yield "metrics", literal(profile.metrics) or "none"
    yield "API", ", ".join(profile.capabilities)


def _settings(profile: Profile) -> str:
    return table(
        ("`--set`", "default", "means"),
        (
            (literal(name), literal(_value(one.default)), one.help + _choices(one.choices))
            for name, one in profile.settings.items()
        ),
    )


def _value(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _choices(choices: tuple[str, ...]) -> str:
    return " (" + ", ".join(map(literal, choices)) + ")" if choices else ""
