"""`extend`: a machine lives longer than it was made for."""

from typing import Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Name, Shown, Somewhere
from llmhost.errors import UsageError


def extend(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    name: Name,
    *,
    ttl: Annotated[str, typer.Option(metavar="DURATION", help="how long from now: 90m, 4h, 2d")],
    where: Somewhere,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    shown: Shown,
) -> None:
    """Let a machine live longer.

    The TTL counts from now. The cloud moves the end of a stopped machine only: it is stopped,
    changed and started again, which takes a few minutes. Its GPUs are given back meanwhile and may
    not be had again.

    Examples:
        llmhost extend vllm --ttl 4h
    """
    from llmhost.cli.places import one
    from llmhost.cli.wiring import consent, session
    from llmhost.spec.terms import read_ttl
    from llmhost.ui.order import extended as view
    from llmhost.ui.order import extension
    from llmhost.workflows.extend import extend as workflow
    from llmhost.workflows.extend import extendable

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    seconds = read_ttl(ttl)
    if seconds is None:
        raise UsageError(
            "the end of a machine can be moved, not taken away",
            hint="say a duration; a machine without an end is made with `llmhost up --ttl none`",
        )
    place = one(where, invocation.terminal.environ)
    with_story = session(invocation)
    machine = extendable(with_story, place, name)
    if not yes and not consent(invocation, extension(machine, ttl)):
        raise UsageError("not confirmed: nothing was changed", hint="add --yes to go on unasked")
    invocation.ways_on = (f"{invocation.typed}   # goes on where it is",)
    done = workflow(with_story, place, machine, seconds)
    invocation.deliver(done, view(done))
