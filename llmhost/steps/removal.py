"""The step that takes a deployment off a host, and leaves what others use."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.facts.services import Image
from llmhost.facts.system import Account
from llmhost.steps.base import Drift, Effect

_UNITS = "/etc/systemd/system"
_SHARED = "/opt/llmhost"


class Removing(ABC):
    """What every step does that takes things off a host."""

    __slots__ = ()

    @property
    @abstractmethod
    def things(self) -> Mapping[str, AnyFact]:
        """What goes, for a person, each with the question whether it is there."""

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return tuple(self.things.values())

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """What of it is still there?"""
        return tuple(Drift(thing, "there", "gone") for thing, f in self.things.items() if read(f))


@dataclass(frozen=True, slots=True)
class Removal(Removing):
    """A deployment is gone from the host: unit, containers, files.

    Attributes:
        name: The deployment's name.
        weights: Directory of weights that go with it; empty to leave them.
        image: Container image that goes with it; empty to leave it.
        account: Account that goes with it, and its home with all in it; empty to leave it.
        last: Whether no other deployment is left, so that what all of them share goes as well.
    """

    name: str
    weights: str = ""
    image: str = ""
    account: str = ""
    last: bool = False
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"removal of {self.name}"

    @property
    def things(self) -> Mapping[str, AnyFact]:
        """The service first; each thing as `down` tells it."""
        home = f"/etc/llmhost/{self.name}"
        things: dict[str, AnyFact] = {
            f"service llmhost-{self.name}": File(f"{_UNITS}/llmhost-{self.name}.service"),
            home: File(home),
        }
        if self.image:
            things[self.image] = Image(self.image)
        if self.weights:
            things[self.weights] = File(self.weights)
        if self.account:
            things[f"account {self.account} with its home"] = Account(self.account)
        if self.last:
            things[_SHARED] = File(_SHARED)
        return things

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """The service first, then what only it used, as far as that is there."""
        there = {self.things[one.attribute] for one in drift}
        yield Effect(("service_remove", self.name))
        if Image(self.image) in there:
            yield Effect(("image_remove", self.image))
        if File(self.weights) in there:
            yield Effect(("weights_remove", self.weights))
        if Account(self.account) in there:
            yield Effect(("account_remove", self.account))
        if self.last:
            yield Effect(("shared_remove",))
