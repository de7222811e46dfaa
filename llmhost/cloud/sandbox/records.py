"""What the sandbox knows of its machines: the labels of their containers, and what came since."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmhost.cloud.base import Machine, MachineRequest, MachineState
from llmhost.transport.base import Address

USER = "debian"

_OWN = "llmhost.label."
_NAME, _GPU, _GPUS = "llmhost-name", "llmhost-gpu", "llmhost-gpus"
_HOST, _PORT, _HOST_KEY = "llmhost-ssh-host", "llmhost-ssh-port", "llmhost-host-key"
_SIMULATED = "llmhost-simulated"

MACHINE_FILTER = f"label={_NAME}"
"""What `docker ps --filter` needs to list machines, and not what serves them; with `=NAME` behind
it, to find one, whatever its container is called."""

_STATES: Mapping[str, MachineState] = {
    "created": "creating",
    "running": "running",
    "restarting": "running",
    "removing": "deleting",
}


def container_of(name: str) -> str:
    """The name a new machine's container gets.

    `llmhost-NAME` is what the engine of a deployment is called, and with `--local` that is a
    container of the same Docker.
    """
    return f"llmhost.{name}"


def labels_of(
    request: MachineRequest, endpoint: tuple[str, int], host_key: str, simulated: str
) -> dict[str, str]:
    """The labels that hold everything about a machine."""
    host, port = endpoint
    return {
        _NAME: request.name,
        _GPU: request.gpu,
        _GPUS: str(request.gpus),
        _HOST: host,
        _PORT: str(port),
        _HOST_KEY: host_key,
        _SIMULATED: simulated,
        **{f"{_OWN}{key}": value for key, value in request.labels.items()},
    }


def machine_of(
    container: Mapping[str, Any], key: Path, recorded: Mapping[str, Mapping[str, str]] | None = None
) -> Machine:
    """The machine that a `docker container inspect` document describes.

    Labels that are missing, as another version of llmhost may have left them out, are empty.

    Args:
        container: The document.
        key: The private key that logs in.
        recorded: Labels that machines have instead of their containers' own, by identifier.
    """
    labels: Mapping[str, str] = container["Config"]["Labels"]
    identifier = container["Id"][:12]
    own = {k.removeprefix(_OWN): v for k, v in labels.items() if k.startswith(_OWN)}
    return Machine(
        name=labels.get(_NAME, ""),
        id=identifier,
        cloud="sandbox",
        state=_STATES.get(container["State"]["Status"], "stopped"),
        address=_address(labels, key),
        gpu=labels.get(_GPU, ""),
        gpus=int(labels.get(_GPUS, 0)),
        labels=(recorded or {}).get(identifier, own),
        # Docker writes nanoseconds; whole seconds are plenty.
        created=f"{container['Created'][:19]}Z",
        place="this computer",
        simulated=labels.get(_SIMULATED, ""),
    )


def _address(labels: Mapping[str, str], key: Path) -> Address | None:
    if _HOST not in labels or _PORT not in labels:
        return None
    return Address(
        host=labels[_HOST],
        port=int(labels[_PORT]),
        user=USER,
        key=key,
        host_key=labels.get(_HOST_KEY),
    )
