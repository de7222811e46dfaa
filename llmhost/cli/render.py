"""`render`: the files alone."""

from pathlib import Path
from typing import Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Asked, OutputFlag, Where


def render(
    ctx: typer.Context,
    asked: Asked,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="directory to write into")],
    output: OutputFlag = "text",
) -> None:
    """Write the files up would install, for review.

    Each file lies below DIR under its path on the host. Nothing is contacted.

    Examples:
        llmhost render vllm --gpus 2 --out rendered
    """
    from llmhost.cli.asking import wish
    from llmhost.cli.documents import Rendered
    from llmhost.ui.paint import lines
    from llmhost.workflows.render import render as workflow

    invocation = Invocation.of(ctx, output)
    wanted = wish(invocation.terminal.environ, asked, Where())
    files = tuple(str(path) for path in workflow(wanted.order, out))
    invocation.deliver(Rendered(files), lines(files))
