"""What makes a resource llmhost's own: names, labels, tags. Nothing else is ever touched.

Label keys and values: small letters, digits, `_`, `-`, 63 at most (labeling-resources, 2026-04).
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

LABEL = "llmhost"
NAME = "llmhost-name"
OWNER = "llmhost-owner"
EXPIRES = "llmhost-expires"
RECORD = "llmhost-record"
"""The metadata key that holds what labels cannot."""
TAG = "llmhost-ssh"
"""The network tag that lets the caller's SSH in."""
NEVER = "never"

ALL = f"labels.{LABEL}=1"
"""The filter that lists what is llmhost's own."""

_LONGEST = 63
_STAMP = "%Y-%m-%dt%H-%M-%Sz"


def instance_name(name: str) -> str:
    """What the machine of a deployment, and its boot disk, are called."""
    return f"llmhost-{name}"


def named(name: str) -> str:
    """The filter that lists what belongs to one deployment."""
    return f"labels.{NAME}={name}"


def labels(name: str, owner: str, expires: datetime | None) -> dict[str, str]:
    """The labels of everything made for a deployment."""
    return {
        LABEL: "1",
        NAME: name,
        OWNER: label_value(owner),
        EXPIRES: stamp(expires) if expires else NEVER,
    }


def is_ours(resource: Mapping[str, Any], name: str = "") -> bool:
    """Whether llmhost made a resource, for that deployment if one is named."""
    found = resource.get("labels", {})
    return found.get(LABEL) == "1" and (not name or found.get(NAME) == name)


def label_value(text: str) -> str:
    """Any text as a label's value: what may not stand there becomes a hyphen."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:_LONGEST]


def stamp(moment: datetime) -> str:
    """A time as a label's value can hold it."""
    return moment.astimezone(UTC).strftime(_STAMP)


def expiry(resource: Mapping[str, Any]) -> datetime | None:
    """When a resource of ours was meant to end, by its label; None for never or unreadable."""
    try:
        text = resource.get("labels", {}).get(EXPIRES, "")
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def readable_expiry(resource: Mapping[str, Any]) -> str:
    """The same, RFC 3339 in UTC; empty for never."""
    moment = expiry(resource)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def rule_name(network: str, source: str) -> str:
    """The name of the firewall rule that lets one source in: one for each network and source.

    A name has 63 characters at most, of which an IPv6 range takes 43: where the network's name does
    not fit beside it, a digest stands for the network.
    """
    where = re.sub(r"[^0-9a-f]+", "-", source).strip("-")
    name = f"{TAG}-{network}-{where}"
    if len(name) <= _LONGEST:
        return name
    return f"{TAG}-{hashlib.sha256(network.encode()).hexdigest()[:7]}-{where}"


def is_our_rule(rule: Mapping[str, Any]) -> bool:
    """Whether llmhost made a firewall rule; rules carry no labels, so name, words and tag speak."""
    return (
        str(rule.get("name", "")).startswith(f"{TAG}-")
        and str(rule.get("description", "")).startswith(RULE_WORDS)
        and list(rule.get("targetTags", ())) == [TAG]
    )


RULE_WORDS = "llmhost: SSH to its machines"
