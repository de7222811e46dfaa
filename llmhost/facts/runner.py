"""What a CI runner on a host has said."""

from dataclasses import dataclass

from llmhost.transport.base import Answer

_LINES = 40


@dataclass(frozen=True, slots=True)
class RunnerLog:
    """The last lines of a runner since its unit was last started."""

    unit: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("unit_said", self.unit, str(_LINES))

    def parse(self, answer: Answer, /) -> tuple[str, ...]:
        """Reads lines."""
        return tuple(line for line in answer.stdout.splitlines() if line.strip())
