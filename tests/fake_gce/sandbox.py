"""Instances as real machines: containers of llmhost's sandbox, each on a loopback address.

They are named `llmhost.gce.NAME-...` and carry none of the labels by which the sandbox's own driver
knows its machines, so `--cloud sandbox` neither lists nor deletes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from llmhost.cloud.sandbox.base import ensure_base
from llmhost.cloud.sandbox.engine import Engine, ensure_engine
from llmhost.cloud.sandbox.gpu.models import driver_files, gpu_model
from llmhost.cloud.sandbox.infra import ensure_infra
from llmhost.cloud.sandbox.keys import KeyPair, ssh_key
from llmhost.cloud.sandbox.machine import (
    SSH_PORT,
    Blueprint,
    File,
    boot,
    ssh_endpoint,
    wait_for_ssh,
)
from llmhost.cloud.sandbox.network import (
    FIRST_NUMBER,
    LAST_NUMBER,
    Network,
    ensure_network,
    upstream_resolvers,
)
from llmhost.cloud.sandbox.state import locked
from llmhost.events import ignore
from tests.fake_gce.machines import Booted, Wanted

_ID, _ADDRESS, _HOST_KEY = "gce-instance", "gce-address", "gce-host-key"
_NUMBER = "llmhost-number"  # the sandbox's own, so that both share one range of addresses

_MODELS: Mapping[str, str] = {
    "nvidia-l4": "l4",
    "nvidia-tesla-t4": "t4",
    "nvidia-tesla-a100": "a100",
    "nvidia-a100-80gb": "a100-80gb",
    "nvidia-h100-80gb": "h100",
    "nvidia-h100-mega-80gb": "h100",
    "nvidia-h200-141gb": "h200",
    "nvidia-b200": "b200",
    "nvidia-rtx-pro-6000": "rtx-pro-6000",
}

# What Google's guest agent does with the metadata's `ssh-keys`: an account with sudo for each user.
# (It goes on watching the metadata; this acts before sshd starts, and never again.)
_AGENT = rb"""#!/bin/sh
set -eu
while IFS=: read -r user key; do
    id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
    home=$(getent passwd "$user" | cut -d: -f6)
    install -d -m 0700 -o "$user" -g "$user" "$home/.ssh"
    printf '%s\n' "$key" >>"$home/.ssh/authorized_keys"
    sort -u -o "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys"
    chown "$user:" "$home/.ssh/authorized_keys"
    printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\n' "$user" >"/etc/sudoers.d/google-$user"
done </etc/google-ssh-keys
"""


@dataclass(frozen=True, slots=True)
class _Ground:
    engine: Engine
    network: Network
    image: str
    nameservers: tuple[str, ...]


class SandboxMachines:
    """Boots and removes containers; see `Machines`.

    Args:
        images: Container images that machines will pull; with any, the sandbox's stand-ins answer
            for registries, package archives and the model hub.
        models: Hub repositories they will download, for the same reason.
    """

    def __init__(self, images: tuple[str, ...] = (), models: tuple[str, ...] = ()) -> None:
        self._images = images
        self._models = models

    def boot(self, wanted: Wanted, /) -> Booted:
        """A machine with the metadata's SSH keys, on an address of its own, port 22."""
        ground = self._ground
        found = _found(ground.engine, wanted.id)
        if found and _half_made(ground.engine, found):
            ground.engine.run("rm", "--force", "--volumes", found)
            found = ""
        if found:
            ground.engine.run("start", found)
        else:
            with locked("numbers"):
                _boot_fresh(ground, wanted)
        address, host_key = _labels(ground.engine, _found(ground.engine, wanted.id))
        wait_for_ssh(address, SSH_PORT)
        kind, _, value = host_key.partition(" ")
        return Booted(address, {kind: value})

    def halt(self, machine: str, /) -> None:
        """Stops the container."""
        engine = ensure_engine(ignore)
        found = _found(engine, machine)
        if found:
            engine.run("stop", "--time", "5", found)

    def destroy(self, machine: str, /) -> None:
        """Removes the container and its volumes."""
        engine = ensure_engine(ignore)
        found = _found(engine, machine)
        if found:
            engine.run("rm", "--force", "--volumes", found)

    @cached_property
    def _ground(self) -> _Ground:
        engine = ensure_engine(ignore)
        image, network = ensure_base(engine, ignore), ensure_network(engine)
        if self._images or self._models:
            ensure_infra(self._images, self._models, ignore)
            return _Ground(engine, network, image, (network.infra,))
        return _Ground(engine, network, image, upstream_resolvers(engine, image))


def _boot_fresh(ground: _Ground, wanted: Wanted) -> None:
    number = _free_number(ground.engine)
    address, port = ssh_endpoint(number)
    if port != SSH_PORT:
        raise RuntimeError(
            f"an instance's sshd is on port {SSH_PORT}, which something on this computer holds on "
            "all addresses"
        )
    host_key = ssh_key()
    blueprint = Blueprint(
        container=f"llmhost.gce.{wanted.name}-{wanted.id[-6:]}",
        hostname=wanted.name,
        number=number,
        image=ground.image,
        nameservers=ground.nameservers,
        labels={_ID: wanted.id, _ADDRESS: address, _HOST_KEY: host_key.public},
        files=(*_identity(host_key, wanted.ssh_keys), *_gpus(wanted)),
        ssh=(address, port),
    )
    boot(ground.engine, ground.network, blueprint)


def _identity(host_key: KeyPair, ssh_keys: tuple[str, ...]) -> tuple[File, ...]:
    drop_in = b"[Service]\nExecStartPre=/usr/local/sbin/google-ssh-keys\n"
    return (
        File("/etc/ssh/ssh_host_ed25519_key", host_key.private, 0o600),
        File("/etc/ssh/ssh_host_ed25519_key.pub", f"{host_key.public}\n".encode()),
        File("/etc/google-ssh-keys", "".join(f"{line}\n" for line in ssh_keys).encode()),
        File("/usr/local/sbin/google-ssh-keys", _AGENT, 0o755),
        File("/etc/systemd/system/ssh.service.d/google.conf", drop_in),
    )


def _gpus(wanted: Wanted) -> tuple[File, ...]:
    if not wanted.gpus:
        return ()
    return driver_files(wanted.id, gpu_model(_MODELS[wanted.gpu]), wanted.gpus)


def _free_number(engine: Engine) -> int:
    shown = f'{{{{.Label "{_NUMBER}"}}}}'
    text = engine.run("ps", "--all", "--filter", f"label={_NUMBER}", "--format", shown)
    taken = set(map(int, text.split()))
    return next(n for n in range(FIRST_NUMBER, LAST_NUMBER + 1) if n not in taken)


def _found(engine: Engine, machine: str) -> str:
    """The container of an instance; empty without."""
    return engine.run("ps", "--all", "--quiet", "--filter", f"label={_ID}={machine}")


def _half_made(engine: Engine, container: str) -> bool:
    """Whether it was never started, because whoever made it was killed; files may be missing."""
    template = "{{.State.Status}}"
    return engine.run("container", "inspect", "--format", template, container) == "created"


def _labels(engine: Engine, container: str) -> tuple[str, str]:
    template = (
        f'{{{{index .Config.Labels "{_ADDRESS}"}}}} {{{{index .Config.Labels "{_HOST_KEY}"}}}}'
    )
    text = engine.run("container", "inspect", "--format", template, container)
    address, _, host_key = text.partition(" ")
    return address, host_key
