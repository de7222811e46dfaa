"""Well-known models: what their registries publish, written down for when nobody can be asked.

One file per family in `profiles/_models/`; users add their own in the same place.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from llmhost.spec.part import Part

Published = int | float | str | bool | None
"""A value of a `config.json`, lists and mappings aside."""
Inner = dict[str, Published | list[Published] | dict[str, Published]]
"""A mapping inside a `config.json`, such as its `text_config`."""


EXACT = frozenset({"index", "quoted", "files", "own"})
"""Kinds of sources that say what files hold."""


class Source(Part):
    """Where figures come from. A text alone stands for a source of the user's own."""

    kind: Literal[
        "config", "index", "quoted", "files", "sibling", "counted", "rounded", "parameters", "own"
    ]
    """`config` is where a `config.json` stands; the others are about bytes: the index or the files
    of the model in a named copy, an index quoted by others, the size of another model of the same
    shape, counted from the shape, rounded by whoever published it, or parameters times bits."""
    short: str = ""
    """What stands beside a figure."""
    at: str
    """What was read where, and when."""

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, said: object) -> object:
        return {"kind": "own", "short": said, "at": said} if isinstance(said, str) else said

    @model_validator(mode="after")
    def _is_shown(self) -> "Source":
        if self.kind != "config" and not self.short:
            raise ValueError("a source of bytes has a `short` form, which is shown beside them")
        return self


class WellKnown(Part):
    """A model as it is published."""

    title: str = ""
    """What people call it."""
    kind: Literal["directory", "gguf", "ollama", "lmstudio"] = "directory"
    """How it is named and fetched: a repository of safetensors, a GGUF file on the hub, or the
    providers' own libraries."""
    of: str = ""
    """The model that this one is a quantisation of, where that stands in the same file; its
    `config` holds for both."""
    config: dict[str, Published | list[Published] | Inner] = Field(default_factory=dict)
    """The keys of its `config.json` that decide about memory, as they are published."""
    config_source: str = ""
    """Key of the file's `sources`."""
    parameters: int = 0
    """How many numbers it consists of; 0 where only `bytes` are known."""
    bytes: int = 0
    """Bytes of its weights; 0 where only parameters and bits are known."""
    bits: float = 16
    """Bits per parameter, scales included, of its commonest tensors."""
    bytes_source: str = ""
    """Key of the file's `sources`."""
    certainty: Literal["exact", "estimate"] = "exact"
    """Whether `bytes` is what the files hold, or rounded or computed."""
    format: str = "BF16"
    """Number format of the weights."""
    block: int | None = None
    """Numbers of the weights that share a scale; null for what is usual: 128 of FP8, AWQ, GPTQ."""
    note: str = ""
    """What could not be verified."""

    @model_validator(mode="after")
    def _is_complete(self) -> "WellKnown":
        if not self.of and not self.config:
            raise ValueError("a model has a `config`, or is one `of` another")
        if not (self.bytes or self.parameters):
            raise ValueError("a model has `bytes` or `parameters`")
        if bool(self.config) != bool(self.config_source):
            raise ValueError("a `config` has a `config_source`")
        if bool(self.bytes) != bool(self.bytes_source):
            raise ValueError("`bytes` have a `bytes_source`")
        return self


class WellKnownTable(Part):
    """`_models/FAMILY.yaml`."""

    sources: dict[str, Source]
    """Where the figures come from, by key."""
    models: dict[str, WellKnown]
    """By the name under which a provider is asked for it."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "WellKnownTable":
        for name, model in self.models.items():
            if model.of and model.of not in self.models:
                raise ValueError(f"`{name}` is one of `{model.of}`, which does not stand here")
            for key in (model.config_source, model.bytes_source):
                if key and key not in self.sources:
                    raise ValueError(f"`{name}` has the source `{key}`, which does not stand here")
            if doubt := _doubt(model, self.sources):
                raise ValueError(f"`{name}` {doubt}")
        return self


def _doubt(model: WellKnown, sources: Mapping[str, Source]) -> str:
    """What is untrue of the source of a model's figures; empty where nothing is."""
    if model.config and sources[model.config_source].kind not in {"config", "own"}:
        return f"has its configuration from `{model.config_source}`, which is about bytes"
    if not model.bytes:
        return "" if model.certainty == "estimate" else "is an estimate: it has no bytes"
    kind = sources[model.bytes_source].kind
    if kind == "config":
        return f"has its bytes from `{model.bytes_source}`, which is about a configuration"
    if kind == "own":
        return ""
    if (kind in EXACT) != (model.certainty == "exact"):
        return f"has bytes by `{kind}`, and calls them {model.certainty}"
    return ""
