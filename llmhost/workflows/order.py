"""An order: what was asked for, in however many places."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from llmhost.once import once
from llmhost.spec.deployment import Ask
from llmhost.spec.sources import Sources

if TYPE_CHECKING:
    from llmhost.cloud.base import CloudDriver, MachineRequest
    from llmhost.workflows.wanted import Wanted


def _as_they_are(usual: Sources) -> Sources:
    return usual


@dataclass(frozen=True)
class Order:
    """What was asked for, in however many places.

    Attributes:
        environ: Environment variables of whoever asks.
        ask: What the user asked for.
        sources: Lays the user's addresses over those a place has by default.
        on_host: Answers what is wanted on a host of one's own: worked out once for all of them.
    """

    environ: Mapping[str, str]
    ask: Ask
    sources: Callable[[Sources], Sources] = _as_they_are
    on_host: "Callable[[], Wanted]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "on_host", once(partial(self._wanted, None)))

    def on_cloud(self, driver: "CloudDriver") -> "Wanted":
        """What is wanted on a cloud; contacts nothing but perhaps this computer.

        Raises:
            UsageError: What was asked for cannot be.
        """
        return self._wanted(driver.sources)

    def presumed(self, cloud: str) -> "Wanted":
        """What is wanted on a cloud of which nothing is asked.

        Raises:
            UsageError: What was asked for cannot be.
        """
        from llmhost.cloud.base import presumed  # noqa: PLC0415  see below

        return self._wanted(partial(presumed, cloud))

    def _wanted(self, usual: "Callable[[MachineRequest], Sources] | None") -> "Wanted":
        # what an order takes to answer is not imported for one that names no place
        from llmhost.workflows.wanted import wanted  # noqa: PLC0415

        return wanted(self.environ, self.ask, self.sources, usual)
