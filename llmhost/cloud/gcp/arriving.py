"""From a machine that runs to one that lets us in: the door, whose key it has, the first login."""

import ipaddress
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmhost.cloud.base import Machine
from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.places import last
from llmhost.cloud.gcp.reading import (
    forces_os_login,
    machine_of,
    metadata,
    record_of,
    zone_of,
)
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.state import State
from llmhost.cloud.gcp.trouble import classified
from llmhost.errors import CloudError, HostError
from llmhost.events import Progress, Reporter
from llmhost.transport.base import Address

FROM = "LLMHOST_SSH_FROM"
"""The address SSH comes from, or a range, where it cannot be asked for."""
_WHO_AM_I = "LLMHOST_WHATISMYIP"
# It answers with the caller's address and nothing else, over IPv4 (https://www.ipify.org, 2026-11).
_ASKED = "https://api.ipify.org"

_DOUBLE = "127.0.0.1/32"

# The best key first; the guest agent publishes one of each (guest-agent, 2026-04).
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")

_SERIAL_LINES = 12
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
        self.open_door(instance)
        report(Progress("machine", text="waiting for its host key"))
        host_key = self.host_key(instance)
        machine = machine_of(instance, self.state.key, host_key)
        report(Progress("machine", text="waiting for its sshd"))
        self._log_in(machine, instance)
        return machine

    def open_door(self, instance: Instance) -> None:
        """Lets SSH from here into the machine's network, if that is not so already."""
        network = last(instance["networkInterfaces"][0].get("network", "")) or "default"
        source = caller(self.environ, doubled=self.compute.calls.account.doubled)
        name = names.rule_name(network, source)
        if self.compute.rule(name):
            return
        rule = {
            "name": name,
            "description": f"{names.RULE_WORDS} from {source}",
            "network": f"global/networks/{network}",
            "direction": "INGRESS",
            "sourceRanges": [source],
            "targetTags": [names.TAG],
            "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        }
        try:
            self.compute.done(self.compute.insert_rule(rule))
        except RefusedError as refused:
            if classified(refused.refusal).kind != "name-taken":
                raise

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
            hint=_ways(instance),
            details=self.console(instance),
        )

    def console(self, instance: Instance) -> tuple[str, ...]:
        """The last lines of the serial console; empty where they cannot be read."""
        try:
            text = self.compute.serial(zone_of(instance), instance["name"])
        except RefusedError:
            return ()
        return tuple(line for line in text.splitlines() if line.strip())[-_SERIAL_LINES:]

    def _log_in(self, machine: Machine, instance: Instance) -> None:
        if machine.address is None:
            raise CloudError(
                f"machine {instance['name']} has no external address", hint=_ways(instance)
            )
        looked, refused = time.monotonic(), HostError("nothing was tried")
        for _ in self.pace.looks(self.pace.login):
            try:
                return self.login(machine.address)
            except HostError as error:
                refused = error
            if time.monotonic() - looked > min(_CLOUD_LOOK_SECONDS, 8 * self.pace.pause):
                looked = time.monotonic()
                self._refuse_gone(instance)
                self.open_door(instance)  # another command may have closed it behind itself
        raise CloudError(
            f"machine {instance['name']} runs, but lets nobody in: {refused.message}",
            why=refused.why,
            hint=_ways(instance),
            details=self.console(instance),
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
            raise CloudError(
                f"machine {instance['name']} is gone while it was waited for",
                why=self.fate(zone_of(instance), str(instance.get("id", ""))),
                hint="repeat the command: it makes another one",
            )

    def fate(self, zone: str, machine_id: str) -> str:
        """Why a machine is no longer there, from the zone's operations."""
        try:
            told = self.compute.operations(zone, f"targetId={machine_id}")
        except RefusedError:
            return "the cloud does not say why"
        kinds = [str(operation.get("operationType", "")) for operation in told]
        if any("preempt" in kind for kind in kinds):
            return "it was a Spot machine, and Google took it back"
        ended = [operation for operation in told if operation.get("operationType") == "delete"]
        if any(operation.get("user") == "system" for operation in ended):
            return "its time was up: the TTL ended"
        if ended:
            return f"{ended[-1].get('user') or 'somebody'} deleted it"
        return "the cloud does not say why"


def caller(environ: Mapping[str, str], *, doubled: bool = False) -> str:
    """The range SSH comes from, as a CIDR: this computer's address as the internet sees it.

    Raises:
        CloudError: It cannot be found out.
    """
    said = environ.get(FROM, "")
    if not said and doubled:
        return _DOUBLE
    asked = environ.get(_WHO_AM_I) or _ASKED
    try:
        text = said or _fetched(asked)
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except (OSError, ValueError) as error:
        raise CloudError(
            "this computer's address on the internet is not known, so SSH cannot be let in for it",
            why=f"{FROM}={said}: {error}" if said else f"{asked}: {error}",
            hint=f"say it: {FROM}=203.0.113.7",
        ) from error


def _fetched(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("only https can vouch for the answer")
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  https, see above
        return str(answer.read(64).decode("ascii", "replace"))


def _ways(instance: Instance) -> str:
    name = instance.get("labels", {}).get(names.NAME, instance["name"])
    usd = record_of(instance).get("usd_per_hour")
    cost = f" and costs ${usd:.2f} per hour" if usd is not None else ""
    return (
        f"the machine exists{cost}; `llmhost up` goes on with it, "
        f"`llmhost down {name} --cloud gcp` ends it"
    )
