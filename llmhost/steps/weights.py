"""Steps for weights: the hub's own client, and one revision of a repository on the disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.facts import weights
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File
from llmhost.host import script
from llmhost.secret import Secret
from llmhost.spec.deployment import Model
from llmhost.steps import files
from llmhost.steps.base import Drift, Effect

# The newest release on the package index of 2026-11-20.
HUB_CLIENT = "2.4.0"
_HOME = "/opt/llmhost/hub"
NO_TOKEN = Secret("")


@dataclass(frozen=True, slots=True)
class HubClient:
    """The hub's own client in a virtual environment of llmhost's; the host's Python stays as it is.

    Attributes:
        index: Package index to take it from; empty takes pip's own default.
    """

    index: str = ""
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return "hub client"

    @property
    def _program(self) -> files.File:
        return files.File(f"{_HOME}/fetch.py", script.program("fetch.py"))

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (File(f"{_HOME}/version"), *self._program.facts())

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares the version, and the program that uses it."""
        state = read(File(f"{_HOME}/version"))
        version = state.content.strip() if state else ""
        drift = self._program.check(read)
        return drift if version == HUB_CLIENT else (Drift("version", version, HUB_CLIENT), *drift)

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Makes the environment anew where the version differs; it takes the program with it."""
        if drift[0].attribute == "version":
            yield Effect(("hub_client", HUB_CLIENT, self.index))
        yield from self._program.apply(drift)


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a model, complete, at one commit.

    Attributes:
        model: What to fetch.
        hub: Address of the hub.
        token: The user's token for the hub; empty without one. It is used once and never kept.
    """

    model: Model
    hub: str
    token: Secret = NO_TOKEN
    lane: str = ""

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"weights {self.model.repo}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (weights.Weights(self.model.directory),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Compares what was asked with what is complete; a commit that was resolved once stays."""
        state = read(weights.Weights(self.model.directory))
        asked = f"{self.model.repo}@{self.model.revision}"
        if state is None:
            return (Drift("weights", "", asked),)
        if (state.repository, state.revision) != (self.model.repo, self.model.revision):
            return (Drift("weights", f"{state.repository}@{state.revision}", asked),)
        if state.patterns != self.model.files:
            return (Drift("files", " ".join(state.patterns), " ".join(self.model.files) or "all"),)
        return tuple(Drift(name, "missing or cut", "complete") for name in state.damaged)

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Fetches what is missing."""
        model = self.model
        link = model.file if model.linked else ""
        where = (model.repo, model.revision, model.directory, link)
        yield Effect(("weights", self.hub, self.token, *where, *model.files))
