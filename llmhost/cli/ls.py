"""`ls`: everything that exists."""

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import CloudFlags, Shown
from llmhost.errors import ExitStatus


def ls(ctx: typer.Context, where: CloudFlags, shown: Shown) -> None:
    """List every deployment and what it costs.

    A cloud that cannot be asked is named; if it is the one that --cloud names, ls fails.

    Examples:
        llmhost ls
        llmhost ls -o json
    """
    from llmhost.cli.places import clouds
    from llmhost.cli.wiring import session
    from llmhost.ui.listing import listing, margin
    from llmhost.workflows.ls import ls as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    named = clouds(where)
    found = workflow(session(invocation), named)
    invocation.deliver(found, listing(found, width=invocation.terminal.width))
    invocation.say(margin(found))
    if named and found.unasked:
        raise typer.Exit(ExitStatus.FAILED)
