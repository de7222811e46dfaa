"""The double in a process of its own, which can be killed and started again."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fake_gce.server import CONTROL
from tests.fake_gce.verbs import Verbs

_ROOT = Path(__file__).parents[2]


class FakeGceProcess(Verbs):
    """`python -m tests.fake_gce`, with the verbs of `FakeGce`.

    Args:
        state: File that keeps the world.
        project: The project.
        options: More words for its command line.
    """

    def __init__(
        self, *, state: Path, project: str = "demo", options: tuple[str, ...] = ()
    ) -> None:
        self.project = project
        self.endpoint = ""
        self._state = state
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        violations = self.violations if kind is None and self._process else []
        if self._process:
            self.wipe()
        self._end("terminate")
        if violations:
            raise AssertionError("\n".join(["the contract was broken:", *violations]))

    def start(self) -> None:
        """Starts it, at the port it had before."""
        port = self.endpoint.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "tests.fake_gce", "--port", port]
        command += ["--project", self.project, "--state", str(self._state), *self._options]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        if self._process.stdout:
            self.endpoint = self._process.stdout.readline().strip()

    def kill(self) -> None:
        """Kills it as `kill -9` does."""
        self._end("kill")

    def ask(self, verb: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Has a verb carried out there."""
        request = urllib.request.Request(  # noqa: S310 - its own loopback address
            f"{self.endpoint}{CONTROL}{verb}", data=json.dumps(arguments).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def _end(self, how: str) -> None:
        if self._process is None:
            return
        getattr(self._process, how)()
        self._process.wait(timeout=120)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None
