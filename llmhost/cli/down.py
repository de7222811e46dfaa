"""`down`: nothing is left behind."""

from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Shown, Somewhere
from llmhost.errors import ExitStatus, LlmhostError, UsageError

if TYPE_CHECKING:
    from llmhost.cli.documents import Departed
    from llmhost.workflows.place import Place


def down(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="names of deployments",
            show_default=False,
            autocompletion=completion.deployments,
        ),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="all that ls lists")] = False,
    where: Somewhere,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask before --all")] = False,
    shown: Shown,
) -> None:
    """Take deployments away, with everything made for them.

    A machine of a cloud is deleted, and is gone when this returns. On a host of your own the
    deployment goes; what others may use, such as Docker, stays.

    Examples:
        llmhost down vllm
        llmhost down vllm ollama --cloud sandbox
        llmhost down --all --yes
    """
    from llmhost.cli.places import one
    from llmhost.ui.gone import gone as view

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    if bool(names) == everything:
        raise UsageError(
            "name what to take away, or say --all", hint="`llmhost ls` lists what there is"
        )
    place = one(where, invocation.terminal.environ)
    chosen = list(dict.fromkeys(names or ())) or _all(invocation, yes=yes)
    invocation.ways_on = (f"{invocation.typed}   # takes away the rest",)
    departed = _take_away(invocation, place, chosen, trust_host_key=where.trust_host_key)
    invocation.deliver(departed, [part for gone in departed.gone for part in view(gone)])
    raise typer.Exit(ExitStatus.FAILED if departed.failures else ExitStatus.OK)


def _all(invocation: Invocation, *, yes: bool) -> list[str]:
    from llmhost.cli.wiring import consent, session
    from llmhost.ui.listing import listing
    from llmhost.workflows.ls import ls

    found = ls(session(invocation))
    if found.deployments and not yes and not consent(invocation, listing(found)):
        raise UsageError("not confirmed: nothing was taken away", hint="add --yes to go on unasked")
    return [entry.name for entry in found.deployments]


def _take_away(
    invocation: Invocation, place: "Place | None", names: list[str], *, trust_host_key: bool
) -> "Departed":
    from llmhost.cli.documents import Departed
    from llmhost.cli.failure import Failure
    from llmhost.cli.wiring import session
    from llmhost.workflows.down import down as workflow

    gone, failures = [], []
    for name in names:
        try:
            gone.append(workflow(session(invocation, trust_host_key=trust_host_key), place, name))
        except LlmhostError as error:
            if len(names) == 1:
                raise
            invocation.tell(error)
            failures.append(Failure.of(error))
    return Departed(tuple(gone), tuple(failures))
