"""The way up: look, show, machine, steps, a real completion. `plan` is its first half."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial

from llmhost.cloud.base import Machine
from llmhost.cloud.keeping import Keeper
from llmhost.errors import UsageError
from llmhost.planning.plan import Change, Plan
from llmhost.transport.refusals import UnansweredError
from llmhost.workflows.look import Look, look
from llmhost.workflows.machine import patient, planned_machine, refuse_other_gpus, watched, whole
from llmhost.workflows.order import Order
from llmhost.workflows.place import Found, Place, find, reached
from llmhost.workflows.recording import recorded
from llmhost.workflows.request import request
from llmhost.workflows.results import Planned, Served
from llmhost.workflows.runner import considerate, foreseen, refuse_early, take_on, without
from llmhost.workflows.serve import Agree, serve
from llmhost.workflows.session import Phases, Session
from llmhost.workflows.sizing import warn, weighed, weighed_there, with_gpus
from llmhost.workflows.wanted import Wanted

_Prove = Callable[[Session, Found, str], None]


def plan(session: Session, place: Place, order: Order) -> Planned:
    """What `up` would do; nothing is touched.

    Raises:
        LlmhostError: What was asked for cannot be, or the host cannot be looked at.
    """
    want, found, begun = _begin(session, place, order)
    if found is None:
        asked = request(want.deployment, order.ask.terms, want.fitting)
        return planned_machine(place, want, begun, session.drivers(place.cloud), asked)
    with closing(found.transport):
        seen = look(found.transport, want)
        return _planned(session, weighed_there(want, seen, session.environ), found, seen)


def up(
    session: Session,
    place: Place,
    order: Order,
    *,
    yes: bool,
    prove: _Prove | None = None,
) -> Served:
    """Brings a deployment up; returns once a real completion was answered, and it was proven.

    Raises:
        LlmhostError: It did not come up; what is done stays done, and the next `up` goes on.
    """
    phases = Phases(session.report)
    want, found, begun = _begin(session, place, order)

    def brought_up(found: Found) -> Served:
        with closing(found.transport), watched(session, found):
            served = serve(session, phases, want, found, agree)
            if prove:
                prove(session, found, want.deployment.name)
            alone = without(session, found, order.ask, want.deployment.name)
            if begun is not None:
                asked = request(want.deployment, order.ask.terms, want.fitting)
                changed = served.changed > 0
                recorded(session, found, asked, changed=changed, without_runner=alone)
            return take_on(session, phases, found, want.deployment, served)

    refuse_early(session, want.deployment)
    if found is None:
        driver = session.drivers(place.cloud)
        asked = request(want.deployment, order.ask.terms, want.fitting)
        if not yes:
            _confirm(session, planned_machine(place, want, begun, driver, asked))
        warn(session.report, want)
        with phases.phase("machine", "machine"):
            machine = driver.create(asked, session.report)
        found = reached(session, place, machine)
        agree: Agree | None = None
    else:
        asks = None if yes else partial(_agree, session, found)
        agree = considerate(session, found, want.deployment, asks)
    try:
        return brought_up(found)
    except UnansweredError:
        if begun is None or not isinstance(session.drivers(place.cloud), Keeper):
            raise
    # A machine that is there and does not answer: its cloud lets us in from where we are today, or
    # shows what its console says.
    with phases.phase("machine", "machine"):
        asked = request(want.deployment, order.ask.terms)
        machine = session.drivers(place.cloud).create(asked, session.report)
    return brought_up(reached(session, place, machine))


def _begin(
    session: Session, place: Place, order: Order
) -> tuple[Wanted, Found | None, Machine | None]:
    """What is wanted, and its host, to which a connection is being made meanwhile.

    Where there is no host yet there may be a machine: half-made, or stopped.
    """
    if place.kind != "cloud":
        found = find(session, place, "")
        return order.on_host(), found, None
    driver = session.drivers(place.cloud)
    want = order.on_cloud(driver)
    machine = driver.find(want.deployment.name)
    complete = with_gpus(order.ask, want, machine, session.environ)
    if complete != order.ask:
        want = replace(order, ask=complete).on_cloud(driver)
    if machine is None:
        return weighed(want, session.environ), None, None
    refuse_other_gpus(want, place, machine)
    # A cloud that keeps order waits itself, and opens the door first: see `up`.
    way = session if isinstance(driver, Keeper) else patient(session)
    return want, reached(way, place, machine) if whole(machine) else None, machine


def _planned(session: Session, want: Wanted, found: Found, seen: Look) -> Planned:
    machine = Change(f"machine {found.machine.name}", "none") if found.machine else None
    made = Plan(
        want.deployment.name,
        machine,
        (*seen.changes, *foreseen(session, found, want.deployment)),
        usd_per_hour=found.machine.usd_per_hour if found.machine else None,
        simulated=found.simulated,
    )
    return Planned(made, len(made.pending), memory=want.memory, not_judged=want.not_judged)


def _agree(session: Session, found: Found, want: Wanted, seen: Look) -> None:
    _confirm(session, _planned(session, want, found, seen))


def _confirm(session: Session, planned: Planned) -> None:
    if not session.confirm(planned):
        raise UsageError("not confirmed: nothing was changed", hint="add --yes to go on unasked")
