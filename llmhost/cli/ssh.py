"""`ssh` and `forward`: the way in, by the system's own ssh client."""

from typing import Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Name, Somewhere


def ssh(
    ctx: typer.Context,
    name: Name,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="command to run there", show_default=False),
    ] = None,
    *,
    where: Somewhere,
) -> None:
    """Open a shell on the host, or run a command there.

    Words are joined and read by the shell of the host, as ssh does.

    Examples:
        llmhost ssh vllm
        llmhost ssh vllm --cloud sandbox -- nvidia-smi -L
    """
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.workflows.ssh import ssh as workflow

    invocation = Invocation.of(ctx)
    place = one(where, invocation.terminal.environ)
    with_story = session(invocation, trust_host_key=where.trust_host_key)
    invocation.become(workflow(with_story, place, name, command or ()))


def forward(
    ctx: typer.Context,
    name: Name,
    where: Somewhere,
    *,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="port on this computer [default: the same]")
    ] = None,
) -> None:
    """Make the endpoint reachable from this computer.

    Nothing listens beyond 127.0.0.1, there as here. It lasts until Ctrl-C.

    Examples:
        llmhost forward vllm
        llmhost forward vllm --cloud sandbox --port 9000
    """
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.ui.paint import line
    from llmhost.workflows.ssh import forward as workflow

    invocation = Invocation.of(ctx)
    place = one(where, invocation.terminal.environ)
    with_story = session(invocation, trust_host_key=where.trust_host_key)
    argv = workflow(with_story, place, name, port)
    invocation.say([line("until Ctrl-C the endpoint is at")])  # where, says ssh once it is so
    invocation.become(argv)
