"""A profile: the validated YAML that says what one provider needs. Nouns only."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from llmhost.errors import UsageError
from llmhost.spec.memory import Memory
from llmhost.spec.needs import Context, Gpus, Models
from llmhost.spec.part import Part
from llmhost.spec.readiness import Failure, Readiness
from llmhost.spec.setting import SettingSpec
from llmhost.spec.variant import Variant

EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
ArgumentName = Annotated[str, StringConstraints(pattern=r"^--?[a-z][a-z0-9-]*$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Licence(Part):
    """The terms the provider comes under."""

    id: str
    """SPDX identifier, or the vendor's name for its own terms."""
    url: str = ""
    """Where the text is."""
    accept: bool = False
    """Whether a person has to accept it before llmhost installs it."""
    note: str = ""
    """What is special about it, shown where acceptance is asked for."""


class SecretSpec(Part):
    """A secret from the environment of the command line; it is passed on by name."""

    use: Literal["download", "service"]
    """Whether the download of the weights needs it, or the provider itself."""
    help: str
    """What it is for."""


class Profile(Part):
    """What one provider needs."""

    name: SkipJsonSchema[str] = ""
    """The provider's name: the file's, without `.yaml`; never written in it."""
    title: str
    """The provider's own name."""
    about: str
    """What it is good for, in a sentence."""
    maturity: Literal["stable", "limited", "legacy", "experimental"]
    """How far to trust it here: `limited` has known gaps, `legacy` is not developed any more."""
    evidence: dt.date
    """Day the facts in this file were last checked against the provider."""
    licence: Licence
    models: Models
    gpus: Gpus | None
    """Null for a provider without use for GPUs."""
    context: Context
    memory: Memory | None = None
    """How it divides the memory of a GPU; null where nobody knows, and `fit` cannot judge."""
    port: int = Field(gt=0, lt=65536)
    """Port on 127.0.0.1 of the host, unless the user wants another."""
    variants: tuple[Variant, ...] = Field(min_length=1)
    settings: dict[Word, SettingSpec] = Field(default_factory=dict)
    """What `--set NAME=VALUE` changes."""
    secrets: dict[EnvironmentName, SecretSpec] = Field(default_factory=dict)
    """What is taken from the environment of the command line, by name."""
    api_key: str = ""
    """The secret clients send as bearer token once it is set; empty where there is none."""
    reserved: dict[EnvironmentName, str] = Field(default_factory=dict)
    """Environment that llmhost sets itself, each with the reason why `--set env.NAME` may not."""
    reserved_args: dict[ArgumentName, str] = Field(default_factory=dict)
    """Arguments that a setting of type `words` may not hold, each with the reason."""
    readiness: Readiness
    failures: tuple[Failure, ...] = ()
    """Known ways to fail, the most telling first."""
    metrics: str = ""
    """Path of the Prometheus metrics; empty where there are none."""
    capabilities: tuple[Word, ...]
    """What its API can do."""
    limits: tuple[str, ...] = ()
    """What one would expect of it and does not get."""
    templates: tuple[str, ...] = Field(min_length=1)
    """Template sets that are rendered, in order; a later set replaces a file of an earlier one."""

    def variant_for(self, *, gpus: int, driver: int) -> Variant:
        """The variant for that many GPUs and that major version of the NVIDIA driver (0: none).

        Raises:
            UsageError: It has no variant without GPUs, or none for so old a driver.
        """
        kind = [variant for variant in self.variants if variant.gpus == (gpus > 0)]
        for variant in kind:
            if gpus == 0 or driver >= variant.minimum_driver:
                return variant
        if not kind:
            what = "with" if gpus else "without"
            raise UsageError(f"{self.title} has no variant {what} GPUs")
        least = min(variant.minimum_driver for variant in kind)
        found = f"driver {driver}" if driver else "no NVIDIA driver"
        raise UsageError(
            f"{self.title} needs NVIDIA driver {least} or newer, and the host has {found}",
            hint="install the 580 branch: https://docs.nvidia.com/datacenter/tesla/drivers/",
        )

    @model_validator(mode="after")
    def _key_is_a_secret(self) -> "Profile":
        if self.api_key and self.api_key not in self.secrets:
            raise ValueError(f"`api_key` names `{self.api_key}`, which is not among `secrets`")
        return self
