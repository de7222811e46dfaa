"""How machines come and go: a cloud is one folder with one driver behind this protocol.

Drivers are loaded by name from `DRIVERS`, so that no command imports an SDK it does not use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from llmhost.cloud.offers import Attempt, Offer
from llmhost.events import MachineExists, Reporter
from llmhost.spec.sources import Sources
from llmhost.spec.terms import Terms
from llmhost.transport.base import Address

MachineState: TypeAlias = Literal["creating", "running", "stopped", "deleting"]


@dataclass(frozen=True, slots=True)
class MachineRequest:
    """What is asked of a cloud: a name, GPUs and room, and the labels that make it findable.

    Attributes:
        name: The deployment's name; unique per cloud account.
        gpu: GPU model as in the machine catalogue, such as `l4`; empty with `gpus` 0.
        gpus: How many of them.
        disk_gb: Size of the boot disk in GB (10^9 bytes).
        images: Container images the deployment will pull; some clouds keep a stock of their own.
        models: Hub repositories it will download, for the same reason.
        labels: Small strings kept with the machine; they hold the deployment, never a secret.
        terms: For how long, where, at what price.
        record: The deployment's record as JSON, kept with the machine; never a secret.
    """

    name: str
    gpu: str = ""
    gpus: int = 0
    disk_gb: int = 100
    images: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    record: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as its cloud reports it.

    Attributes:
        name: The deployment's name.
        id: The cloud's own, never reused identifier.
        cloud: The driver's name.
        state: As the cloud says, in our words.
        address: How to reach it; None while the cloud does not know yet.
        gpu: GPU model as in the machine catalogue; empty without GPUs.
        gpus: How many of them.
        labels: As asked for at creation, or recorded since.
        created: Time of creation, RFC 3339 in UTC.
        place: Zone or computer, for a person.
        usd_per_hour: Price in US dollars per hour; None where there is no bill.
        simulated: One line that says what of this machine is not real; empty for real ones.
        machine_type: The cloud's name for its kind; empty where it has none.
        expires: When the cloud deletes it by itself, RFC 3339 in UTC; empty for never.
        owner: Who made it, as far as a cloud's label can say; empty where it is not kept.
        attempts: What was tried to have it, by the command that made it; empty otherwise.
    """

    name: str
    id: str
    cloud: str
    state: MachineState
    address: Address | None = None
    gpu: str = ""
    gpus: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    place: str = ""
    usd_per_hour: float | None = None
    simulated: str = ""
    machine_type: str = ""
    expires: str = ""
    owner: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def exists(self) -> MachineExists:
        """The event that tells of it."""
        return MachineExists(
            self.name,
            self.machine_type,
            self.place,
            self.usd_per_hour,
            self.expires,
            stopped=self.state == "stopped",
        )


class CloudDriver(Protocol):
    """What llmhost needs of a place where machines can be had."""

    @property
    def name(self) -> str:
        """The name users type after `--cloud`."""
        ...

    def sources(self, request: MachineRequest, /) -> Sources:
        """Where a machine like that takes packages, images and models from by default."""
        ...

    def offers(self, request: MachineRequest, /) -> tuple[Offer, ...]:
        """Every way to have that machine, the cheapest first, refused ones with the reason.

        Raises:
            CloudError: The cloud cannot be asked.
        """
        ...

    def find(self, name: str, /) -> Machine | None:
        """The machine of that deployment, or None. Raises CloudError when the cloud cannot say."""
        ...

    def machines(self) -> Sequence[Machine]:
        """Every machine llmhost made here, by whomever, in any zone; perhaps without addresses."""
        ...

    def create(self, request: MachineRequest, report: Reporter, /) -> Machine:
        """Creates the machine and returns it running, at an address with a pinned host key.

        A machine of that name that exists already, half-made or stopped, is completed and returned.
        """
        ...

    def delete(self, machine: Machine, report: Reporter, /) -> None:
        """Deletes the machine and what was made with it; returns when the cloud says it is gone.

        A machine that is gone already is deleted well.
        """
        ...


@runtime_checkable
class Stocker(Protocol):
    """A driver whose machines fetch from a stock of its own."""

    def stock(self, request: MachineRequest, report: Reporter, /) -> None:
        """Has what the machine of that name is about to fetch; it exists already.

        Raises:
            CloudError: Something can be put on stock nowhere.
        """
        ...


@runtime_checkable
class Recorder(Protocol):
    """A driver that can say anew what a machine carries, once it carries something else."""

    def record(self, machine: Machine, request: MachineRequest, /) -> None:
        """Keeps a request's labels and record with a machine, in place of what was kept.

        A machine that is gone keeps nothing, and that is no error.

        Raises:
            CloudError: They cannot be kept.
        """
        ...


@runtime_checkable
class Divided(Protocol):
    """A driver of a cloud whose parts do not see each other's machines, such as projects."""

    def home(self) -> str:
        """What tells its machines from those of every other part and cloud, for other names.

        Raises:
            CloudError: Nobody says which part it is.
        """
        ...


def home(driver: CloudDriver) -> str:
    """What tells a driver's machines from those of any other; whole clouds go by their name.

    Raises:
        CloudError: Nobody says which part of its cloud it is.
    """
    return driver.home() if isinstance(driver, Divided) else driver.name


DRIVERS: Mapping[str, str] = {
    "gcp": "llmhost.cloud.gcp.driver:GcpDriver",
    "sandbox": "llmhost.cloud.sandbox.driver:SandboxDriver",
}

# Clouds whose machines do not take everything from where it is published: a function that says from
# where a new one most likely does. It looks at nothing, and no driver is imported for it.
_PRESUMED: Mapping[str, str] = {"sandbox": "llmhost.cloud.sandbox.served:presumed"}


def presumed(cloud: str, request: MachineRequest) -> Sources:
    """Where a new machine of a cloud most likely takes things from; nobody is asked."""
    place = _PRESUMED.get(cloud.partition(":")[0], "")
    if not place:
        return Sources()
    module, _, name = place.partition(":")
    sources: Sources = getattr(import_module(module), name)(request)
    return sources
