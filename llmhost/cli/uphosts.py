"""`up` on several hosts: one plan to agree to, then all of them at the same time."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from llmhost.cli.asking import Wish
from llmhost.cli.invocation import Invocation
from llmhost.cli.oneplace import foreseen, raised, ways_on
from llmhost.cli.sidebyside import below_names, everywhere, results, worst
from llmhost.cli.wiring import consent
from llmhost.errors import ExitStatus, UsageError
from llmhost.ui.columns import columns
from llmhost.ui.paint import Span
from llmhost.ui.plan import planned as plan_view
from llmhost.ui.served import served as served_view
from llmhost.workflows.place import Place

if TYPE_CHECKING:
    from llmhost.workflows.proving import Proof


def up_everywhere(
    invocation: Invocation,
    wanted: Wish,
    places: Sequence[Place],
    *,
    yes: bool,
    proof: "Proof | None" = None,
) -> int:
    """Brings it up on every host; returns the exit status."""
    if not yes:
        _agree(invocation, wanted, places)
    invocation.ways_on = ways_on(invocation, wanted, places)
    hosts = everywhere(
        places, partial(raised, invocation, wanted, yes=True, several=True, proof=proof)
    )
    invocation.say(below_names(hosts, served_view))
    rows = [(Span(host.host), Span(host.result.endpoint)) for host in hosts.hosts if host.result]
    invocation.deliver(hosts, columns(rows))
    return worst(hosts)


def _agree(invocation: Invocation, wanted: Wish, places: Sequence[Place]) -> None:
    plans = everywhere(places, partial(foreseen, invocation, wanted, several=True))
    if worst(plans) == ExitStatus.OK and not any(plan.changes for plan in results(plans)):
        return
    if not consent(invocation, below_names(plans, plan_view)):
        raise UsageError("not confirmed: nothing was changed", hint="add --yes to go on unasked")
