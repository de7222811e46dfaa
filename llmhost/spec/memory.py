"""What a provider does with the memory of a GPU: the numbers behind `llmhost fit`, as data."""

import re
from typing import Literal

from pydantic import Field, field_validator

from llmhost.spec.part import Part


class Between(Part):
    """An amount of which only the bounds are known, in MiB."""

    least: int = Field(ge=0)
    """What is taken at least."""
    most: int = Field(ge=0)
    """What is taken at most, as far as reports go."""


class Large(Part):
    """What is different on GPUs with much memory."""

    above_gib: float
    """From how much memory on."""
    except_for: tuple[str, ...] = ()
    """GPU models it does not hold for."""
    tokens_at_once: int
    """Instead of the usual."""
    requests_at_once: int
    """Instead of the usual."""


class Reserve(Part):
    """How a provider chooses its share itself: all memory but this."""

    base_mib: int
    """Always."""
    mib_per_token_at_once: float
    """For every token it computes at a time."""
    mib_per_gpu: float
    """For every GPU."""
    large_above_gib: float
    """On GPUs with more memory than this it leaves at least `large_mib`."""
    large_mib: int
    """How much."""


class Slots(Part):
    """How many requests a provider answers at a time, and what each has of the KV cache."""

    setting: str
    """The setting with their number; its 0 leaves it at `requests_at_once`."""
    cache: Literal["each", "shared", "paged"]
    """`each` of them has a whole context of its own from the start; all have one context `shared`
    among them from the start; or pages are handed out as tokens come (`paged`)."""


class Report(Part):
    """Where the provider's log says what it really took; regular expressions with one group."""

    cache_tokens: str = ""
    """How many tokens the KV cache holds."""
    cache_gib: str = ""
    """GiB of the KV cache on a GPU."""
    cache_mib: str = ""
    """The same in MiB; every match is one GPU."""
    weights_gib: str = ""
    """GiB of weights on a GPU."""
    weights_mib: str = ""
    """The same in MiB; every match is one GPU."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """All that are given."""
        return tuple(pattern for pattern in self.model_dump().values() if pattern)

    @field_validator("*")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        if pattern and re.compile(pattern).groups != 1:
            raise ValueError("a regular expression with one group belongs here")
        return pattern


class Memory(Part):
    """How a provider divides the memory of a GPU."""

    share_of: Literal["total", "static", "free"]
    """Of what its share is one: of all memory, for everything; of all memory, for weights and KV
    cache alone; or of what the weights leave, for the KV cache alone."""
    share: float | None = Field(default=1.0, gt=0, le=1)
    """The share; null where the provider works it out by `reserve`."""
    share_setting: str = ""
    """The setting that changes the share."""
    reserve: Reserve | None = None
    """How it works out its share."""
    margin_mib: int = 0
    """MiB it leaves alone on every GPU."""
    engine_mib: Between
    """MiB that CUDA, libraries and the program itself take on every GPU."""
    several_mib: Between
    """MiB besides on every GPU where several work together."""
    graphs_mib: Between
    """MiB for recorded CUDA graphs on every GPU."""
    tokens_at_once: int = Field(gt=0)
    """Tokens it computes at a time; activations grow with them."""
    requests_at_once: int = Field(gt=0)
    """Requests whose next word it chooses at a time; each takes room for the whole vocabulary."""
    requests_setting: str = ""
    """The setting that changes that number; 0 leaves it as it is."""
    slots: Slots | None = None
    """Requests at a time; null where nothing limits them but the KV cache."""
    spills: bool = False
    """Whether it goes on with layers on the CPU where a GPU has no room for them."""
    large: tuple[Large, ...] = ()
    """What is different on GPUs with much memory; of several that hold, the last."""
    cache_setting: str = ""
    """The setting that holds the number format of the KV cache."""
    cache_bits: dict[str, float]
    """Bits per number by number format, block scales included."""
    beyond_training: bool
    """Whether it starts with a longer context than the model was made for."""
    report: Report = Field(default_factory=Report)
    """Where its log says what it really took."""
