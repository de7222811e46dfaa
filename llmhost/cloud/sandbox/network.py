"""The network that sandbox machines share, on which each of them has an address by its number."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from pathlib import Path

from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.state import locked
from llmhost.errors import CloudError

NAME = "llmhost"

INFRA_NUMBER = 2
"""The number of the machine that stands in for registries; the gateway is 1."""

FIRST_NUMBER, LAST_NUMBER = 10, 250
"""Numbers that machines get; the rest is room for what serves them."""

# Private ranges (RFC 1918) outside Docker's own address pools and those of common home routers.
_CANDIDATES = tuple(
    IPv4Network(range_)
    for range_ in ("10.77.0.0/24", "10.177.77.0/24", "192.168.177.0/24", "172.30.77.0/24")
)


@dataclass(frozen=True, slots=True)
class Network:
    """A Docker network, whose machines are known by number."""

    name: str
    subnet: IPv4Network

    def address(self, number: int) -> str:
        """The address of a machine on this network."""
        return str(self.subnet[number])

    @property
    def infra(self) -> str:
        """The address of the machine that serves names, images, packages and models."""
        return self.address(INFRA_NUMBER)


def ensure_network(engine: Engine) -> Network:
    """The sandbox's network, made first where it is missing.

    Raises:
        CloudError: Every address range it could take is taken.
    """
    with locked("network"):
        found = _find(engine)
        if found:
            return found
        for subnet in free_first(_CANDIDATES, _routing_table()):
            options = ("--label", "llmhost=1", "--subnet", str(subnet))
            if engine.ask("network", "create", *options, NAME) is not None:
                return Network(NAME, subnet)
    raise CloudError(
        "Docker has no free address range for the sandbox's network",
        why=f"{', '.join(map(str, _CANDIDATES))} all overlap with other networks",
        hint="`docker network prune` removes networks nobody uses",
    )


def free_first(candidates: Sequence[IPv4Network], routing_table: str) -> tuple[IPv4Network, ...]:
    """Address ranges, those last that the computer reaches something else by.

    Docker itself only refuses what other Docker networks use: a range of the computer's own network
    or of its VPN would be cut off.

    Args:
        candidates: The ranges to choose from.
        routing_table: Text of `/proc/net/route`, whose addresses are hexadecimal in host order.
    """
    rows = (line.split() for line in routing_table.splitlines()[1:])
    routes = [IPv4Network((_address(row[1]), str(_address(row[7])))) for row in rows]
    taken = [route for route in routes if route.prefixlen]
    return tuple(sorted(candidates, key=lambda c: any(c.overlaps(route) for route in taken)))


def upstream_resolvers(engine: Engine, image: str) -> tuple[str, ...]:
    """The name servers Docker itself would give a container: the computer's, seen from inside."""
    text = engine.run(
        "run", "--rm", "--network=bridge", "--entrypoint=cat", image, "/etc/resolv.conf"
    )
    return resolvers(text)


def resolvers(resolv_conf: str) -> tuple[str, ...]:
    """The IPv4 name servers of a resolv.conf that another machine could use as well."""
    words = (line.split() for line in resolv_conf.splitlines())
    servers = [w[1] for w in words if len(w) > 1 and w[0] == "nameserver"]
    return tuple(s for s in servers if _is_shareable(s))


def _is_shareable(server: str) -> bool:
    try:
        return not IPv4Address(server).is_loopback
    except AddressValueError:
        return False


def _routing_table() -> str:
    try:
        return Path("/proc/net/route").read_text(encoding="ascii")
    except OSError:
        # Not Linux: the engine runs in a virtual machine of its own.
        return ""


def _address(hexadecimal: str) -> IPv4Address:
    return IPv4Address(int(hexadecimal, 16).to_bytes(4, sys.byteorder))


def _find(engine: Engine) -> Network | None:
    subnet = engine.ask("network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", NAME)
    return Network(NAME, IPv4Network(subnet)) if subnet else None
