"""`capacity`: how many GPUs a load needs."""

from typing import Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import OutputFlag


def capacity(  # noqa: PLR0913  one parameter per flag
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="the model, as after up --model", show_default=False),
    ] = None,
    *,
    rpm: Annotated[float, typer.Option(metavar="N", help="requests per minute on average")],
    peak: Annotated[
        float | None,
        typer.Option(metavar="N", help="requests per minute at the busiest [default: --rpm]"),
    ] = None,
    seconds: Annotated[float, typer.Option(metavar="S", help="seconds that one request takes")],
    tokens: Annotated[
        int, typer.Option(metavar="N", help="tokens of one request, prompt and answer together")
    ] = 2048,
    headroom: Annotated[
        float, typer.Option(metavar="SHARE", help="what is added for bursts and failing machines")
    ] = 0.5,
    gpu: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE", help="GPU model [default: the cheapest]", autocompletion=completion.gpus
        ),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER",
            help="what serves it [default: the one its name belongs to]",
            autocompletion=completion.providers,
        ),
    ] = None,
    kv_gb: Annotated[
        float | None,
        typer.Option(
            "--kv-gb", metavar="GB", help="size of the KV cache of one request, without a model"
        ),
    ] = None,
    api_price: Annotated[
        float | None,
        typer.Option(
            "--api-price", metavar="USD", help="a price per million tokens to compare with"
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="asks nobody: well-known models only")
    ] = False,
    output: OutputFlag = "text",
) -> None:
    """Say how many GPUs a load needs, and at what cost.

    Counts the requests under way at the busiest, and the KV cache they take. That a request still
    takes that many seconds among so many others is for a measurement to show.

    Examples:
        llmhost capacity Qwen/Qwen3-32B-AWQ --rpm 100 --peak 500 --seconds 5
        llmhost capacity --rpm 100 --peak 500 --seconds 5 --kv-gb 2 --gpu a100-80gb
    """
    from llmhost.fit.capacity import Load
    from llmhost.ui.capacity import needed
    from llmhost.workflows import capacity as workflow

    invocation = Invocation.of(ctx, output)
    load = Load(rpm, rpm if peak is None else peak, seconds, tokens, headroom)
    wish = workflow.Wish(
        load=load,
        model=model,
        provider=provider,
        gpu=gpu,
        cache_gb=kv_gb,
        api_usd_per_million=api_price,
        offline=offline,
    )
    found = workflow.capacity(wish, invocation.terminal.environ)
    invocation.deliver(found, needed(found, load, api_price))
