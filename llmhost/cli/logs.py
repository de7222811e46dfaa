"""`logs`: what the provider says."""

from typing import Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Name, OutputFlag, Somewhere
from llmhost.errors import UsageError
from llmhost.events import Event, LogLine


def logs(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    name: Name,
    where: Somewhere,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on until Ctrl-C")] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", metavar="N", help="how many, from the end")
    ] = 100,
    output: OutputFlag = "text",
) -> None:
    """Show what the provider says.

    Examples:
        llmhost logs vllm -f
        llmhost logs vllm --cloud sandbox --lines 20
        llmhost logs vllm -o json
    """
    from llmhost.cli.documents import Logged
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.ui.paint import line
    from llmhost.workflows.logs import logs as workflow

    invocation = Invocation.of(ctx, output)
    if follow and output == "json":
        raise UsageError(
            "--follow and -o json exclude each other",
            why="a document has an end, and following has none",
            hint="leave out one of them",
        )
    place = one(where, invocation.terminal.environ)
    said: list[str] = []

    def hear(event: Event, /) -> None:
        if isinstance(event, LogLine) and output == "json":
            said.append(event.text)
        elif isinstance(event, LogLine):
            invocation.quieten()
            invocation.terminal.put([line(event.text)])
        else:
            invocation.story.tell(event)

    with_ears = session(invocation, trust_host_key=where.trust_host_key, report=hear)
    try:
        workflow(with_ears, place, name, follow=follow, lines=lines)
    except KeyboardInterrupt:
        if not follow:
            raise
        # Following has no other end than this one.
    if output == "json":
        invocation.deliver(Logged(name, tuple(said)), ())
