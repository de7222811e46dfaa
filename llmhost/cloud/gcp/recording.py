"""What a machine carries now, written into its metadata, where `ls` reads it on any computer."""

import json
from collections.abc import Mapping
from typing import Any

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.gcp import names, rewriting
from llmhost.cloud.gcp.insert import carried
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.reading import record_of


def record(parts: Parts, machine: Machine, request: MachineRequest) -> None:
    """Keeps what is asked for with a machine that is there; what it is itself stays as it was.

    Raises:
        RefusedError: Compute Engine refuses.
    """
    there = parts.compute.instance(machine.place, names.instance_name(machine.name))
    if there is None or str(there.get("id")) != machine.id or not names.is_ours(there):
        return

    def known(instance: Mapping[str, Any]) -> dict[str, Any]:
        return {**record_of(instance), **carried(request)}

    if known(there) == record_of(there):
        return
    rewriting.note(
        parts.compute,
        there,
        names.RECORD,
        lambda instance: json.dumps(known(instance), separators=(",", ":")),
    )
