"""The hook by which the double's instances become real machines."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """The machine behind an instance.

    Attributes:
        id: The instance's identifier, which no other ever has.
        name: The instance's name.
        machine_type: Such as `g2-standard-24`.
        gpu: Google's name of its GPUs, such as `nvidia-l4`; empty without.
        gpus: How many.
        ssh_keys: Lines of the metadata's `ssh-keys`, `USER:TYPE BASE64 COMMENT`.
    """

    id: str
    name: str
    machine_type: str
    gpu: str
    gpus: int
    ssh_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booted:
    """A machine that answers.

    Attributes:
        address: Where its sshd listens, on port 22.
        host_keys: Its public host keys, BASE64 by type.
    """

    address: str
    host_keys: dict[str, str] = field(default_factory=dict)


class Machines(Protocol):
    """Makes and takes away machines; each call returns when it is done."""

    def boot(self, wanted: Wanted, /) -> Booted:
        """Boots a machine; one that was booted for that id already is returned as it is."""
        ...

    def halt(self, machine: str, /) -> None:
        """Stops the machine of that id; its disk stays."""
        ...

    def destroy(self, machine: str, /) -> None:
        """Takes the machine of that id away, if there is one."""
        ...
