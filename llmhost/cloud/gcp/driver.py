"""The driver for Google Compute Engine: a machine, and nothing left of it."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.gcp import completing, ending, examining, extending, names, recording
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.parts import Parts, log_in
from llmhost.cloud.gcp.reading import machine_of
from llmhost.cloud.gcp.settling import oldest
from llmhost.cloud.gcp.tunnel import relay_endpoint
from llmhost.cloud.keeping import Finding, Waste
from llmhost.cloud.offers import Offer
from llmhost.events import Reporter
from llmhost.spec.sources import Sources
from llmhost.transport.base import Address


class GcpDriver:
    """Machines in a project of Google Cloud; see `CloudDriver`, `Keeper`, `Recorder`.

    Args:
        project: The project; empty takes what environment and credentials name.
        environ: Where settings come from.
        login: Logs in once.
        patience: How long Google is waited for; None for as long as suits the endpoint.
        now: The time.
    """

    name = "gcp"

    def __init__(
        self,
        project: str = "",
        environ: Mapping[str, str] = os.environ,
        login: Callable[[Address], None] = log_in,
        patience: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._parts = Parts(project, environ, login, patience, now)

    def home(self) -> str:
        """The cloud and its project: names are unique within one alone."""
        return f"{self.name}/{self._parts.account.project}"

    def sources(self, _request: MachineRequest, /) -> Sources:
        """Machines on GCP take everything from where it is published."""
        return Sources()

    def offers(self, request: MachineRequest, /) -> tuple[Offer, ...]:
        """Machine types x zones x ways to buy, in order of price."""
        self._look_for_relay(request)
        with self._parts.told():
            return self._parts.survey.offers(request)

    def find(self, name: str, /) -> Machine | None:
        """The machine of that deployment, in whichever zone; of several the oldest."""
        parts = self._parts
        with parts.told():
            there = oldest([one for one in parts.named(name) if one["status"] != "STOPPING"])
            if there is None:
                return None
            running = there.get("status") == "RUNNING"
            host_key = parts.arrival.known_host_key(there) if running else ""
            return machine_of(there, parts.state.key, host_key)

    def machines(self) -> Sequence[Machine]:
        """Every machine of ours in the project; addresses are left to `find`."""
        with self._parts.told():
            there = self._parts.compute.instances(names.ALL)
            return tuple(
                machine_of(one, self._parts.state.key) for one in there if names.is_ours(one)
            )

    def create(self, request: MachineRequest, report: Reporter, /) -> Machine:
        """The cheapest machine that can be had, running and open to us."""
        self._look_for_relay(request)
        with self._parts.told():
            return completing.complete(self._parts, request, report)

    def record(self, machine: Machine, request: MachineRequest, /) -> None:
        """Keeps what a machine carries now, in place of what it carried."""
        with self._parts.told():
            recording.record(self._parts, machine, request)

    def delete(self, machine: Machine, report: Reporter, /) -> None:
        """Deletes everything of the machine's deployment."""
        self.tidy(machine.name, report)

    def tidy(self, name: str, report: Reporter, /) -> tuple[str, ...]:
        """Deletes whatever is there of a deployment; returns what it was."""
        with self._parts.told():
            return ending.tidy(self._parts, name, report)

    def fate(self, machine: Machine, /) -> str:
        """Why a machine is no longer there."""
        with self._parts.told():
            return ending.fate(self._parts, machine)

    def extend(self, machine: Machine, seconds: int, report: Reporter, /) -> Machine:
        """Lets a machine live for so long from now; it is stopped and started for that."""
        with self._parts.told():
            return extending.extend(self._parts, machine.name, seconds, report)

    def waste(self) -> tuple[Waste, ...]:
        """What of ours is expired, ownerless or left over, in all zones."""
        with self._parts.told():
            return ending.waste(self._parts)

    def unused(self) -> tuple[Waste, ...]:
        """Disks of ours that no machine uses; one call."""
        with self._parts.told():
            return ending.unused(self._parts)

    def clear(self, waste: Sequence[Waste], report: Reporter, /) -> tuple[tuple[Waste, str], ...]:
        """Deletes waste; returns what is still there, with the reason."""
        with self._parts.told():
            return ending.clear(self._parts, waste, report)

    def examine(self) -> tuple[Finding, ...]:
        """Looks at credentials, project, network, quotas and image."""
        return examining.examine(self._parts)

    def _look_for_relay(self, request: MachineRequest) -> None:
        """Refuses, before anything is made, what no tunnel could be opened to."""
        if request.terms.iap:
            relay_endpoint(self._parts.environ)
