"""What a registry publishes about a model, as far as memory is concerned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Published:
    """A model as its registry has it now.

    Attributes:
        id: What was asked for.
        revision: The commit, or the manifest's digest.
        kind: Whose words `config` speaks: those of `config.json`, or of a GGUF header.
        config: The description of the model's shape, as published.
        weights: Bytes that are loaded.
        replicated: Bytes among them that every GPU holds whole.
        formats: Bytes by number format; empty where the headers were not read.
        evidence: What the number of bytes rests on, in a few words.
        exact: Whether it was read off headers, indexes or file sizes that agree with each other.
        download: Bytes that are fetched to a host, files beside the weights included.
    """

    id: str
    revision: str
    kind: Literal["config", "gguf"]
    config: Mapping[str, object]
    weights: int
    evidence: str
    replicated: int = 0
    formats: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    exact: bool = True
    download: int = 0
