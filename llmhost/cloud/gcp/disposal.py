"""Deletes what nobody needs, after a last look at whether that is still so.

Between a list of waste and its deletion lie a question to a person and the deletions before it:
long enough for an `extend` to give a machine a new end, or for an `up` to need a firewall rule.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.clearing import Clearing
from llmhost.cloud.gcp.compute import Body, Compute
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.sweep import ADDRESS, DISK, MACHINE, RULE, Inventory, idle_rules, spent
from llmhost.cloud.gcp.trouble import classified
from llmhost.cloud.keeping import Waste
from llmhost.errors import CloudError

# What a rule is made of again; everything else Compute Engine adds (discovery document, 20261106).
_RULE_FIELDS = (
    "name",
    "description",
    "network",
    "direction",
    "sourceRanges",
    "targetTags",
    "allowed",
)


class NeededError(CloudError):
    """It was waste when it was listed, and is not any more."""


@dataclass(frozen=True, slots=True)
class Disposal:
    """Looks once more, and deletes.

    Attributes:
        compute: Compute Engine.
        clearing: Deletes machines and disks.
        now: The time.
    """

    compute: Compute
    clearing: Clearing
    now: Callable[[], datetime]

    def inventory(self) -> Inventory:
        """Everything of ours, in all zones."""
        asked: tuple[Callable[[], Sequence[Body]], ...] = (
            self._machines,
            partial(self.compute.disks, names.ALL),
            partial(self.compute.addresses, names.ALL),
            self.compute.rules,
        )
        with ThreadPoolExecutor(len(asked)) as pool:
            instances, disks, addresses, rules = pool.map(lambda ask: ask(), asked)
        return Inventory(instances, disks, addresses, rules)

    def waste(self, one: Waste) -> None:
        """Deletes one thing that was found to be waste; one that is gone is fine.

        Raises:
            NeededError: It is no waste any more.
        """
        there = self._look(one)
        if there is None or str(there.get("id", "")) != one.id:
            return
        if needed := self._needed(one, there):
            raise NeededError(f"it is no waste any more: {needed}")
        self._delete(one, there)

    def rules(self) -> tuple[str, ...]:
        """Deletes our firewall rules if no machine of ours is left; returns their names."""
        rules = [rule for rule in self.compute.rules() if names.is_our_rule(rule)]
        gone = []
        for one in idle_rules(rules, ()):
            try:
                self.waste(one)
            except NeededError:
                break  # by a machine, and so is every other
            gone.append(one.name)
        return tuple(gone)

    def _look(self, one: Waste) -> Mapping[str, Any] | None:
        if one.kind == MACHINE:
            return self.compute.instance(one.place, one.name)
        if one.kind == DISK:
            return self.compute.disk(one.place, one.name)
        if one.kind == ADDRESS:
            return self.compute.address(one.place, one.name)
        return self.compute.rule(one.name)

    def _needed(self, one: Waste, there: Body) -> str:
        """Why it has to stay; empty where it is waste."""
        if one.kind == RULE:
            if not names.is_our_rule(there):
                return "it is not llmhost's"
            # Asked last, so that as little as possible lies between the answer and the deletion.
            return "a machine needs it" if self._machines() else ""
        if not names.is_ours(there):
            return "it is not llmhost's"
        if one.kind == MACHINE:
            return "" if spent(there, self.now()) else "its time has not ended"
        return "a machine uses it" if there.get("users") else ""

    def _delete(self, one: Waste, there: Body) -> None:
        if one.kind == MACHINE:
            self.clearing.seen(one.place, there)
        elif one.kind == DISK:
            self.clearing.disk(one.place, one.name)
        elif one.kind == ADDRESS:
            self.compute.done(self.compute.delete_address(one.place, one.name))
        else:
            self.compute.done(self.compute.delete("Firewalls", firewall=one.name))
            self._put_back_if_needed(there)

    def _put_back_if_needed(self, rule: Body) -> None:
        """A machine that came meanwhile may have found its door open before it was closed.

        One that comes after this look opens the door itself: it does so when it runs, and finds
        no rule.

        Raises:
            NeededError: There is such a machine; its door is open again.
        """
        if not self._machines():
            return
        body = {field: rule[field] for field in _RULE_FIELDS if field in rule}
        try:
            self.compute.done(self.compute.insert_rule(body))
        except RefusedError as refused:
            # It opened its door itself meanwhile.
            if classified(refused.refusal).kind != "name-taken":
                raise
        raise NeededError("it is no waste any more: a machine came that needs it, so it is back")

    def _machines(self) -> list[dict[str, Any]]:
        listed = self.compute.instances(names.ALL)
        return [one for one in listed if names.is_ours(one)]
