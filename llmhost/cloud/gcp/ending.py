"""The end of machines: of one by its name, of many side by side, of what nobody needs any more."""

from collections.abc import Sequence
from functools import partial

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import fate as fates
from llmhost.cloud.gcp import names, sweep
from llmhost.cloud.gcp.clearing import side_by_side
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.reading import zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.trouble import classified
from llmhost.cloud.keeping import Waste
from llmhost.events import MachineGone, Progress, Reporter


def tidy(parts: Parts, name: str, report: Reporter) -> tuple[str, ...]:
    """Deletes everything of one deployment, in any zone; returns what there was.

    It needs the name alone: a half-made machine, one that is gone, one of a computer that was lost.
    """
    report(Progress("machine", text=f"deleting {name}"))
    _await_requests(parts, name)
    gone: list[str] = []
    for instance in parts.named(name):
        parts.clearing.instance(zone_of(instance), instance["name"], instance["id"])
        parts.state.forget_host_key(str(instance.get("id", "")))
        report(MachineGone(name, zone_of(instance)))
        gone.append(f"machine {name} in {zone_of(instance)} with its disks")
    gone += [f"disk {disk}" for disk in parts.clearing.disks(name)]
    parts.journal.clear(name)
    gone += [f"firewall rule {rule}" for rule in parts.disposal.rules()]
    return tuple(gone)


def waste(parts: Parts) -> tuple[Waste, ...]:
    """What of ours is expired, ownerless or left over."""
    return sweep.waste(parts.disposal.inventory(), parts.now())


def unused(parts: Parts) -> tuple[Waste, ...]:
    """Disks that no machine uses."""
    return sweep.unused(parts.compute.disks(names.ALL), parts.now())


def clear(parts: Parts, found: Sequence[Waste], report: Reporter) -> tuple[tuple[Waste, str], ...]:
    """Deletes waste side by side, machines before what they use; returns what is still there."""
    machines = [one for one in found if one.kind == sweep.MACHINE]
    others = [one for one in found if one.kind != sweep.MACHINE]
    kept: list[tuple[Waste, str]] = []
    for part in (machines, others):
        for one, problem in side_by_side(partial(_clear_one, parts, report), part):
            if problem:
                kept.append((one, words(problem)))
    return tuple(kept)


def words(problem: Exception) -> str:
    """What went wrong, in a sentence."""
    if isinstance(problem, RefusedError):
        return classified(problem.refusal).words
    return str(problem)


def fate(parts: Parts, machine: Machine) -> str:
    """Why a machine is no longer there."""
    return fates.fate(parts.compute, machine.place, machine.id)


def _clear_one(parts: Parts, report: Reporter, one: Waste) -> None:
    report(Progress("machine", text=f"deleting {one.kind} {one.name}"))
    parts.disposal.waste(one)


def _await_requests(parts: Parts, name: str) -> None:
    """What this computer asked for last may still be coming, and cannot be seen until then."""
    for entry in parts.journal.entries(name):
        zone, called = entry.offer.place, names.instance_name(name)
        if operation := parts.settling.under_way(zone, called):
            parts.settling.settle(zone, called, operation)
