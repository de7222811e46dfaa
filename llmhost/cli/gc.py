"""`gc`: what is expired, ownerless or left over goes, and nothing else."""

from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import CloudFlags, Shown
from llmhost.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from llmhost.workflows.results import Cleared


def gc(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show it")] = False,
    runner: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE", help="registrations of runners there as well: github:...; repeatable"
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    where: CloudFlags,
    shown: Shown,
) -> None:
    """Delete what nobody needs any more.

    Of llmhost's own, in every zone: machines whose time has ended, disks and addresses without a
    machine, firewall rules without machines; the runners of machines that go. With --runner also
    registrations there whose machine is gone. What llmhost did not make is never touched.

    Examples:
        llmhost gc --dry-run
        llmhost gc --yes
        llmhost gc --runner github:OWNER/REPO --yes
    """
    from llmhost.cli.places import clouds
    from llmhost.cli.wiring import consent, session
    from llmhost.spec.runner import read_runner
    from llmhost.ui.order import cleared as view
    from llmhost.workflows.gc import gc as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)

    def agree(found: "Cleared") -> bool:
        if yes or consent(invocation, view(found, dry=True)):
            return True
        raise UsageError("not confirmed: nothing was deleted", hint="add --yes to go on unasked")

    places = tuple(map(read_runner, runner or ()))
    done = workflow(session(invocation), clouds(where), None if dry_run else agree, places)
    invocation.deliver(done, view(done, dry=dry_run))
    if done.kept or done.unasked:
        raise typer.Exit(ExitStatus.FAILED)
