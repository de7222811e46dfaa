"""`providers`: what can be brought up."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import OutputFlag
from llmhost.errors import UsageError

if TYPE_CHECKING:
    from llmhost.cli.documents import Provider
    from llmhost.spec.profile import Profile


def providers(
    ctx: typer.Context,
    action: Annotated[
        Literal["list", "show"],
        typer.Argument(metavar="list|show", help="what to do", show_default=False),
    ] = "list",
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVIDER",
            help="the provider to show",
            show_default=False,
            autocompletion=completion.providers,
        ),
    ] = None,
    *,
    output: OutputFlag = "text",
) -> None:
    """List the providers, or show one's profile.

    With show: the profile with its comments, which explain every key.

    Examples:
        llmhost providers
        llmhost providers show vllm
    """
    invocation = Invocation.of(ctx, output)
    if action == "show":
        if name is None:
            raise UsageError("show takes the name of a provider", hint="llmhost providers list")
        _show(invocation, name)
    elif name is not None:
        raise UsageError("list takes no name", hint=f"llmhost providers show {name}")
    else:
        _list(invocation)


def _list(invocation: Invocation) -> None:
    from llmhost.cli.documents import Providers
    from llmhost.spec.catalog import Catalog
    from llmhost.ui.columns import columns
    from llmhost.ui.paint import Span

    catalog = Catalog.default(invocation.terminal.environ)
    found = Providers(tuple(_entry(catalog.profile(name)) for name in catalog.names()))
    rows = [
        (Span(one.name, "strong"), Span(one.gpus or "-"), Span(one.model), Span(one.about, "faint"))
        for one in found.providers
    ]
    header = ("name", "gpus", "model", "about")
    invocation.deliver(found, columns(rows, header=header, width=invocation.terminal.width))


def _show(invocation: Invocation, name: str) -> None:
    from llmhost.spec.catalog import Catalog
    from llmhost.ui.paint import lines

    catalog = Catalog.default(invocation.terminal.environ)
    if invocation.output == "json":
        invocation.deliver(catalog.profile(name).model_dump(mode="json"), ())
    else:
        invocation.deliver(None, lines(catalog.path(name).read_text("utf-8").splitlines()))


def _entry(profile: "Profile") -> "Provider":
    from llmhost.cli.documents import Provider

    gpus, cpu = profile.gpus, any(not variant.gpus for variant in profile.variants)
    return Provider(
        name=profile.name,
        title=profile.title,
        about=profile.about,
        maturity=profile.maturity,
        model=profile.models.gpu if gpus else profile.models.cpu,
        gpus=f"{gpus.count} x {gpus.model}" if gpus else "",
        cpu=cpu,
    )
