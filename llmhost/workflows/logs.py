"""What the provider's process says, as it says it."""

from llmhost.errors import ServingError
from llmhost.events import LogLine
from llmhost.host import script
from llmhost.spec.deployment import Deployment
from llmhost.workflows.place import Place
from llmhost.workflows.recorded import opened
from llmhost.workflows.session import Session


def logs(session: Session, place: Place | None, name: str, *, follow: bool, lines: int) -> None:
    """Reports each line of the log as it comes; with `follow` until somebody interrupts.

    Raises:
        LlmhostError: There is no such deployment, or nothing that could be shown of it.
    """
    with opened(session, place, name) as (found, deployment):
        source = _source(deployment, follow=follow, lines=lines)

        def hear(line: str) -> None:
            session.report(LogLine(deployment.profile.name, line))

        answer = found.transport.run(source, hear)
    if answer.exit_status:
        raise ServingError(
            f"there is no log of {name} on {found.transport.name}",
            why=answer.stderr.strip(),
            hint=f"`llmhost status {name}` says how it is",
        )


def _source(deployment: Deployment, *, follow: bool, lines: int) -> str:
    """Bash that writes the log to standard output, and on standard error why it cannot."""
    on = ("--follow",) if follow else ()
    if deployment.container:
        # An engine's own standard error comes out as such, so that it cannot tell of failures.
        there = script.call(("docker", "container", "inspect", deployment.container))
        tail = ("docker", "logs", "--tail", str(lines), *on, deployment.container)
        return f"{there} >/dev/null || exit\n{script.call(tail)} 2>&1\n"
    argv = ("journalctl", "--no-pager", "--output=cat", f"--lines={lines}", *on)
    return f"{script.call((*argv, f'--unit={deployment.unit}'))}\n"
