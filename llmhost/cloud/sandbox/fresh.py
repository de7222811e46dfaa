"""From a request to a booted machine: its number, its identity, its GPUs."""

from dataclasses import dataclass

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.gpu.models import driver_files, gpu_model
from llmhost.cloud.sandbox.keys import KeyPair, login_key, ssh_key
from llmhost.cloud.sandbox.machine import Blueprint, File, boot, ssh_endpoint
from llmhost.cloud.sandbox.network import FIRST_NUMBER, LAST_NUMBER, Network
from llmhost.cloud.sandbox.records import USER, container_of, labels_of
from llmhost.errors import CloudError

# useradd gives the first account this number (Debian, UID_MIN in /etc/login.defs).
_USER_ID = 1000


@dataclass(frozen=True, slots=True)
class Ground:
    """What a new machine stands on.

    Attributes:
        engine: What carries it.
        network: Where it gets an address.
        image: The base machine's image.
        nameservers: Whom it asks for names.
    """

    engine: Engine
    network: Network
    image: str
    nameservers: tuple[str, ...]


def boot_fresh(ground: Ground, request: MachineRequest, simulated: str = "") -> None:
    """Boots a new machine; whoever calls holds the lock that guards the numbers.

    Args:
        ground: What it stands on.
        request: What is asked for; its GPU model is filled in.
        simulated: The line that says what of it is not real.
    """
    number = _free_number(ground.engine)
    endpoint = ssh_endpoint(number)
    host_key = ssh_key()
    gpus = driver_files(request.name, gpu_model(request.gpu), request.gpus) if request.gpus else ()
    blueprint = Blueprint(
        container=container_of(request.name),
        hostname=request.name,
        number=number,
        image=ground.image,
        nameservers=ground.nameservers,
        labels=labels_of(request, endpoint, host_key.public, simulated),
        files=(*_identity(host_key), *gpus),
        ssh=endpoint,
    )
    boot(ground.engine, ground.network, blueprint)


def _identity(host_key: KeyPair) -> tuple[File, ...]:
    """The machine's host key and who may log in."""
    keys = f"/home/{USER}/.ssh/authorized_keys"
    return (
        File("/etc/ssh/ssh_host_ed25519_key", host_key.private, 0o600),
        File("/etc/ssh/ssh_host_ed25519_key.pub", f"{host_key.public}\n".encode()),
        File(keys, f"{login_key()[1]}\n".encode(), 0o600, _USER_ID),
    )


def _free_number(engine: Engine) -> int:
    label = "llmhost-number"
    shown = f'{{{{.Label "{label}"}}}}'
    text = engine.run("ps", "--all", "--filter", f"label={label}", "--format", shown)
    taken = {int(word) for word in text.split()}
    number = next((n for n in range(FIRST_NUMBER, LAST_NUMBER + 1) if n not in taken), None)
    if number is None:
        raise CloudError(
            "the sandbox's network has no address left", hint="`llmhost down --all` frees them"
        )
    return number
