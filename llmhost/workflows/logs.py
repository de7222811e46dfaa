"""What the provider's process says, as it says it."""

from llmhost.events import LogLine
from llmhost.host import script
from llmhost.spec.deployment import Deployment
from llmhost.workflows.place import Place
from llmhost.workflows.recorded import opened
from llmhost.workflows.session import Session


def logs(session: Session, place: Place | None, name: str, *, follow: bool, lines: int) -> None:
    """Reports each line of the log as it comes; with `follow` until somebody interrupts.

    Raises:
        LlmhostError: There is no such deployment, or its host cannot be reached.
    """
    with opened(session, place, name) as (found, deployment):
        source = script.call(_argv(deployment, follow=follow, lines=lines))

        def hear(line: str) -> None:
            session.report(LogLine(deployment.profile.name, line))

        found.transport.run(f"{source} 2>&1\n", hear)


def _argv(deployment: Deployment, *, follow: bool, lines: int) -> tuple[str, ...]:
    on = ("--follow",) if follow else ()
    if deployment.container:
        return ("docker", "logs", "--tail", str(lines), *on, deployment.container)
    return (
        "journalctl",
        "--no-pager",
        "--output=cat",
        f"--lines={lines}",
        *on,
        f"--unit={deployment.unit}",
    )
