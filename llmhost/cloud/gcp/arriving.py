"""From a machine that runs to one that lets us in: the door, whose key it has, the first login."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.door import open_door
from llmhost.cloud.gcp.fate import console, fate, ways_on
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.reading import forces_os_login, machine_of, metadata, zone_of
from llmhost.cloud.gcp.state import State
from llmhost.errors import CloudError, HostError
from llmhost.events import MachineGone, Progress, Reporter
from llmhost.transport.base import Address
from llmhost.transport.refusals import BarredError

# The best key first; the guest agent publishes one of each (guest-agent, 2026-04).
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")

_CLOUD_LOOK_SECONDS = 15.0

Instance = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Waits for a machine that runs.

    Attributes:
        compute: Compute Engine.
        state: Our key, and the host keys that were learned.
        pace: How long.
        login: Logs in once; raises HostError while it cannot.
        environ: Says where SSH comes from, if it cannot be asked for.
    """

    compute: Compute
    state: State
    pace: Pace
    login: Callable[[Address], None]
    environ: Mapping[str, str]

    def at(self, instance: Instance, report: Reporter) -> Machine:
        """The machine at an address with a pinned host key, after a first login.

        Raises:
            CloudError: It does not let us in, or went away; what exists is said.
        """
        self._refuse_strangers(instance)
        open_door(self.compute, self.environ, instance)
        try:
            return self._awaited(instance, report)
        except _GoneError:
            gone = machine_of(instance, self.state.key)
            report(MachineGone(gone.name, gone.place))
            raise

    def _awaited(self, instance: Instance, report: Reporter) -> Machine:
        report(Progress("machine", text="waiting for its host key"))
        host_key = self.host_key(instance)
        machine = machine_of(instance, self.state.key, host_key)
        report(Progress("machine", text="waiting for its sshd"))
        self._log_in(machine, instance)
        return machine

    def known_host_key(self, instance: Instance) -> str:
        """The machine's host key, pinned or published; empty while it has published none."""
        machine = str(instance.get("id", ""))
        if known := self.state.host_key(machine):
            return known
        published = self.compute.host_keys(zone_of(instance), instance["name"])
        for kind in _KINDS:
            if kind in published:
                key = f"{kind} {published[kind]}"
                self.state.remember_host_key(machine, key)
                return key
        return ""

    def host_key(self, instance: Instance) -> str:
        """The same, waited for."""
        for _ in self.pace.looks(self.pace.vouching):
            if key := self.known_host_key(instance):
                return key
            self._refuse_gone(instance)
        raise CloudError(
            f"machine {instance['name']} has not published its host key",
            why="without it nobody can say that it is the machine we log in to; the guest agent "
            "does not run, or a policy forbids guest attributes",
            hint=ways_on(instance),
            details=console(self.compute, instance),
        )

    def _log_in(self, machine: Machine, instance: Instance) -> None:
        if machine.address is None:
            raise CloudError(
                f"machine {instance['name']} has no external address", hint=ways_on(instance)
            )
        looked, refused = time.monotonic(), HostError("nothing was tried")
        for _ in self.pace.looks(self.pace.login):
            try:
                return self.login(machine.address)
            except BarredError as barred:
                raise CloudError(
                    barred.message, why=barred.why, hint=f"{barred.hint}; {ways_on(instance)}"
                ) from barred
            except HostError as error:
                refused = error
            if time.monotonic() - looked > min(_CLOUD_LOOK_SECONDS, 8 * self.pace.pause):
                looked = time.monotonic()
                self._refuse_gone(instance)
                open_door(
                    self.compute, self.environ, instance
                )  # another command may have closed it behind itself
        raise CloudError(
            f"machine {instance['name']} runs, but lets nobody in: {refused.message}",
            why=refused.why,
            hint=ways_on(instance),
            details=console(self.compute, instance),
        )

    def _refuse_strangers(self, instance: Instance) -> None:
        """Refuses a machine that our key cannot open."""
        name = instance.get("labels", {}).get(names.NAME, instance["name"])
        if forces_os_login(instance):
            raise CloudError(
                "a policy of the organisation forces OS Login, which ignores the machine's own SSH "
                "keys",
                why="the machine's metadata says enable-oslogin=FALSE, its effective metadata TRUE",
                hint="have the project exempted from constraints/compute.requireOsLogin, or name "
                f"another project with --project; the machine exists: llmhost down {name}",
            )
        if self.state.public_key() not in metadata(instance).get("ssh-keys", ""):
            owner = instance.get("labels", {}).get(names.OWNER, "somebody else")
            raise CloudError(
                f"machine {name} was made by {owner} with another SSH key",
                why="keys are part of the call that makes a machine",
                hint=f"take another --name; or end it, which needs no key: llmhost down {name}",
            )

    def _refuse_gone(self, instance: Instance) -> None:
        there = self.compute.instance(zone_of(instance), instance["name"])
        if there is None or there.get("id") != instance.get("id"):
            raise _GoneError(
                f"machine {instance['name']} is gone while it was waited for",
                why=fate(self.compute, zone_of(instance), str(instance.get("id", ""))),
                hint="repeat the command: it makes another one",
            )


class _GoneError(CloudError):
    """The machine that is waited for does not exist any more."""
