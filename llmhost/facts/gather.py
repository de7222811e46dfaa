"""Asks a host everything at once: all facts in one script, one exec."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from llmhost.errors import HostError
from llmhost.facts.base import AnyFact, Fact
from llmhost.host import script
from llmhost.transport.base import Answer, Transport

T = TypeVar("T")


class Facts:
    """What a host answered, each answer read once it is needed."""

    def __init__(self, answers: Mapping[AnyFact, Answer]) -> None:
        self.answers = answers
        self._values: dict[AnyFact, object] = {}

    def __call__(self, fact: Fact[T], /) -> T:
        """The fact's value; KeyError when it was never asked.

        Raises:
            HostError: The answer makes no sense.
        """
        if fact not in self._values:
            self._values[fact] = _parsed(fact, self.answers[fact])
        return self._values[fact]  # type: ignore[return-value]  # stored under the fact that parsed it

    def __contains__(self, fact: AnyFact) -> bool:
        return fact in self.answers

    def merged(self, newer: "Facts") -> "Facts":
        """These facts, with newer ones over them."""
        return Facts({**self.answers, **newer.answers})


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Questions, each asked once however often it is named.

    Attributes:
        facts: What to ask.
        extra: Bash definitions that questions rely on.
    """

    facts: tuple[AnyFact, ...]
    extra: str = ""
    _mark: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def _asked(self) -> tuple[AnyFact, ...]:
        return tuple(dict.fromkeys(self.facts))

    @property
    def script(self) -> str:
        """The script that asks; it may be sent alone or at the end of another."""
        return script.gather([fact.question for fact in self._asked], self._mark, extra=self.extra)

    def read(self, transport: Transport, answer: Answer) -> Facts:
        """Reads what the script printed.

        Raises:
            HostError: It is not an answer to every question.
        """
        asked, answers = self._asked, script.answers(answer.stdout, self._mark)
        if len(answers) != len(asked):
            raise HostError(
                f"{transport.name} answered {len(answers)} of {len(asked)} questions",
                why="the script that asks ended early",
                details=tuple(answer.stderr.splitlines()[-5:]),
            )
        return Facts(dict(zip(asked, answers, strict=True)))


def _parsed(fact: Fact[T], answer: Answer) -> T:
    try:
        return fact.parse(answer)
    except ValueError as error:
        raise HostError(
            f"the host's answer to `{' '.join(fact.question)}` makes no sense",
            why=str(error),
            details=tuple(answer.stdout.splitlines()[:5]),
        ) from error
