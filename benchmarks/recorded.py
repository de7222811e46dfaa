"""Runs llmhost and keeps what it sends to a host and what it is answered.

`python -m benchmarks.recorded FOLDER ARGUMENTS…` runs `llmhost ARGUMENTS…`. The scripts are what
plain ssh has to do as well; the answers let `replay.bash` stand in for hosts.
"""

import re
import sys
import time
from pathlib import Path

from llmhost.cli.main import run as llmhost
from llmhost.transport.base import Answer, LineHandler
from llmhost.transport.envelope import seal
from llmhost.transport.ssh import SshTransport

# What differs from run to run in a script and its answer: 128 random bits.
PLACEHOLDER = "@the mark@"
_MARK = re.compile(r"\b[0-9a-f]{32}\b")


def main() -> int:
    """Runs llmhost with the rest of the arguments; fills the folder."""
    folder, *args = sys.argv[1:]
    recorded: list[tuple[str, Answer, float]] = []
    original = SshTransport.run

    def run(transport: SshTransport, script: str, /, on_line: LineHandler | None = None) -> Answer:
        begun = time.perf_counter()
        answer = original(transport, script, on_line)
        recorded.append((script, answer, time.perf_counter() - begun))
        return answer

    SshTransport.run = run  # type: ignore[method-assign]  # that is the point
    status = llmhost(args)
    _write(Path(folder), recorded)
    return status


def _write(folder: Path, recorded: list[tuple[str, Answer, float]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (script, answer, seconds) in enumerate(recorded):
        mark = _MARK.search(script)
        old = mark.group() if mark else PLACEHOLDER
        file = folder / str(number)
        file.with_suffix(".script").write_text(seal(script).decode().replace(old, PLACEHOLDER))
        file.with_suffix(".stdout").write_text(answer.stdout.replace(old, PLACEHOLDER))
        file.with_suffix(".seconds").write_text(f"{seconds:.3f}\n")
    every = "".join(f"(\n{script}\n) </dev/null\n" for script, _, _ in recorded)
    (folder / "all.bash").write_text(every)


if __name__ == "__main__":
    sys.exit(main())
