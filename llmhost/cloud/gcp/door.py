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
        CloudError: Nobody knows this computer's address, or a rule of that name does something
            else.
        RefusedError: Compute Engine refuses the rule.
    """
    network = last(instance["networkInterfaces"][0].get("network", "")) or "default"
    if is_inside(instance):
        source = RANGE
    else:
        source = caller(environ, doubled=compute.calls.account.doubled)
    rule = _rule(network, source)
    if there := compute.rule(rule["name"]):
        return _refuse_other(compute, rule, there)
    try:
        compute.done(compute.insert_rule(rule))
    except RefusedError as refused:
        if classified(refused.refusal).kind != "name-taken":
            raise
        if there := compute.rule(rule["name"]):
            _refuse_other(compute, rule, there)


def _rule(network: str, source: str) -> dict[str, Any]:
    return {
        "name": names.rule_name(network, source),
        "description": f"{names.RULE_WORDS} from {source}",
        "network": f"global/networks/{network}",
        "direction": "INGRESS",
        "sourceRanges": [source],
        "targetTags": [names.TAG],
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
    }


def _refuse_other(compute: Compute, wanted: Mapping[str, Any], there: Mapping[str, Any]) -> None:
    """Refuses a rule of that name that lets in others than it is for, or nobody.

    Raises:
        CloudError: It is not as it would be made; what is different is said.
    """
    wrong = [words for part, words in _told(there).items() if words != _told(wanted)[part]]
    if not wrong:
        return
    name, project = wanted["name"], compute.calls.account.project
    raise CloudError(
        f"the firewall rule {name} is not as llmhost makes it",
        why=f"{'; '.join(wrong)}; SSH from {wanted['sourceRanges'][0]} has to be let in by it",
        hint=f"delete it, it is made anew: gcloud compute firewall-rules delete {name} "
        f"--project={project}; then repeat the command",
    )


def _told(rule: Mapping[str, Any]) -> Mapping[str, str]:
    """What a rule does, part by part, in words."""
    sources = ", ".join(sorted(map(_range, rule.get("sourceRanges", ()))))
    tags = ", ".join(rule.get("targetTags", ()))
    allowed = ", ".join(
        f"{one.get('IPProtocol', '')} {','.join(one.get('ports', ()))}".strip()
        for one in rule.get("allowed", ())
    )
    return {
        "disabled": "it is disabled" if rule.get("disabled") else "it is in force",
        "direction": f"it is for {rule.get('direction', 'INGRESS')}",
        "network": f"it is of the network {last(rule.get('network', ''))}",
        "sources": f"it lets {sources or 'everybody'} in",
        "tags": f"it is for machines with the tag {tags}" if tags else "it is for all machines",
        "allowed": f"it allows {allowed or 'nothing'}",
    }


def _range(text: str) -> str:
    """A range in one spelling: a single address may be written without its length."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return text


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
