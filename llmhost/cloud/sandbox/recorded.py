"""What machines carry since they were made: a container's labels cannot change, so a file says it.

It is this user's, as the keys are, and bound to the container's identifier: another of the same
name begins with its own labels.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from llmhost.cloud.sandbox.state import locked, state_dir, write_private

_Kept = dict[str, dict[str, str]]


def recorded() -> Mapping[str, Mapping[str, str]]:
    """The labels that machines have instead of their containers' own, by their identifiers."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def record(machine: str, labels: Mapping[str, str], there: Collection[str]) -> None:
    """Keeps a machine's labels, and forgets those of machines that are no longer there.

    Args:
        machine: Its identifier.
        labels: All of its labels.
        there: The identifiers of all machines there are.
    """
    with locked("recorded"):
        kept: _Kept = {one: dict(old) for one, old in recorded().items() if one in there}
        write_private(_file(), json.dumps({**kept, machine: dict(labels)}).encode())


def _file() -> Path:
    return state_dir() / "recorded.json"
