"""Deployments of the providers that llmhost brings, as tests want them."""

from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.resolve import resolve

CATALOG = Catalog((packaged_root(),))
PROVIDERS = CATALOG.names()


def deployment(provider: str = "vllm", gpus: int = 0, name: str | None = None) -> Deployment:
    """A deployment with everything at its default but what is asked."""
    ask = Ask(provider, gpus=gpus, name=name, accept_licence=True)
    return resolve(CATALOG.profile(provider), ask, gpus=CATALOG.gpus())
