"""`ls`: everything that exists."""

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Shown


def ls(ctx: typer.Context, shown: Shown) -> None:
    """List every deployment and what it costs.

    Examples:
        llmhost ls
        llmhost ls -o json
    """
    from llmhost.cli.wiring import session
    from llmhost.ui.listing import listing, margin
    from llmhost.workflows.ls import ls as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    found = workflow(session(invocation))
    invocation.deliver(found, listing(found, width=invocation.terminal.width))
    invocation.say(margin(found))
