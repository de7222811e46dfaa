"""Begins to connect to the hosts on the command line while the rest of the program is imported.

A login takes a quarter of a second of waiting and more; so do the imports that come before a
script can be sent. What is begun here is handed out by `wiring` when a workflow asks for that host.
It is no parser: what it does not understand it leaves alone, and the real one says what is wrong.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmhost.transport.base import Address, Transport

# The commands that send a script to the host of --host.
_VERBS = frozenset({"up", "plan", "status", "smoke", "gate", "logs", "down"})
_ELSE = frozenset({"-h", "--help"})


def dialled(args: Sequence[str]) -> "dict[Address, Transport]":
    """Connections to every `--host` among the arguments, on their way."""
    hosts = tuple(_hosts(args))
    if not hosts or args[0] not in _VERBS or _ELSE.intersection(args):
        return {}
    from llmhost.errors import UsageError
    from llmhost.transport.address import parse_host
    from llmhost.transport.ssh import connect

    trust_new = "--trust-host-key" in args
    try:
        addresses = [parse_host(host) for host in hosts]
    except UsageError:
        return {}
    return {address: connect(address, trust_new=trust_new) for address in addresses}


def _hosts(args: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(args):
        if word == "--":
            return
        if word.startswith("--host="):
            yield word.removeprefix("--host=")
        if word == "--host" and place + 1 < len(args):
            yield args[place + 1]
