"""Well-known models: what their registries publish, written down for when nobody can be asked.

One file per family in `profiles/_models/`; users add their own in the same place.
"""

from typing import Literal

from pydantic import Field, model_validator

from llmhost.spec.part import Part

Published = int | float | str | bool | None
"""A value of a `config.json`, lists and mappings aside."""
Inner = dict[str, Published | list[Published] | dict[str, Published]]
"""A mapping inside a `config.json`, such as its `text_config`."""


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
    note: str = ""
    """What could not be verified."""

    @model_validator(mode="after")
    def _is_complete(self) -> "WellKnown":
        if not self.of and not self.config:
            raise ValueError("a model has a `config`, or is one `of` another")
        if not (self.bytes or self.parameters):
            raise ValueError("a model has `bytes` or `parameters`")
        return self


class WellKnownTable(Part):
    """`_models/FAMILY.yaml`."""

    sources: dict[str, str]
    """Key to address and date."""
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
        return self
