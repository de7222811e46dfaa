"""The composition root: drivers and transports by name, a story, and a session of them all."""

from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING

from llmhost.cli.invocation import Invocation
from llmhost.errors import UsageError
from llmhost.events import Reporter, ignore
from llmhost.ui.plan import planned as plan_view
from llmhost.ui.story import reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from llmhost.cloud.base import CloudDriver
    from llmhost.transport.base import Address, Transport
    from llmhost.ui.paint import Line
    from llmhost.workflows.results import Planned
    from llmhost.workflows.session import Session


def session(
    invocation: Invocation,
    *,
    trust_host_key: bool = False,
    host: str = "",
    ways_on: tuple[str, ...] = (),
    report: Reporter | None = None,
) -> "Session":
    """A session that tells its story on stderr.

    Args:
        invocation: The run it belongs to.
        trust_host_key: Whether a host that is not known yet is taken at its word.
        host: The host to name in the story, where there are several.
        ways_on: What to type after an interruption, once the user has agreed to the plan.
        report: Who hears the events instead of the story.
    """
    from llmhost.workflows.session import Session

    def reach(address: "Address") -> "Transport":
        under_way = invocation.connections.pop(address, None)
        return under_way or connect(address, trust_new=trust_host_key)

    def same_driver(name: str) -> "CloudDriver":
        if name not in invocation.drivers:
            invocation.drivers[name] = driver(name)
        return invocation.drivers[name]

    return Session(
        report=invocation.machines.noting(report or reporter(invocation.story, host)),
        connect=reach,
        drivers=same_driver,
        confirm=asking(invocation, ways_on),
        environ=invocation.terminal.environ,
    )


def silent_session() -> "Session":
    """A session that says nothing and changes nothing, for shell completion."""
    from llmhost.workflows.session import Session

    return Session(report=ignore, connect=connect, drivers=driver, confirm=lambda _planned: False)


def asking(invocation: Invocation, ways_on: tuple[str, ...] = ()) -> "Callable[[Planned], bool]":
    """Shows the plan and asks; without a terminal it refuses, and says what to do."""

    def confirm(planned: "Planned") -> bool:
        agreed = planned.changes == 0 or consent(invocation, plan_view(planned))
        invocation.ways_on = ways_on if agreed else ()
        return agreed

    return confirm


def consent(invocation: Invocation, plan: "Sequence[Line]") -> bool:
    """Shows what would be done and asks whether to go ahead.

    Raises:
        UsageError: There is nobody to ask.
    """
    invocation.say(plan)
    if invocation.events or not invocation.terminal.interactive:
        raise UsageError(
            "nobody is there to agree to the plan: nothing was changed",
            why="standard input is not a terminal, or --events is given",
            hint=f"{invocation.typed} --yes",
        )
    return invocation.terminal.ask("Go ahead?")


def driver(name: str) -> "CloudDriver":
    """The driver of a cloud, imported when it is used; `CLOUD:PROJECT` where a project is said."""
    from llmhost.cloud.base import DRIVERS

    cloud, _, project = name.partition(":")
    module, _, kind = DRIVERS[cloud].partition(":")
    maker = getattr(import_module(module), kind)
    if project and not signature(maker).parameters:
        raise UsageError(f"{cloud} has no projects", hint="leave out --project")
    made: CloudDriver = maker(project) if project else maker()
    return made


def connect(address: "Address", *, trust_new: bool = False) -> "Transport":
    """A connection to a host over SSH, on its way."""
    from llmhost.transport.ssh import connect as begin

    return begin(address, trust_new=trust_new)
