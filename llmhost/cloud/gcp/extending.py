"""A longer life for a machine.

Compute Engine changes `maxRunDuration` of a stopped machine only ("Max run duration cannot be
changed while the instance is running", seen in July 2026; setScheduling in the discovery document,
revision 20261106), and begins to count anew when it starts: so it is stopped, changed and started.
"""

from datetime import timedelta
from typing import Any

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.completing import STOPPED
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.reading import zone_of
from llmhost.cloud.gcp.settling import oldest
from llmhost.cloud.gcp.trouble import Trouble
from llmhost.errors import CloudError
from llmhost.events import Notice, Progress, Reporter


def extend(parts: Parts, name: str, seconds: int, report: Reporter) -> Machine:
    """Lets a machine live for so long from now.

    Raises:
        CloudError: There is none, or it does not start again; what exists is said.
        RefusedError: Compute Engine refuses.
    """
    there = oldest(parts.named(name))
    if there is None:
        raise CloudError(f"there is no machine {name} on GCP", hint="`llmhost ls` lists all")
    zone, called, compute = zone_of(there), there["name"], parts.compute
    # The label first: were this to end here, `gc` would not take the machine for expired.
    _relabel(parts, there, seconds)
    if there["status"] not in STOPPED:
        report(Progress("machine", text=f"stopping {name}"))
        compute.done(compute.change("stop", zone, called))
    limit = {"maxRunDuration": {"seconds": str(seconds)}, "instanceTerminationAction": "DELETE"}
    wanted = {**there.get("scheduling", {}), **limit}
    compute.done(compute.change("set_scheduling", zone, called, schedulingResource=wanted))
    report(Progress("machine", text=f"starting {name}"))
    outcome = parts.settling.settle(zone, called, compute.change("start", zone, called))
    if isinstance(outcome, Trouble):
        raise CloudError(
            f"machine {name} is stopped and does not start again",
            why=outcome.words,
            hint=f"`llmhost up` tries again, `llmhost down {name} --cloud gcp` ends it; stopped, "
            "it costs its disk until one of you or `llmhost gc` ends it",
        )
    report(Notice(f"{name} was stopped and started again: its provider loads the model anew"))
    return parts.arrival.at(outcome, report)


def _relabel(parts: Parts, there: dict[str, Any], seconds: int) -> None:
    label = names.stamp(parts.now() + timedelta(seconds=seconds))
    body = {
        "labels": {**there.get("labels", {}), names.EXPIRES: label},
        "labelFingerprint": there.get("labelFingerprint", ""),
    }
    changed = parts.compute.change(
        "set_labels",
        zone_of(there),
        there["name"],
        instancesSetLabelsRequestResource=body,
    )
    parts.compute.done(changed)
