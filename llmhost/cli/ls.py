"""`ls`: everything that exists."""

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import CloudFlags, Shown


def ls(ctx: typer.Context, where: CloudFlags, shown: Shown) -> None:
    """List every deployment and what it costs.

    Examples:
        llmhost ls
        llmhost ls -o json
    """
    from llmhost.cli.wiring import session
    from llmhost.ui.listing import listing, margin
    from llmhost.workflows.ls import ls as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    with_story = session(invocation)
    found = workflow(with_story, where.names) if where.names else workflow(with_story)
    invocation.deliver(found, listing(found, width=invocation.terminal.width))
    invocation.say(margin(found))
