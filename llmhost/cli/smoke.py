"""`smoke`: real questions to a deployment."""

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Name, Shown, Somewhere
from llmhost.errors import ExitStatus


def smoke(ctx: typer.Context, name: Name, where: Somewhere, shown: Shown) -> None:
    """Ask a deployment real questions.

    Sends completions to the provider and looks at the answers and at the GPUs. The exit
    status is 1 when a check fails.

    Examples:
        llmhost smoke vllm --cloud sandbox
        llmhost smoke vllm -o json
    """
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.ui.status import status as view
    from llmhost.workflows.smoke import smoke as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    place = one(where, invocation.terminal.environ)
    seen = workflow(session(invocation, trust_host_key=where.trust_host_key), place, name)
    invocation.deliver(seen, view(seen, width=invocation.terminal.width))
    passed = seen.health == "serving" and all(check.outcome != "failed" for check in seen.checks)
    raise typer.Exit(ExitStatus.OK if passed else ExitStatus.FAILED)
