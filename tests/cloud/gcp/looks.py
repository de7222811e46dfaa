"""What is left of a deployment in the cloud, and what is told of it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.reading import expires
from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.drawn import NAME
from tests.cloud.gcp.typed import Command, Ended
from tests.fake_gce.verbs import Verbs


class Together(Protocol):
    """Runs commands at the same time."""

    def __call__(self, bench: Bench, /, *commands: Command) -> Sequence[Ended]: ...


def needed(bench: Bench) -> set[str]:
    """Machines of ours with hours to live, their disks, and the rules that let us in."""
    gce, soon = bench.gce, bench.now() + timedelta(hours=2)
    living = [
        one
        for one in ours(gce.instances())
        if one["status"] in {"RUNNING", "TERMINATED"}
        and datetime.fromisoformat(expires(one)) > soon
    ]
    disks = [disk for disk in gce.disks() if set(disk.get("users", ())) & _links(living)]
    rules = [rule for rule in gce.firewalls() if living and names.is_our_rule(rule)]
    return {_title(thing) for thing in (*living, *disks, *rules)}


def ours(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [thing for thing in things if names.is_ours(thing)]


def there(gce: Verbs) -> list[str]:
    """The places of the machines that are ours."""
    return sorted(thing["zone"].rpartition("/")[2] for thing in ours(gce.instances()))


def told(bench: Bench, together: Together) -> list[str]:
    """The places of the machines that `ls` tells of."""
    listing = json.loads(only(together(bench, Command(("ls", "-o", "json")))).stdout)
    assert not listing["unasked"]
    for entry in listing["deployments"]:
        assert entry["expires"] or entry["swept_after"]
    return sorted(entry["place"] for entry in listing["deployments"])


def left_over(bench: Bench, together: Together) -> set[str]:
    """The disks without a machine that `ls` tells of."""
    listing = json.loads(only(together(bench, Command(("ls", "-o", "json")))).stdout)
    return {waste["id"] for waste in listing["unused"] if waste["kind"] == "disk"}


def unused(gce: Verbs) -> set[str]:
    """The disks of ours that no machine uses."""
    return {disk["id"] for disk in ours(gce.disks()) if not disk.get("users")}


def ends_by_itself(gce: Verbs) -> bool:
    """Whether every machine of ours takes its disks with it, at an end nobody has to mind.

    And whether `down` and `gc` find everything else by its labels or, of rules, by its name.
    """
    machines = _links(ours(gce.instances()))
    assert not ours(gce.addresses()), "none is ever reserved"
    assert len([rule for rule in gce.firewalls() if names.is_our_rule(rule)]) <= 1
    assert all(names.is_ours(disk, NAME) for disk in ours(gce.disks()))
    assert all(set(disk.get("users", ())) <= machines for disk in ours(gce.disks()))
    return all(
        instance["scheduling"].get("instanceTerminationAction") == "DELETE"
        and int(instance["scheduling"]["maxRunDuration"]["seconds"]) <= 8 * 3600
        and all(disk["autoDelete"] for disk in instance["disks"])
        for instance in ours(gce.instances())
    )


def everything(gce: Verbs) -> set[str]:
    """The identifier of everything that can be seen."""
    things = (gce.instances(), gce.disks(), gce.firewalls(), gce.addresses())
    return {_title(thing) for several in things for thing in several}


def _title(thing: dict[str, Any]) -> str:
    return f"{thing['kind']} {thing['id']}"


def _links(things: list[dict[str, Any]]) -> set[str]:
    return {thing["selfLink"] for thing in things}


def only(ended: Sequence[Ended]) -> Ended:
    """How the one command ended."""
    (one,) = ended
    return one
