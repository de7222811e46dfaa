"""`smoke`: real questions to a deployment, or to any API."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Shown, Somewhere
from llmhost.cli.target import NameOrUrl, TargetFlags
from llmhost.errors import ExitStatus

if TYPE_CHECKING:
    from llmhost.workflows.proof import Smoked

_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeFlags:
    """What is asked, and where the results are written besides."""

    checks: Annotated[
        list[Path] | None,
        typer.Option("--checks", metavar="FILE", help="checks of your own besides; repeatable"),
    ] = None
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="with --url: whose capabilities to expect",
            autocompletion=completion.providers,
        ),
    ] = None
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="the results as JUnit XML")
    ] = None
    summary: Annotated[
        Path | None,
        typer.Option(
            "--summary",
            metavar="FILE",
            help=f"add the results as Markdown [default: ${_SUMMARY}, where that is set]",
        ),
    ] = None


def smoke(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    name: NameOrUrl = None,
    *,
    where: Somewhere,
    target: TargetFlags,
    flags: SmokeFlags,
    shown: Shown,
) -> None:
    """Ask a deployment real questions.

    Looks at the provider and the GPUs, then asks what clients ask: models, completion, chat,
    streaming, JSON schema, tools, embeddings, and what must be refused. The exit status is 1 when
    a check fails, and 5 when the API could not be asked. Checks are files; see the guide for your
    own.

    Examples:
        llmhost smoke vllm --cloud sandbox
        llmhost smoke vllm --checks regressions.yaml --junit smoke.xml
        llmhost smoke --url http://127.0.0.1:8000/v1 -o json
    """
    from llmhost.ui.smoke import smoked as view

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    done = _smoked(invocation, target.of(name), where, target, flags)
    invocation.deliver(done, view(done, width=invocation.terminal.width))
    written(invocation, done, flags)
    unpassed = ExitStatus.UNASKED if done.health == "unknown" else ExitStatus.FAILED
    raise typer.Exit(ExitStatus.OK if done.passed else unpassed)


def _smoked(
    invocation: Invocation, name: str, where: Somewhere, target: TargetFlags, flags: SmokeFlags
) -> "Smoked":
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.workflows import smoke as workflow

    with_story = session(invocation, trust_host_key=where.trust_host_key)
    files = tuple(flags.checks or ())
    if target.url:
        model, provider = target.model or "", flags.provider or ""
        return workflow.smoke_url(with_story, target.url, model, provider, files)
    return workflow.smoke(with_story, one(where, invocation.terminal.environ), name, files)


def written(invocation: Invocation, done: "Smoked", flags: SmokeFlags) -> None:
    """Writes the results where they are wanted besides."""
    from llmhost.cli.target import write

    if flags.junit:
        from llmhost.ui.junit import junit

        write(flags.junit, junit(done))
    summary = flags.summary or invocation.terminal.environ.get(_SUMMARY)
    if summary:
        from llmhost.ui.summary import smoked as markdown

        write(Path(summary), markdown(done), add=True)
