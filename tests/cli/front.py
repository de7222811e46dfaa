"""What the tests of the command line stand on: its streams, and one call to run it."""

import io
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmhost.cli.invocation import Invocation
from llmhost.cli.main import run
from llmhost.ui.terminal import Terminal


class Stream(io.StringIO):
    """A text stream that claims to be a terminal, or not to be one."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    stdout: str
    stderr: str
    became: Sequence[str] | None

    @property
    def document(self) -> Any:  # noqa: ANN401  JSON
        """The one JSON document on stdout."""
        return json.loads(self.stdout)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on stderr."""
        return [json.loads(text) for text in self.stderr.splitlines()]


@dataclass
class Front:
    """Runs command lines in this process."""

    environ: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, answer: str | None = None) -> Ended:
        """Runs `llmhost ARGS`; with an `answer` somebody sits at a (dumb) terminal and types it."""
        somebody = answer is not None
        stdin, stderr = Stream(answer or "", terminal=somebody), Stream(terminal=somebody)
        stdout = Stream()
        environ: Mapping[str, str] = {"TERM": "dumb", **self.environ}
        became: list[Sequence[str]] = []
        invocation = Invocation(
            typed=shlex.join(["llmhost", *args]),
            terminal=Terminal(stdin, stdout, stderr, environ),
            execute=became.append,
        )
        status = run(args, invocation)
        return Ended(status, stdout.getvalue(), stderr.getvalue(), became[0] if became else None)
