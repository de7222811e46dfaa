"""`down`: nothing is left behind."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Shown, Somewhere
from llmhost.cli.runnerflags import RunnerFlag
from llmhost.errors import ExitStatus, LlmhostError, UsageError
from llmhost.spec.runner import Runner, read_runner

if TYPE_CHECKING:
    from llmhost.cli.documents import Departed
    from llmhost.workflows.place import Place
    from llmhost.workflows.results import Gone

    Chosen: TypeAlias = tuple[Place | None, str]

# Machines are waited for, not worked on: so many at the same time are no load.
_HANDS = 16


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
    runner: RunnerFlag = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    shown: Shown,
) -> None:
    """Take deployments away, with everything made for them.

    A machine of a cloud is deleted, and is gone when this returns. On a host of your own the
    deployment goes; what others may use, such as Docker, stays. --all fails when a cloud could not
    be asked what there is.

    Examples:
        llmhost down vllm
        llmhost down vllm ollama --cloud sandbox
        llmhost down --all --yes
    """
    from llmhost.cli.places import one
    from llmhost.ui.gone import gone as view
    from llmhost.ui.listing import not_asked

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    if names and everything:
        raise UsageError(
            f"--all and {names[0]} exclude each other", hint="leave out the names, or --all"
        )
    if not (names or everything):
        raise UsageError(
            "name what to take away, or say --all", hint="`llmhost ls` lists what there is"
        )
    place = one(where, invocation.terminal.environ)
    unasked: tuple[str, ...] = ()
    if everything:
        chosen, unasked = _all(invocation, place, yes=yes, trust_host_key=where.trust_host_key)
    else:
        chosen = [(place, name) for name in dict.fromkeys(names or ())]
        _ask(invocation, [name for _place, name in chosen], yes=yes)
    invocation.ways_on = (f"{invocation.typed}   # takes away the rest",)
    at = read_runner(runner) if runner else None
    taken = _take_away(invocation, chosen, at, trust_host_key=where.trust_host_key)
    departed = replace(taken, unasked=unasked)
    invocation.deliver(departed, [part for gone in departed.gone for part in view(gone)])
    invocation.say(not_asked(unasked))
    kept = any(gone.kept for gone in departed.gone)
    raise typer.Exit(ExitStatus.FAILED if departed.failures or kept or unasked else ExitStatus.OK)


def _ask(invocation: Invocation, names: list[str], *, yes: bool) -> None:
    """Asks whoever sits there; a script says --yes.

    Raises:
        UsageError: It was not confirmed, or nobody is there to ask.
    """
    if yes:
        return
    if invocation.events or not invocation.terminal.interactive:
        raise UsageError(
            f"nobody is there to agree to taking away {', '.join(names)}: nothing was taken away",
            why="standard input is not a terminal, or --events is given",
            hint=f"{invocation.typed} --yes",
        )
    if not invocation.terminal.ask(f"Take away {', '.join(names)} for good?"):
        raise UsageError("not confirmed: nothing was taken away", hint="add --yes to go on unasked")


def _all(
    invocation: Invocation, place: "Place | None", *, yes: bool, trust_host_key: bool
) -> "tuple[list[Chosen], tuple[str, ...]]":
    """Everything that `ls` lists, in one place if one is said, each with where it is.

    Returns:
        What there is, and the clouds that could not be asked, with the reason.
    """
    from llmhost.cli.wiring import consent, session
    from llmhost.ui.listing import listing
    from llmhost.workflows.ls import ls
    from llmhost.workflows.place import Place

    if place and place.kind != "cloud":
        return _all_on(invocation, place, yes=yes, trust_host_key=trust_host_key), ()
    with_story = session(invocation)
    found = ls(with_story, (place.cloud,)) if place else ls(with_story)
    if found.deployments and not yes and not consent(invocation, listing(found)):
        raise UsageError("not confirmed: nothing was taken away", hint="add --yes to go on unasked")
    places = {entry: place or Place("cloud", entry.cloud) for entry in found.deployments}
    chosen = dict.fromkeys((where, entry.name) for entry, where in places.items())
    return list(chosen), found.unasked


def _all_on(
    invocation: Invocation, place: "Place", *, yes: bool, trust_host_key: bool
) -> "list[Chosen]":
    """Everything that a host of one's own carries."""
    from llmhost.cli.wiring import consent, session
    from llmhost.ui.paint import line
    from llmhost.workflows.recorded import names_on

    names = names_on(session(invocation, trust_host_key=trust_host_key), place)
    there = [line(f"{name} {place.flags}") for name in names]
    if names and not yes and not consent(invocation, there):
        raise UsageError("not confirmed: nothing was taken away", hint="add --yes to go on unasked")
    return [(place, name) for name in names]


def _take_away(
    invocation: Invocation,
    chosen: "list[Chosen]",
    runner: Runner | None,
    *,
    trust_host_key: bool,
) -> "Departed":
    """Takes away several at the same time; one that cannot be does not keep the others."""
    from concurrent.futures import ThreadPoolExecutor

    from llmhost.cli.documents import Departed
    from llmhost.cli.failure import Failure
    from llmhost.cli.wiring import session
    from llmhost.workflows.down import down as workflow

    def take(one: "Chosen") -> "Gone | LlmhostError":
        place, name = one
        label = name if len(chosen) > 1 else ""
        with_story = session(invocation, trust_host_key=trust_host_key, host=label)
        try:
            return workflow(with_story, place, name, runner)
        except LlmhostError as error:
            if len(chosen) == 1:
                raise
            return error

    if len(chosen) == 1:
        ended = [take(chosen[0])]
    else:
        with ThreadPoolExecutor(_hands(chosen)) as pool:
            ended = list(pool.map(take, chosen))
    failures = [one for one in ended if isinstance(one, LlmhostError)]
    for error in failures:
        invocation.tell(error)
    gone = tuple(one for one in ended if not isinstance(one, LlmhostError))
    return Departed(gone, tuple(map(Failure.of, failures)))


def _hands(chosen: "list[Chosen]") -> int:
    """How many at a time: on a host of one's own there is room for one piece of work."""
    return _HANDS if all(place is None or place.kind == "cloud" for place, _ in chosen) else 1
