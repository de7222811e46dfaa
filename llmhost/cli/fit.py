"""`fit`: whether a model fits, before anything is bought."""

from typing import Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import OutputFlag
from llmhost.errors import ExitStatus, UsageError


def fit(  # noqa: PLR0913  one parameter per flag
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL",
            help="the model, as after up --model",
            show_default=False,
        ),
    ] = None,
    *,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER",
            help="what serves it [default: the one its name belongs to]",
            autocompletion=completion.providers,
        ),
    ] = None,
    gpu: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="GPU model; without it the cheapest machines are looked for",
            autocompletion=completion.gpus,
        ),
    ] = None,
    gpus: Annotated[
        int | None,
        typer.Option(metavar="N", help="number of GPUs [default: the fewest that hold it]"),
    ] = None,
    machines: Annotated[
        int, typer.Option(metavar="N", help="machines to deal the layers out to; arithmetic alone")
    ] = 1,
    context: Annotated[
        int | None, typer.Option(metavar="TOKENS", help="longest context in tokens")
    ] = None,
    concurrency: Annotated[
        int, typer.Option(metavar="N", help="requests of that length at a time")
    ] = 1,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="a setting of the provider; repeatable"),
    ] = None,
    table: Annotated[
        bool, typer.Option("--table", help="what models of each size take, in general")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="asks nobody: well-known models only")
    ] = False,
    output: OutputFlag = "text",
) -> None:
    """Say whether a model fits on GPUs, before anything is bought.

    Its weights are read off the headers of its files; nothing is downloaded. Ends with status 1
    when it does not fit. Judges `--provider sglang` and `tensorrt-llm` too, which `up` does not
    have.

    Examples:
        llmhost fit Qwen/Qwen3-32B
        llmhost fit Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2 --concurrency 4
        llmhost fit --table
    """
    from llmhost.cli.asking import settings_from
    from llmhost.ui.fit import answer, tiers
    from llmhost.workflows import fit as workflow

    invocation = Invocation.of(ctx, output)
    environ = invocation.terminal.environ
    if table:
        found = workflow.tier_table(environ)
        return invocation.deliver(found, tiers(found, invocation.terminal.width))
    if model is None:
        raise UsageError("no model is named", hint="llmhost fit Qwen/Qwen3-32B, or --table")
    question = workflow.Question(
        model=model,
        provider=provider,
        gpu=gpu,
        gpus=gpus,
        machines=machines,
        context=context,
        requests=concurrency,
        settings=settings_from(settings or ()),
        offline=offline,
    )
    said = workflow.fit(question, environ)
    invocation.deliver(said, answer(said, invocation.terminal.width))
    if not said.fits:
        raise typer.Exit(ExitStatus.FAILED)
    return None
