"""A deployment that is up: who typed what, where it is, and how to change and mend it."""

from dataclasses import dataclass
from typing import Any

from llmhost.cloud.base import Machine
from tests.integration.command import Ended, Llmhost
from tests.integration.outside import Host, completion, started_at


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
        """What `plan` would change: for each thing, the attributes that differ."""
        document = self.llmhost.json("plan", *self.words)
        changes = [document["plan"]["machine"] or {"action": "none"}, *document["plan"]["host"]]
        return {
            change["title"]: [drift["attribute"] for drift in change["drift"]]
            for change in changes
            if change["action"] != "none"
        }

    def started_at(self) -> str:
        """When its container was last started."""
        return started_at(self.host, self.container)

    def completion(self) -> str:
        """What a client on the host is answered."""
        document = self.first.document
        port = int(document["endpoint"].rpartition(":")[2].partition("/")[0])
        key = self.llmhost.environ.get("VLLM_API_KEY", "")
        return completion(self.host, port, document["model"], key)


def changed(document: Any) -> set[str]:  # noqa: ANN401  the document of `up`
    """The steps that changed something."""
    return {step["title"] for step in document["steps"] if step["outcome"] == "changed"}
