"""An apply under a real bash, and what it tells."""

from llmhost.host import script
from llmhost.host.script import Job
from tests.host.shell import Shell


def applied(shell: Shell, *jobs: Job) -> tuple[int, list[list[str]]]:
    """Runs an apply; answers with its exit status and its events."""
    root = shell.path("/run/llmhost/apply/script").parent
    done = shell.run(script.apply(jobs, "me@laptop, process 7"))
    events = (root / "events").read_text().splitlines()
    return done.returncode, [line.split("\t") for line in events]


def job(number: int, *calls: tuple[str, ...], lane: str = "") -> Job:
    return Job(number, f"step {number}", lane, calls)


def bash(source: str) -> tuple[str, ...]:
    return ("bash", "-c", source)


def of(kind: str, events: list[list[str]]) -> list[list[str]]:
    return [fields for event, *fields in events if event == kind]
