"""What arithmetic about memory needs to know of a provider, whether or not `up` has it."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from llmhost.spec.memory import Memory
from llmhost.spec.needs import Context, Gpus, Models
from llmhost.spec.part import Part
from llmhost.spec.setting import SettingSpec


class Described(Protocol):
    """A provider that can be judged: a whole profile, or an `EngineFile`."""

    @property
    def name(self) -> str:
        """What it is called here."""
        ...

    @property
    def title(self) -> str:
        """Its own name."""
        ...

    @property
    def models(self) -> Models:
        """Which models it serves."""
        ...

    @property
    def gpus(self) -> Gpus | None:
        """Which GPUs it can use."""
        ...

    @property
    def context(self) -> Context:
        """The longest context when nothing is said."""
        ...

    @property
    def memory(self) -> Memory | None:
        """What it does with memory."""
        ...

    @property
    def settings(self) -> Mapping[str, SettingSpec]:
        """What can be set."""
        ...

    @property
    def reserved_args(self) -> Mapping[str, str]:
        """Arguments that may not be set."""
        ...


class EngineFile(Part):
    """`_engines/NAME.yaml`: a provider that `fit` and `capacity` know and `up` does not have."""

    name: SkipJsonSchema[str] = ""
    """The provider's name: the file's, without `.yaml`; never written in it."""
    title: str
    """The provider's own name."""
    evidence: dt.date
    """Day the facts in this file were last checked against the provider."""
    models: Models
    gpus: Gpus | None
    context: Context
    memory: Memory | None
    settings: dict[str, SettingSpec] = Field(default_factory=dict)
    """What `--set NAME=VALUE` changes of the arithmetic."""

    @property
    def reserved_args(self) -> Mapping[str, str]:
        """None: nothing is passed on to it."""
        return {}
