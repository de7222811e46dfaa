"""The document of a failure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmhost.cloud.offers import Attempt
from llmhost.errors import LlmhostError
from llmhost.events import MachineExists

if TYPE_CHECKING:
    from llmhost.cli.machines import Machines


@dataclass(frozen=True, slots=True)
class Failure:
    """What any command prints with `-o json` when it fails.

    Attributes:
        error: What happened.
        why: The cause, where it is known.
        hint: What to do next.
        details: Lines of evidence, such as the last lines of a log.
        exit_status: Exit status of the process.
        attempts: What was tried to have a machine, by this command.
        machines: Those that exist, or may exist, as far as this command knows: they cost money.
    """

    error: str
    why: str
    hint: str
    details: tuple[str, ...]
    exit_status: int
    attempts: tuple[Attempt, ...] = ()
    machines: tuple[MachineExists, ...] = ()

    @classmethod
    def of(cls, error: LlmhostError, machines: "Machines | None" = None) -> "Failure":
        """The document for an error, with what the command knows of machines."""
        return cls(
            error.message,
            error.why,
            error.hint,
            error.details,
            int(error.exit_status),
            tuple(map(Attempt.told, machines.tried)) if machines else (),
            tuple(machines.there.values()) if machines else (),
        )
