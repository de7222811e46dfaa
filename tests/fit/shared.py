"""Models and engines that several tests judge."""

from functools import cache
from typing import TYPE_CHECKING, Any

from llmhost.fit.engine import Engine, engine_of
from llmhost.fit.judge import Known
from llmhost.fit.known import from_catalogue
from llmhost.fit.shape import Layers, Shape
from llmhost.fit.weights import Weights
from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from llmhost.spec.described import Described
from llmhost.spec.memory import Between, Memory
from llmhost.spec.profile import Profile
from llmhost.spec.wellknown import WellKnownTable

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOG = Catalog((packaged_root(),))
GPUS = CATALOG.gpus()
FAMILIES: tuple[WellKnownTable, ...] = CATALOG.families()
MODELS = {name: table for table in FAMILIES for name in table.models}


@cache
def profile(name: str) -> Profile:
    return CATALOG.profile(name)


@cache
def described(name: str) -> Described:
    """A provider, or an engine that `up` does not have."""
    return CATALOG.described(name)


def engine(name: str = "vllm", gpu: str = "l4", **settings: Any) -> Engine:  # noqa: ANN401  settings of any type
    """A provider on a GPU model, with its defaults but for what is said."""
    of = described(name)
    decided: Mapping[str, Any] = {key: spec.default for key, spec in of.settings.items()}
    return engine_of(of, {**decided, **settings}, gpu, GPUS[gpu])


def made(memory: Memory, *, total: int = 80 << 30, split: str = "tensor", **rest: Any) -> Engine:  # noqa: ANN401  fields
    """An engine by its numbers alone."""
    fields: dict[str, Any] = {
        "name": "engine",
        "title": "Engine",
        "memory": memory,
        "gpu": "gpu",
        "total": total,
        "share": memory.share,
        "cache_type": "f16",
        "bits": 16.0,
        "tokens_at_once": memory.tokens_at_once,
        "requests_at_once": memory.requests_at_once,
        "split": split,
        "powers_of_two": False,
        "slots": None,
    }
    return Engine(**{**fields, **rest})


def memory(**rest: Any) -> Memory:  # noqa: ANN401  fields
    """Numbers of an engine that takes nothing for itself."""
    nothing = Between(least=0, most=0)
    fields: dict[str, Any] = {
        "share_of": "total",
        "engine_mib": nothing,
        "several_mib": nothing,
        "graphs_mib": nothing,
        "tokens_at_once": 1,
        "requests_at_once": 1,
        "cache_bits": {"f16": 16},
        "beyond_training": True,
    }
    return Memory(**{**fields, **rest})


def known(name: str) -> Known:
    """A well-known model."""
    return from_catalogue(name, MODELS[name])


def plain(*, size: int = 16 << 30, layers: int = 32, heads: int = 32, kv_heads: int = 8) -> Known:
    """A model of a plain shape."""
    group = Layers("full", layers, kv_heads=kv_heads, key=128, value=128)
    shape = Shape((group,), layers, heads, 4096, 28672, 128256, 131072)
    return Known("plain", shape, Weights(size, "exact", "the test"))
