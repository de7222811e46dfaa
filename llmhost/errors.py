"""What can go wrong: every expected failure says what happened, why, and what to do next.

Whatever is raised as an `LlmhostError` is shown to the user as prose and ends with an exit status.
Anything else that escapes is a defect of llmhost and keeps its traceback.
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses of the command line; scripts may rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CHANGES_PENDING = 3
    NOT_ENOUGH_DATA = 4
    UNASKED = 5
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class LlmhostError(Exception):
    """An expected failure.

    Args:
        message: What happened, as a sentence with the facts in it.
        why: The cause, where it is known and the message does not say it already.
        hint: What to do next, as an imperative; a command to copy where there is one.
        details: Lines of evidence, such as the last lines of a log.
    """

    exit_status = ExitStatus.FAILED

    def __init__(
        self, message: str, *, why: str = "", hint: str = "", details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.hint = hint
        self.details = details


class UsageError(LlmhostError):
    """The command line, a profile or a `-f` file asks for something that cannot be."""

    exit_status = ExitStatus.USAGE


class ProfileError(UsageError):
    """A profile or a `-f` file is wrong; the message names file, line and key."""


class HostError(LlmhostError):
    """A host cannot be reached, or is not what llmhost can work with."""


class CloudError(LlmhostError):
    """A cloud refused, has nothing to give, or cannot be asked."""


class StepError(LlmhostError):
    """A step did not bring its thing to the desired state."""


class ServingError(LlmhostError):
    """The provider does not serve what was asked for, in the way it was asked for."""
