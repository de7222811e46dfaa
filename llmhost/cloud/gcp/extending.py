"""A longer life for a machine.

Compute Engine changes `maxRunDuration` of a stopped machine only ("Max run duration cannot be
changed while the instance is running", seen in July 2026; setScheduling in the discovery document,
revision 20261106), and begins to count anew when it starts: so it is stopped, changed and started.
Whatever is refused on that way, it is started again, and the last word is what it came to.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import names, rewriting
from llmhost.cloud.gcp.completing import STOPPED
from llmhost.cloud.gcp.market import LONGEST_FLEX_SECONDS
from llmhost.cloud.gcp.messages import remedy as remedy_of
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.reading import machine_of, zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.settling import oldest
from llmhost.cloud.gcp.trouble import Trouble, classified
from llmhost.errors import CloudError, UsageError
from llmhost.events import MachineGone, Notice, Progress, Reporter

Instance = dict[str, Any]


def extend(parts: Parts, name: str, seconds: int, report: Reporter) -> Machine:
    """Lets a machine live for so long from now.

    Raises:
        CloudError: There is none, its end cannot be moved, or it does not start again; what exists
            is said.
        UsageError: Its kind does not live so long.
        RefusedError: Compute Engine refuses, and nothing was done to the machine.
    """
    there = oldest(parts.named(name))
    if there is None:
        raise CloudError(f"there is no machine {name} on GCP", hint="`llmhost ls` lists all")
    _refuse_too_long(there, seconds)
    report(machine_of(there, parts.state.key).exists)
    # The label first: were this to end here, `gc` would not take the machine for expired.
    label = names.stamp(parts.now() + timedelta(seconds=seconds))
    rewriting.label(parts.compute, there, {names.EXPIRES: label})
    refused = _moved(parts, there, seconds, report)
    outcome = _started(parts, there, report)
    if isinstance(outcome, Trouble):
        raise _left_stopped(parts, there, refused or outcome, outcome)
    if refused is not None:
        raise _not_moved(machine_of(outcome, parts.state.key), refused)
    report(Notice(f"{name} was stopped and started again: its provider loads the model anew"))
    return parts.arrival.at(outcome, report)


def _refuse_too_long(there: Instance, seconds: int) -> None:
    model = there.get("scheduling", {}).get("provisioningModel")
    if model == "FLEX_START" and seconds > LONGEST_FLEX_SECONDS:
        raise UsageError(
            "flex-start machines run for 7 days at most",
            why="that is Google's limit; nothing was changed",
            hint="say a shorter --ttl",
        )


def _moved(parts: Parts, there: Instance, seconds: int, report: Reporter) -> Trouble | None:
    """Stops the machine and moves its end; returns what was refused."""
    zone, called, compute = zone_of(there), there["name"], parts.compute
    limit = {"maxRunDuration": {"seconds": str(seconds)}, "instanceTerminationAction": "DELETE"}
    wanted = {**there.get("scheduling", {}), **limit}
    known = machine_of(there, parts.state.key)
    try:
        if there["status"] not in STOPPED:
            report(Progress("machine", text=f"stopping {known.name}"))
            stopping = compute.change("stop", zone, called)
            report(replace(known.exists, stopped=True))
            compute.done(stopping)
        compute.done(compute.change("set_scheduling", zone, called, schedulingResource=wanted))
    except RefusedError as refused:
        return classified(refused.refusal)
    return None


def _started(parts: Parts, there: Instance, report: Reporter) -> Instance | Trouble:
    """The machine, running again; or why it is not, with what there is of it told.

    Raises:
        CloudError: It is gone.
    """
    zone, called, compute = zone_of(there), there["name"], parts.compute
    known = machine_of(there, parts.state.key)
    report(Progress("machine", text=f"starting {known.name}"))
    try:
        now = compute.instance(zone, called)
        if now is None or now["id"] != there["id"]:
            report(MachineGone(known.name, known.place))
            raise CloudError(
                f"machine {known.name} is gone",
                why="somebody deleted it while its end was moved",
                hint="`llmhost up` makes another one",
            )
        stopped = now["status"] in STOPPED
        operation = compute.change("start", zone, called) if stopped else None
        report(replace(known.exists, stopped=False))
        outcome = parts.settling.settle(zone, called, operation)
    except RefusedError as refused:
        outcome = classified(refused.refusal)
    if isinstance(outcome, Trouble):
        report(replace(known.exists, stopped=True))
    return outcome


def _not_moved(machine: Machine, refused: Trouble) -> CloudError:
    usd = machine.usd_per_hour
    cost = f", at ${usd:.2f} per hour" if usd is not None else ""
    until = f" until {machine.expires}" if machine.expires else " until somebody ends it"
    return CloudError(
        f"the end of {machine.name} could not be moved",
        why=refused.words,
        hint=f"it was stopped for that and runs again{cost}{until}; its provider loads the model "
        "anew",
    )


def _left_stopped(parts: Parts, there: Instance, first: Trouble, last: Trouble) -> CloudError:
    name = machine_of(there, parts.state.key).name
    words = (first.words, last.words)
    remedy = f"{known}\n" if (known := remedy_of(last, parts.account)) else ""
    return CloudError(
        f"machine {name} is stopped and does not start again",
        why="\n".join(dict.fromkeys(words)),
        hint=f"{remedy}`llmhost up` tries again, `llmhost down "
        f"{name} --cloud gcp` ends it; stopped, it costs its disk until one of you or "
        "`llmhost gc` ends it",
    )
