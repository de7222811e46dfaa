"""From a request to a machine that lets us in: what is there is completed, else one is hunted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.gcp.making import Hunt
from llmhost.cloud.gcp.messages import nothing_had
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.reading import machine_of, zone_of
from llmhost.cloud.gcp.settling import oldest
from llmhost.cloud.gcp.trouble import Trouble
from llmhost.cloud.offers import eligible, nothing_eligible
from llmhost.errors import CloudError
from llmhost.events import MachineGone, Progress, Reporter

STOPPED = frozenset({"TERMINATED", "STOPPED", "SUSPENDED"})
_LEAVING = frozenset({"STOPPING", "PENDING_STOP", "SUSPENDING", "DEPROVISIONING"})


def complete(parts: Parts, request: MachineRequest, report: Reporter) -> Machine:
    """The machine of a request, running and open to us.

    Raises:
        CloudError: None can be had, or it lets nobody in.
        RefusedError: Compute Engine refuses.
    """
    begun = _begun(parts, request.name, report)
    if begun is not None:
        return parts.arrival.at(begun, report)
    report(Progress("machine", text="asking what can be had"))
    offers = parts.survey.offers(request)
    wanted = eligible(offers)
    if not wanted:
        raise nothing_eligible(request.name, offers)
    made = _hunt(parts, request, report).run(wanted)
    if made.instance is None:
        raise nothing_had(request.name, wanted, made.tried, parts.account)
    return replace(parts.arrival.at(made.instance, report), attempts=made.attempts)


def _hunt(parts: Parts, request: MachineRequest, report: Reporter) -> Hunt:
    return Hunt(
        parts.compute,
        parts.settling,
        parts.clearing,
        parts.journal,
        parts.survey.table.machines,
        parts.survey.ground(request.gpu),
        request,
        report,
        parts.now,
    )


def _begun(parts: Parts, name: str, report: Reporter) -> dict[str, Any] | None:
    """The machine that is there already, brought to run; None where there is none to bring."""
    machines = parts.named(name)
    for leaving in (one for one in machines if one["status"] in _LEAVING):
        report(Progress("machine", text=f"waiting for the end of the old {name}"))
        parts.clearing.instance(zone_of(leaving), leaving["name"], leaving["id"])
    staying = [one for one in machines if one["status"] not in _LEAVING]
    for one in staying:
        report(machine_of(one, parts.state.key).exists)
    there = oldest(staying)
    if there is None:
        return None
    outcome = _running(parts, there, report)
    if not isinstance(outcome, Trouble):
        return outcome
    if there["status"] in STOPPED:
        report(machine_of(there, parts.state.key).exists)
        raise _not_started(name, outcome)
    parts.clearing.zone(zone_of(there), name)
    report(MachineGone(name, zone_of(there)))
    return None


def _running(parts: Parts, there: Mapping[str, Any], report: Reporter) -> dict[str, Any] | Trouble:
    zone, called = zone_of(there), there["name"]
    if there["status"] not in STOPPED:
        return parts.settling.settle(zone, called, parts.settling.under_way(zone, called))
    start = parts.compute.change("start", zone, called)
    report(replace(machine_of(there, parts.state.key).exists, stopped=False))
    return parts.settling.settle(zone, called, start)


def _not_started(name: str, trouble: Trouble) -> CloudError:
    return CloudError(
        f"machine {name} is stopped and cannot be started",
        why=trouble.words,
        hint=f"try again later, or make it anew elsewhere: llmhost down {name} --cloud gcp, then "
        "the same `llmhost up`; stopped, it still costs its disk",
    )
