"""The document of a failure."""

from dataclasses import dataclass

from llmhost.errors import LlmhostError


@dataclass(frozen=True, slots=True)
class Failure:
    """What any command prints with `-o json` when it fails.

    Attributes:
        error: What happened.
        why: The cause, where it is known.
        hint: What to do next.
        details: Lines of evidence, such as the last lines of a log.
        exit_status: Exit status of the process.
    """

    error: str
    why: str
    hint: str
    details: tuple[str, ...]
    exit_status: int

    @classmethod
    def of(cls, error: LlmhostError) -> "Failure":
        """The document for an error."""
        return cls(error.message, error.why, error.hint, error.details, int(error.exit_status))
