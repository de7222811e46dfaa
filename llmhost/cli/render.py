"""`render`: the files alone."""

from pathlib import Path
from typing import Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Asked, OutputFlag, Where


def render(
    ctx: typer.Context,
    asked: Asked,
    where: Where,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="directory to write into")],
    output: OutputFlag = "text",
) -> None:
    """Write the files up would install, for review.

    Each file lies below DIR under its path on the host. Nothing is contacted, wherever it would
    be: what only a host can say is taken as usual, and told.

    Examples:
        llmhost render vllm --gpus 2 --out rendered
        llmhost render vllm --gpus 2 --cloud sandbox --out rendered
    """
    from llmhost.cli.asking import wish
    from llmhost.cli.places import looked
    from llmhost.ui.paint import line, lines
    from llmhost.workflows.render import render as workflow

    invocation = Invocation.of(ctx, output)
    wanted = wish(invocation.terminal.environ, asked, where)
    places = looked(wanted.where, invocation.terminal.environ)
    done = workflow(wanted.order, out, next((one.cloud for one in places if one), ""))
    if done.assumed:
        invocation.say([line(f"no host was asked; assumed: {'; '.join(done.assumed)}")])
    invocation.deliver(done, lines(done.files))
