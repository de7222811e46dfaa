"""A command that ends at one of its calls, of the forge or of the host, before or after it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from llmhost.runners.web import Web
from tests.workflows.runner.host import RunnerMachine


class KilledError(BaseException):
    """Nothing is done any more, no tidying up either: SIGKILL, power, a laptop that is shut."""


@dataclass
class Interruption:
    """Ends a command, from its registration of a runner on.

    Attributes:
        moment: At which of its calls, from 1; nothing ends it where it makes fewer.
        killed: Whether it is killed; else it hears Ctrl-C, or SIGTERM, and tidies up.
        passed: The calls so far.
    """

    moment: int
    killed: bool
    passed: list[str] = field(default_factory=list)

    @property
    def reached(self) -> bool:
        """Whether it came."""
        return len(self.passed) >= self.moment

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Lies in wait."""
        ask, do = Web.ask, RunnerMachine.do

        def asked(web: Web, method: str, path: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401  as `Web.ask`
            what = f"{method} {path.rpartition('/')[2]}"
            return self._around(what, lambda: ask(web, method, path, *more, **named))

        def done(machine: RunnerMachine, argv: tuple[str, ...]) -> None:
            self._around(argv[0], lambda: do(machine, argv))

        patch.setattr(Web, "ask", asked)
        patch.setattr(RunnerMachine, "do", done)

    def _around(self, what: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever is called
        if not self.passed and what != "POST generate-jitconfig":
            return call()
        self._pass(f"before {what}")
        answer = call()
        self._pass(f"after {what}")
        return answer

    def _pass(self, what: str) -> None:
        self.passed.append(what)
        if len(self.passed) == self.moment and not self.killed:
            raise KeyboardInterrupt
        if self.reached and self.killed:
            raise KilledError
