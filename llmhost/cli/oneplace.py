"""One place: what is wanted there planned, or raised, with a story and a way on."""

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.cli.asking import Wish
    from llmhost.cli.invocation import Invocation
    from llmhost.workflows.place import Place
    from llmhost.workflows.proving import Proof
    from llmhost.workflows.results import Planned, Served


def raised(  # noqa: PLR0913  what, where, how, and what it has to show
    invocation: "Invocation",
    wanted: "Wish",
    place: "Place",
    *,
    yes: bool,
    several: bool = False,
    proof: "Proof | None" = None,
) -> "Served":
    """Brings it up in one place; the story names the host where there are several."""
    from llmhost.cli.wiring import session
    from llmhost.workflows.up import up as workflow

    again = ways_on(invocation, wanted, [place])
    if not several:
        invocation.ways_on = again if yes else ()
    with_story = session(
        invocation,
        trust_host_key=wanted.where.trust_host_key,
        host=place.host if several else "",
        ways_on=again,
    )
    if proof is None:
        return workflow(with_story, place, wanted.order, yes=yes)
    from llmhost.workflows.proving import prove

    proven = partial(prove, proof)
    return workflow(with_story, place, wanted.order, yes=yes, prove=proven)


def foreseen(
    invocation: "Invocation", wanted: "Wish", place: "Place", *, several: bool = False
) -> "Planned":
    """Plans it in one place; the story names the host where there are several."""
    from llmhost.cli.wiring import session
    from llmhost.workflows.up import plan as workflow

    with_story = session(
        invocation,
        trust_host_key=wanted.where.trust_host_key,
        host=place.host if several else "",
    )
    return workflow(with_story, place, wanted.order)


def ways_on(invocation: "Invocation", wanted: "Wish", places: "Sequence[Place]") -> tuple[str, ...]:
    """What to type after an interruption: the same again, or the way back from each place."""
    name = wanted.order.ask.name or wanted.order.ask.provider
    back = (f"llmhost down {name} {place.flags}   # takes it away" for place in places)
    return (f"{invocation.typed}   # goes on where it is", *back)
