"""A host of one's own: who logs in there, and how to break and mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from llmhost.cloud.base import Machine
from llmhost.transport.base import Address
from tests.integration.command import Failed, Llmhost
from tests.integration.outside import Host


@dataclass(frozen=True, slots=True)
class Own:
    """A host of one's own.

    Attributes:
        llmhost: The command line of somebody it knows.
        machine: What it really is.
        host: The same, seen from outside.
    """

    llmhost: Llmhost
    machine: Machine
    host: Host

    @property
    def address(self) -> Address:
        """Where it is."""
        assert self.machine.address
        return self.machine.address

    @property
    def where(self) -> tuple[str, str]:
        """The flags that name it."""
        return ("--host", str(self.address))

    def plan(self, file: Path, *more: str) -> Failed:
        """What a plan says that fails."""
        return self.llmhost.fails("plan", "-f", str(file), *self.where, *more)

    def up(self, file: Path, *more: str) -> Failed:
        """What an `up` says that fails."""
        return self.llmhost.fails("up", "-f", str(file), *self.where, "--yes", *more)

    @contextmanager
    def having(self, script: str, undo: str) -> Iterator[None]:
        """The host as a script leaves it, until the block ends."""
        self.host.check_output(script)
        try:
            yield
        finally:
            self.host.check_output(undo)
