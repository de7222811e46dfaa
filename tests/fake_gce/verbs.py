"""The double as a test sees it, wherever it runs."""

from abc import ABC, abstractmethod
from collections import Counter
from typing import Any

from tests.fake_gce.faults import Fault, as_json
from tests.fake_gce.journal import Entry
from tests.fake_gce.world import Body


class Verbs(ABC):
    """What a test can say and ask; none of it counts as a call."""

    project: str

    @abstractmethod
    def ask(self, verb: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Has a verb of `Control` carried out."""

    def script(self, *faults: Fault) -> None:
        """Scripts faults."""
        self.ask("script", faults=[as_json(fault) for fault in faults])

    def forgive(self) -> None:
        """Takes all faults back."""
        self.ask("forgive")

    def advance(self, seconds: float) -> None:
        """Moves the clock; whatever becomes due happens."""
        self.ask("advance", seconds=seconds)

    def wipe(self) -> None:
        """Takes every resource away, with the machines behind instances."""
        self.ask("wipe")

    def now(self) -> float:
        """The double's time, in seconds since 1970."""
        return float(self.ask("now"))

    @property
    def calls(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(self.ask("calls"))

    @property
    def log(self) -> list[Entry]:
        """Every call."""
        return [Entry(**entry) for entry in self.ask("log")]

    @property
    def violations(self) -> list[str]:
        """What broke the contract."""
        return list(self.ask("violations"))

    def instances(self) -> list[Body]:
        """The instances that can be seen."""
        return self._resources("instances")

    def disks(self) -> list[Body]:
        """The disks that can be seen."""
        return self._resources("disks")

    def firewalls(self) -> list[Body]:
        """The firewall rules."""
        return self._resources("firewalls")

    def addresses(self) -> list[Body]:
        """The reserved addresses."""
        return self._resources("addresses")

    def operations(self) -> list[Body]:
        """All operations there ever were."""
        return self._resources("operations")

    def plant_instance(self, zone: str, name: str, **fields: Any) -> Body:  # noqa: ANN401 - any JSON
        """A machine that runs; `fields` as in an insert's body, such as `labels={...}`."""
        return self._plant("instance", zone=zone, name=name, **fields)

    def plant_disk(self, zone: str, name: str, labels: dict[str, str] | None = None) -> Body:
        """A disk nobody uses."""
        return self._plant("disk", zone=zone, name=name, labels=labels or {})

    def plant_firewall(self, name: str, **fields: Any) -> Body:  # noqa: ANN401 - any JSON
        """A firewall rule; `fields` as in an insert's body."""
        return self._plant("firewall", name=name, **fields)

    def plant_address(self, region: str, name: str, labels: dict[str, str] | None = None) -> Body:
        """A reserved address nobody uses."""
        return self._plant("address", region=region, name=name, labels=labels or {})

    def plant_router(self, region: str, name: str, *, nat: bool = True) -> Body:
        """A router of the default network, with Cloud NAT."""
        return self._plant("router", region=region, name=name, nat=nat)

    def preempt(self, zone: str, name: str) -> None:
        """Takes a machine away, as Google does with Spot machines."""
        self.ask("preempt", project=self.project, zone=zone, name=name)

    def stop(self, zone: str, name: str) -> None:
        """Stops a machine, as somebody may in the console: from then on nothing ends it."""
        self.ask("stop", project=self.project, zone=zone, name=name)

    def print_serial(self, zone: str, name: str, text: str) -> None:
        """Appends to a machine's serial console."""
        self.ask("print_serial", project=self.project, zone=zone, name=name, text=text)

    def limit(self, metric: str, value: float, region: str = "") -> None:
        """Sets a quota: of a region, or without one of all regions and the project."""
        self.ask("limit", metric=metric, value=value, region=region)

    def advise(self, **scores: float) -> None:
        """Lets `advice.capacity` answer; zones with underscores for their hyphens."""
        self.ask("advise", scores={zone.replace("_", "-"): s for zone, s in scores.items()})

    def _resources(self, collection: str) -> list[Body]:
        return list(self.ask("resources", project=self.project, collection=collection))

    def _plant(self, kind: str, **arguments: Any) -> Body:  # noqa: ANN401 - any JSON
        arguments = {"project": self.project, **arguments}
        return dict(self.ask("plant", kind=kind, arguments=arguments))
