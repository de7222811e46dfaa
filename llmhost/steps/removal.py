"""The step that takes a deployment off a host, and leaves what others use."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.steps.base import Drift, Effect


@dataclass(frozen=True, slots=True)
class Removal:
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
    def things(self) -> tuple[str, ...]:
        """What goes, for a person."""
        own = (f"service llmhost-{self.name}", f"/etc/llmhost/{self.name}")
        account = f"account {self.account} with its home" if self.account else ""
        shared = "/opt/llmhost" if self.last else ""
        return (*own, *filter(None, (self.image, self.weights, account, shared)))

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (File(f"/etc/llmhost/{self.name}/deployment.json"),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Is its record still there?"""
        record = read(self.facts()[0])
        return (Drift("exists", "yes", "gone"),) if record else ()

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """The service first, then what only it used."""
        yield Effect(("service_remove", self.name))
        if self.image:
            yield Effect(("image_remove", self.image))
        if self.weights:
            yield Effect(("weights_remove", self.weights))
        if self.account:
            yield Effect(("account_remove", self.account))
        if self.last:
            yield Effect(("shared_remove",))
