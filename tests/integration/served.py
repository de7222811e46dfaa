"""A deployment that is up: who typed what, where it is, and how to change and mend it."""

from dataclasses import dataclass
from typing import Any

from llmhost.cloud.base import Machine
from tests.integration.command import Ended, Llmhost
from tests.integration.outside import Host, await_completion, completion, started_at


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment that was brought up.

    Attributes:
        name: Its name.
        words: What stands after `up` and `plan`.
        llmhost: The command line it was brought up by, with its secrets.
        machine: Where it is.
        host: The same, seen from outside.
        first: How its first `up` ended.
    """

    name: str
    words: tuple[str, ...]
    llmhost: Llmhost
    machine: Machine
    host: Host
    first: Ended

    @property
    def container(self) -> str:
        """Its container on the host."""
        return f"llmhost-{self.name}"

    @property
    def unit(self) -> str:
        """Its unit on the host."""
        return f"llmhost-{self.name}.service"

    @property
    def folder(self) -> str:
        """Its own folder on the host."""
        return f"/etc/llmhost/{self.name}"

    def up(self, *more: str) -> Any:  # noqa: ANN401  the document of `up`
        """Brings it up again; it has to end well."""
        return self.llmhost.json("up", *self.words, "--yes", *more)

    def drift(self) -> dict[str, list[str]]:
        """What `plan --check` would change: for each thing, the attributes that differ."""
        ended = self.llmhost("plan", *self.words, "--check", "-o", "json")
        found = drift(ended.document)
        assert ended.status == (3 if found else 0), f"{ended}"
        return found

    def started_at(self) -> str:
        """When its container was last started."""
        return started_at(self.host, self.container)

    @property
    def port(self) -> int:
        """The port of its endpoint."""
        return int(self.first.document["endpoint"].rpartition(":")[2].partition("/")[0])

    def completion(self) -> str:
        """What a client on the host is answered."""
        return completion(self.host, self.name, self.port, self.first.document["model"])

    def answers(self) -> None:
        """Returns once a client on the host is answered, with no help of llmhost's."""
        await_completion(self.host, self.name, self.port, self.first.document["model"])


def drift(document: Any) -> dict[str, list[str]]:  # noqa: ANN401  the document of `plan`
    """For each thing that would change, the attributes that differ."""
    changes = [document["plan"]["machine"] or {"action": "none"}, *document["plan"]["host"]]
    return {
        change["title"]: [drift["attribute"] for drift in change["drift"]]
        for change in changes
        if change["action"] != "none"
    }


def changed(document: Any) -> set[str]:  # noqa: ANN401  the document of `up`
    """The steps that changed something."""
    return {step["title"] for step in document["steps"] if step["outcome"] == "changed"}
