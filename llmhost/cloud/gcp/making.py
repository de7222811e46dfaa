"""The hunt: offers in their order, until one of them is a running machine.

Before a request is sent it is in the journal; before another zone is tried, the one that was given
up is swept; at the end, of two machines that two commands made at once, the older one stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.clearing import Clearing
from llmhost.cloud.gcp.compute import Compute, Operation, new_id
from llmhost.cloud.gcp.hunt import FATAL, Tried, following
from llmhost.cloud.gcp.insert import Ground, Insert, body
from llmhost.cloud.gcp.journal import Entry, Journal
from llmhost.cloud.gcp.reading import zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.settling import Settling, oldest
from llmhost.cloud.gcp.trouble import Trouble, classified, seen
from llmhost.cloud.offers import Attempt, Offer
from llmhost.events import MachineExists, MachineGone, Progress, Reporter, StepFinished
from llmhost.spec.machines import MachineType

Instance = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """How a hunt ended: a machine, or None and the reasons."""

    instance: Instance | None
    tried: tuple[Tried, ...]
    attempts: tuple[Attempt, ...]


@dataclass(slots=True)
class Hunt:
    """One hunt for one machine.

    Attributes:
        compute: Compute Engine.
        settling: Waits for what was begun.
        clearing: Sweeps zones that are given up.
        journal: Keeps requests before they are sent.
        kinds: The machine types there are.
        ground: What the machine will stand on.
        request: What is asked for.
        report: Hears of every attempt.
        now: The time.
    """

    compute: Compute
    settling: Settling
    clearing: Clearing
    journal: Journal
    kinds: Mapping[str, MachineType]
    ground: Ground
    request: MachineRequest
    report: Reporter
    now: Callable[[], datetime]
    _tried: list[Tried] = field(default_factory=list)
    _attempts: list[Attempt] = field(default_factory=list)

    def run(self, offers: Sequence[Offer]) -> Made:
        """Tries offers until one is a running machine, or none is left worth trying."""
        found = self._resumed(offers)
        winner = self._agreed(found) if found else None
        while winner is None and (offer := following(offers, self._tried)):
            found = self._try(self._entry(offer))
            winner = self._agreed(found) if found else None
        return Made(winner, tuple(self._tried), tuple(self._attempts))

    def _resumed(self, offers: Sequence[Offer]) -> Instance | None:
        """Goes on with requests that commands before this one died over."""
        titles = {offer.title for offer in offers}
        for entry in self.journal.entries(self.request.name):
            if not self.journal.abandoned(entry):
                continue  # its command lives; should both make a machine, the older one stays
            if entry.fresh(self.now()) and entry.offer.title in titles:
                if found := self._try(entry, again=True):
                    return found
            else:
                self._left(entry)
        return None

    def _entry(self, offer: Offer) -> Entry:
        identity, now = new_id(), self.now()
        made = body(
            Insert(
                self.request,
                offer,
                self.kinds[offer.machine_type],
                self.ground,
                now,
                token=identity.partition("-")[0],
            )
        )
        return Entry(offer, identity, made, now.timestamp(), self.journal.process)

    def _try(self, entry: Entry, *, again: bool = False) -> Instance | None:
        """One offer: a running machine, or None with everything of it swept."""
        offer, name = entry.offer, entry.body["name"]
        self.journal.keep(self.request.name, entry)
        self.report(Progress("machine", text=f"asking for {offer.title}"))
        self.report(
            MachineExists(
                self.request.name,
                offer.machine_type,
                offer.place,
                offer.usd_per_hour,
                names.readable_expiry(entry.body),
            )
        )
        try:
            operation = self.compute.insert(offer.place, entry.body, entry.request_id)
            outcome = self.settling.settle(offer.place, name, operation)
        except RefusedError as refused:
            outcome = classified(refused.refusal)
        if isinstance(outcome, Trouble) and outcome.kind == "name-taken":
            outcome = self._adopted(offer.place, name)
        if isinstance(outcome, Trouble):
            if not (again and outcome.kind == "vanished"):
                self._note(offer, outcome)
            self._left(entry, outcome)
            return None
        self.journal.drop(self.request.name, entry)
        self._attempts.append(Attempt(offer, "made", "the machine runs"))
        self.report(self._attempts[-1].tried)
        self.report(StepFinished(offer.title, "changed", "the machine runs"))
        return outcome

    def _adopted(self, zone: str, name: str) -> Instance | Trouble:
        """A machine of that name that somebody else is making or has made: taken if it is ours."""
        operation: Operation | None = self.settling.under_way(zone, name)
        there = self.compute.instance(zone, name)
        if there is None and operation is None:
            return seen("vanished", "the machine that had this name is gone")
        if there is not None and not names.is_ours(there, self.request.name):
            return seen("name-taken", f"a machine {name} is there that is not llmhost's")
        outcome = self.settling.settle(zone, name, operation)
        if isinstance(outcome, Trouble) or names.is_ours(outcome, self.request.name):
            return outcome
        return seen("name-taken", f"a machine {name} is there that is not llmhost's")

    def _note(self, offer: Offer, trouble: Trouble) -> None:
        self._tried.append(Tried(offer, trouble))
        self._attempts.append(self._tried[-1].attempt)
        self.report(self._attempts[-1].tried)
        detail = f"{trouble.kind}: {trouble.words}"
        self.report(StepFinished(offer.title, "skipped", detail))

    def _left(self, entry: Entry, trouble: Trouble | None = None) -> None:
        """Sweeps a zone before another is tried; only then is its request forgotten.

        Raises:
            RefusedError: It cannot be swept. The request stays in the journal.
        """
        try:
            self._sweep(entry.offer.place, trouble)
        except RefusedError:
            # Where Compute Engine refuses everything, the first refusal is the one to tell.
            if trouble is None or trouble.kind not in FATAL:
                raise
            return
        self.journal.drop(self.request.name, entry)
        self.report(MachineGone(self.request.name, entry.offer.place))

    def _sweep(self, zone: str, trouble: Trouble | None) -> None:
        if trouble is not None and trouble.kind == "name-taken":
            return  # what is there is not ours
        if trouble is None or trouble.kind == "unavailable":
            # Nobody knows whether the request arrived: what it may have begun is waited for.
            name = names.instance_name(self.request.name)
            if operation := self.settling.under_way(zone, name):
                self.settling.settle(zone, name, operation)
        self.clearing.zone(zone, self.request.name)

    def _agreed(self, mine: Instance) -> Instance | None:
        """Of all machines of this deployment the oldest; a younger one of ours is taken away.

        Whoever made another has listed after making it, too, so at least one of both sees both, and
        both come to the same answer.
        """
        there = [
            instance
            for instance in self.compute.instances(names.named(self.request.name))
            if names.is_ours(instance, self.request.name) and instance.get("status") != "STOPPING"
        ]
        winner = oldest([mine, *(one for one in there if one.get("id") != mine.get("id"))])
        if winner is None or winner.get("id") == mine.get("id"):
            return mine
        self.clearing.instance(zone_of(mine), mine["name"], mine["id"])
        self.report(MachineGone(self.request.name, zone_of(mine)))
        zone, name = zone_of(winner), winner["name"]
        outcome = self.settling.settle(zone, name, self.settling.under_way(zone, name))
        return None if isinstance(outcome, Trouble) else outcome
