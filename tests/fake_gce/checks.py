"""What Compute Engine refuses although the schema allows it: the rules of an insert.

Exact texts of the rules marked (*) are not evidenced; the others were seen in public reports.
"""

import re
from collections.abc import Mapping
from typing import Any

from tests.fake_gce.bodies import find_image, scheduling
from tests.fake_gce.call import Call
from tests.fake_gce.catalogue import MachineType, catalogue
from tests.fake_gce.faults import NoDefaultNetwork
from tests.fake_gce.names import Key, last, link, region_of
from tests.fake_gce.offered import IMAGE_GB
from tests.fake_gce.refusal import Refusal, invalid, invalid_field, not_found
from tests.fake_gce.world import World

_LABEL_KEY = re.compile(r"[a-z][_\-a-z0-9]{0,62}")
_LABEL_VALUE = re.compile(r"[_\-a-z0-9]{0,63}")
_MOST_LABELS = 64

# Seconds a run duration may have: 30 s to 120 days (Google's page on limiting run time, 2026-04);
# Flex-start machines run for seven days at most (Google's page on Flex-start machines, 2026-04).
_SHORTEST_RUN, _LONGEST_RUN, _LONGEST_FLEX = 30, 120 * 86400, 7 * 86400


def check_insert(world: World, call: Call) -> None:
    """Refuses an instance that cannot be.

    Raises:
        Refusal: 400 or 404, the first rule it breaks.
    """
    kind = _machine_type(call)
    _check_scheduling(call, kind)
    check_labels(call.body.get("labels", {}), "resource.labels")
    _check_cards(call, kind)
    _check_disks(world, call, kind)
    _check_networks(world, call)


def check_labels(labels: Mapping[str, str], field: str) -> None:
    """Refuses labels that are none."""
    if len(labels) > _MOST_LABELS:
        raise invalid_field(field, "", f"A resource has at most {_MOST_LABELS} labels.")
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key):
            raise invalid_field(
                f"{field}.key", key, "Label key must match '[a-z][_\\-a-z0-9]{0,62}'."
            )
        if not _LABEL_VALUE.fullmatch(value):
            raise invalid_field(
                f"{field}.value", value, "Label value must match '[_\\-a-z0-9]{0,63}'."
            )


def check_run_limit(wanted: Mapping[str, Any]) -> None:
    """Refuses a run duration that is too short, too long, or leads to nothing."""
    if not ("maxRunDuration" in wanted or "terminationTime" in wanted):
        return
    if "instanceTerminationAction" not in wanted:
        # Seen in July 2026: also machines that are not Spot need it.
        raise invalid("Instance termination action must be specified when max run duration is set.")
    seconds = int(wanted.get("maxRunDuration", {}).get("seconds", _SHORTEST_RUN))
    flexible = wanted.get("provisioningModel") == "FLEX_START"
    longest = _LONGEST_FLEX if flexible else _LONGEST_RUN
    if not _SHORTEST_RUN <= seconds <= longest:
        raise invalid_field(
            "resource.scheduling.maxRunDuration",
            seconds,
            f"Must be between {_SHORTEST_RUN} and {longest} seconds.",  # (*)
        )


def _machine_type(call: Call) -> MachineType:
    kind = catalogue().types.get(call.machine_type)
    if kind is None or call.zone not in kind.zones:
        raise invalid_field(
            "resource.machineType",
            link(call.project, f"zones/{call.zone}/machineTypes/{call.machine_type}"),
            f"Machine type with name '{call.machine_type}' does not exist in zone '{call.zone}'.",
        )
    return kind


def _check_scheduling(call: Call, kind: MachineType) -> None:
    sent = call.body.get("scheduling", {})
    wanted = scheduling(sent)
    model = wanted["provisioningModel"]
    if model not in kind.models:
        raise invalid(
            f"Machine type {kind.name} does not support provisioning model {model}."
        )  # (*)
    if has_cards(call.body, kind) and wanted["onHostMaintenance"] != "TERMINATE":
        raise invalid("Instances with guest accelerators do not support live migration.")
    if model == "SPOT" and wanted["automaticRestart"]:
        raise invalid("Scheduling must have automaticRestart be false when preemptible is true.")
    check_run_limit(sent)
    if "requestValidForDuration" in call.body.get("params", {}) and model != "FLEX_START":
        raise invalid("Request valid for duration is only allowed for FLEX_START.")  # (*)


def has_cards(body: Mapping[str, Any], kind: MachineType) -> bool:
    """Whether an instance has GPUs: its type's own, or attached ones."""
    return bool(kind.gpus or body.get("guestAccelerators"))


def _check_cards(call: Call, kind: MachineType) -> None:
    for index, sent in enumerate(call.body.get("guestAccelerators", ())):
        name = last(sent.get("acceleratorType", ""))
        card = catalogue().cards.get(name)
        where = f"resource.guestAccelerators[{index}].acceleratorType"
        if card is None or call.zone not in card.zones:
            raise not_found(Key(call.project, "acceleratorTypes", call.scope, name))
        if not (card.attachable and kind.attachable):
            raise invalid_field(where, name, f"{kind.name} cannot have it attached.")  # (*)
        if sent.get("acceleratorCount") not in card.counts:
            raise invalid("The number of GPU cards is not supported.")  # (*)


def _check_disks(world: World, call: Call, kind: MachineType) -> None:
    disks = call.body.get("disks", ())
    if sum(bool(disk.get("boot")) for disk in disks) != 1:
        raise invalid("Invalid value for field 'resource.disks': ''. A boot disk is required.")
    for index, disk in enumerate(disks):
        params = disk.get("initializeParams", {})
        where = f"resource.disks[{index}].initializeParams"
        if "source" in disk:
            world.get(Key(call.project, "disks", call.scope, last(disk["source"])))
            continue
        check_labels(params.get("labels", {}), f"{where}.labels")
        form = last(params.get("diskType", "pd-standard"))
        if form not in catalogue().disk_types:
            raise not_found(Key(call.project, "diskTypes", call.scope, form))
        if disk.get("boot") and form not in kind.disks:
            raise invalid(f"[{form}] features are not compatible for creating instance.")
        if disk.get("boot"):
            _check_image(call, params.get("sourceImage", ""), where)
        if int(params.get("diskSizeGb", IMAGE_GB)) < IMAGE_GB:
            size = params["diskSizeGb"]
            raise invalid_field(
                f"{where}.diskSizeGb",
                size,
                f"Requested disk size cannot be smaller than the image size ({IMAGE_GB} GB)",
            )


def _check_image(call: Call, url: str, where: str) -> None:
    if find_image(url, call.project):
        return
    if not url:
        raise invalid_field(f"{where}.sourceImage", url, "A boot disk needs a source image.")  # (*)
    path = url.partition("projects/")[2]
    raise Refusal(404, "notFound", f"The resource 'projects/{path}' was not found")


def _check_networks(world: World, call: Call) -> None:
    interfaces = call.body.get("networkInterfaces", ())
    if not interfaces:
        raise invalid("At least one network interface is required.")
    no_default = world.script.take(NoDefaultNetwork, call)
    for index, sent in enumerate(interfaces):
        where = f"resource.networkInterfaces[{index}]"
        region = f"regions/{region_of(call.zone)}"
        if "subnetwork" in sent:
            name = last(sent["subnetwork"])
            key = Key(call.project, "subnetworks", region, name)
        else:
            name = last(sent.get("network", "")) or "default"
            key = Key(call.project, "networks", "global", name)
        if world.find(key) is None or (no_default and name == "default"):
            field = "subnetwork" if "subnetwork" in sent else "network"
            raise invalid_field(
                f"{where}.{field}",
                f"{key.scope}/{key.collection}/{name}",
                f"The referenced {field} resource cannot be found.",
            )
