"""The door to machines: one firewall rule for each network and each address SSH comes from.

To a machine without an external address it comes from Identity-Aware Proxy, whoever sends it.
"""

import ipaddress
import urllib.request
from collections.abc import Mapping
from typing import Any

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.barred import RANGE
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.places import last
from llmhost.cloud.gcp.reading import is_inside
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.trouble import classified
from llmhost.errors import CloudError

FROM = "LLMHOST_SSH_FROM"
"""The address SSH comes from, or a range, where it cannot be asked for."""
_WHO_AM_I = "LLMHOST_WHATISMYIP"
# It answers with the caller's address and nothing else, over IPv4 (https://www.ipify.org, 2026-11).
_ASKED = "https://api.ipify.org"

_DOUBLE = "127.0.0.1/32"


def open_door(compute: Compute, environ: Mapping[str, str], instance: Mapping[str, Any]) -> None:
    """Lets SSH from here, or out of a tunnel, into the machine's network, if it is not yet let in.

    Raises:
        CloudError: Nobody knows this computer's address.
        RefusedError: Compute Engine refuses the rule.
    """
    network = last(instance["networkInterfaces"][0].get("network", "")) or "default"
    if is_inside(instance):
        source = RANGE
    else:
        source = caller(environ, doubled=compute.calls.account.doubled)
    name = names.rule_name(network, source)
    if compute.rule(name):
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
        compute.done(compute.insert_rule(rule))
    except RefusedError as refused:
        if classified(refused.refusal).kind != "name-taken":
            raise


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
