"""A provider as far as memory is concerned: its profile's numbers, with every setting decided."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from llmhost.errors import UsageError
from llmhost.fit.shape import Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmhost.spec.deployment import Setting
    from llmhost.spec.described import Described
    from llmhost.spec.machines import Gpu
    from llmhost.spec.memory import Memory

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Between:
    """An amount of which only the bounds are known."""

    least: int
    most: int

    def __add__(self, other: "Between") -> "Between":
        return Between(self.least + other.least, self.most + other.most)


@dataclass(frozen=True, slots=True)
class Engine:
    """What a provider does with the memory of one kind of GPU.

    Attributes:
        name: The provider.
        title: Its own name.
        memory: Its profile's numbers.
        gpu: The GPU model's name.
        total: Bytes that a program can have of one GPU.
        share: Its share, where a setting or the profile says it; None where it works it out itself.
        cache_type: Number format of the KV cache.
        bits: Bits per number of that.
        tokens_at_once: Tokens it computes at a time.
        requests_at_once: Requests whose next word it chooses at a time.
        split: How it spreads a model over the GPUs of a machine.
        powers_of_two: Whether only 1, 2, 4, 8 … GPUs are of use to it.
        slots: Requests it answers at a time; None where nothing limits them but the KV cache.
        most_slots: How many it can be told to answer at a time; None for any number.
        said: Settings that are not at their defaults.
    """

    name: str
    title: str
    memory: "Memory"
    gpu: str
    total: int
    share: float | None
    cache_type: str
    bits: float
    tokens_at_once: int
    requests_at_once: int
    split: Literal["tensor", "layer", "automatic", "none"]
    powers_of_two: bool
    slots: int | None = None
    most_slots: int | None = None
    said: "Mapping[str, Setting]" = field(default_factory=dict)

    def taking(self, requests: int) -> "Engine":
        """The engine, told to answer so many requests at a time as far as it can be told.

        Whoever set their number meant it: that is not changed.
        """
        of = self.memory.slots
        if of is None or self.slots is None or requests <= self.slots or of.setting in self.said:
            return self
        slots = requests if self.most_slots is None else min(requests, self.most_slots)
        words = of.setting == self.memory.requests_setting
        return replace(
            self,
            slots=slots,
            said={**self.said, of.setting: slots},
            requests_at_once=slots if words else self.requests_at_once,
        )

    def spread(self, gpus: int, machines: int = 1) -> Spread:
        """How it spreads a model over so many GPUs of each of so many machines.

        Between machines layers are dealt out: dividing each of them needs a network as fast as the
        links inside a machine.
        """
        if self.split == "tensor":
            return Spread(tensor=gpus, pipeline=machines)
        return Spread(pipeline=gpus * machines)


def engine_of(
    profile: "Described", settings: "Mapping[str, Setting]", gpu_name: str, gpu: "Gpu"
) -> Engine:
    """The engine of a profile on a GPU model.

    Raises:
        UsageError: Nobody knows what the provider does with memory, or it has no use for GPUs.
    """
    memory = profile.memory
    if memory is None or profile.gpus is None:
        raise UsageError(
            f"what {profile.title} does with the memory of a GPU is not known here",
            hint="add a `memory:` section to its profile; `llmhost schema profile` describes it",
        )
    share = settings.get(memory.share_setting) if memory.share_setting else None
    cache_type = str(settings.get(memory.cache_setting) or next(iter(memory.cache_bits)))
    tokens, requests = memory.tokens_at_once, memory.requests_at_once
    for large in memory.large:
        if gpu.usable_bytes >= large.above_gib * _GIB and gpu_name not in large.except_for:
            tokens, requests = large.tokens_at_once, large.requests_at_once
    requests = _number(settings, memory.requests_setting) or requests
    slots = memory.slots
    spec = profile.settings.get(slots.setting) if slots else None
    return Engine(
        name=profile.name,
        title=profile.title,
        memory=memory,
        gpu=gpu_name,
        total=gpu.usable_bytes,
        share=float(share) if isinstance(share, int | float) and share else memory.share,
        cache_type=cache_type,
        # A format that is not in the list is counted as if it saved nothing.
        bits=memory.cache_bits.get(cache_type, max(memory.cache_bits.values())),
        tokens_at_once=tokens,
        requests_at_once=requests,
        split=profile.gpus.split,
        powers_of_two=profile.gpus.powers_of_two,
        slots=(_number(settings, slots.setting) or requests) if slots else None,
        most_slots=int(spec.maximum) if spec and spec.maximum is not None else None,
        said={
            name: value
            for name, value in settings.items()
            if name in profile.settings and value != profile.settings[name].default
        },
    )


def _number(settings: "Mapping[str, Setting]", name: str) -> int:
    """A setting that is a whole number; 0 where it is not set."""
    value = settings.get(name, 0)
    return value if isinstance(value, int) else 0
