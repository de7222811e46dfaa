"""`status`: how a deployment is at this moment."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Name, Shown, Somewhere
from llmhost.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.workflows.place import Place
    from llmhost.workflows.results import Status


def status(
    ctx: typer.Context,
    name: Name,
    where: Somewhere,
    shown: Shown,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="exit with status 3 when something is not as it should be"),
    ] = False,
) -> None:
    """Look at a deployment now.

    Says whether it serves, by what was observed, and what is not as up left it. The exit
    status is 1 unless it serves. --host can be repeated.

    Examples:
        llmhost status vllm
        llmhost status vllm --cloud sandbox --check
    """
    from llmhost.cli.places import looked
    from llmhost.cli.sidebyside import each
    from llmhost.cli.wiring import session
    from llmhost.ui.status import status as view
    from llmhost.workflows.status import status as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    places = looked(where, invocation.terminal.environ)

    def look(place: "Place | None") -> "Status":
        host = place.host if place and len(places) > 1 else ""
        seen = session(invocation, trust_host_key=where.trust_host_key, host=host)
        return workflow(seen, place, name)

    found, exit_status = each(
        invocation, places, look, partial(view, width=invocation.terminal.width)
    )
    raise typer.Exit(exit_status or verdict(found, check=check))


def verdict(found: "Sequence[Status]", *, check: bool) -> ExitStatus:
    """The exit status for what was seen: nothing is a success that was not observed."""
    if any(one.health != "serving" for one in found):
        return ExitStatus.FAILED
    if check and any(one.drift for one in found):
        return ExitStatus.CHANGES_PENDING
    return ExitStatus.OK
