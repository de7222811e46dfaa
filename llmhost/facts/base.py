"""What a fact is: a read-only question to a host, and how its answer is read.

A question is argv of a program or of a function in `host/facts.bash`. All questions of all steps
are asked by one script; "absent" is a value, never an error.
"""

from collections.abc import Hashable
from typing import Any, Protocol, TypeVar

from llmhost.transport.base import Answer

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Fact(Hashable, Protocol[T_co]):
    """A read-only question to a host."""

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        ...

    def parse(self, answer: Answer, /) -> T_co:
        """Reads the answer; an exit status of 127 means that the program is not there."""
        ...


class FactReader(Protocol):
    """Looks a fact up: in what a host answered, or in a fixture."""

    def __call__(self, fact: Fact[T], /) -> T:
        """The fact's value."""
        ...


AnyFact = Fact[Any]
