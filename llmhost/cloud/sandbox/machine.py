"""One container is one machine: how it is made, reached and looked up.

What differs from a cloud's machine: the kernel is the computer's, and so are `uname`, uptime,
memory and CPU count; modules cannot be loaded, and of the sysctls only those of the network can be
set. The disk has no size of its own. A `poweroff` inside comes back like a reboot. Where the
computer still has cgroup v1 beside v2, as build machines do, memory and CPU limits inside are
refused or without effect. There is no cloud-init, no udev and no metadata server.
"""

import io
import json
import socket
import sys
import tarfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from llmhost.cloud.sandbox.capabilities import own_capabilities
from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.network import Network
from llmhost.errors import CloudError

SSH_PORT = 22

# Where the computer's own sshd holds port 22 of every address, a machine takes this one.
_OTHER_SSH_PORT = 2222
_SSH_DEADLINE = 60.0

# Docker keeps its layers on a file system of the computer's: overlayfs does not stack on itself.
_DOCKER_VOLUMES = ("/var/lib/docker", "/var/lib/containerd")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a machine has before its first boot."""

    path: str
    data: bytes
    mode: int = 0o644
    owner: int = 0


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a machine is made of.

    Attributes:
        container: Name of its container.
        hostname: What the machine calls itself.
        number: Its place on the network; unique among machines.
        image: The base machine's image, or one built on it.
        nameservers: What its resolv.conf says.
        labels: What `docker inspect` shows; the sandbox's only record of it.
        files: What it has before its first boot.
        volumes: Directories that need a file system of the computer's.
        ssh: Loopback address and port its sshd is published on; None keeps it on the network.
    """

    container: str
    hostname: str
    number: int
    image: str
    nameservers: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    volumes: tuple[str, ...] = _DOCKER_VOLUMES
    ssh: tuple[str, int] | None = None


def boot(engine: Engine, network: Network, blueprint: Blueprint) -> None:
    """Makes the container and starts it; nothing remains of it when that fails."""
    resolv = "".join(f"nameserver {server}\n" for server in blueprint.nameservers)
    files = (*blueprint.files, File("/usr/lib/llmhost-sandbox/resolv.conf", resolv.encode()))
    options = create_options(blueprint, network, own_capabilities())
    engine.run("create", *options)
    try:
        engine.run("cp", "-", f"{blueprint.container}:/", stdin=files_archive(files))
        engine.run("start", blueprint.container)
    except BaseException:
        engine.ask("rm", "--force", "--volumes", blueprint.container)
        raise


def create_options(
    blueprint: Blueprint, network: Network, capabilities: tuple[str, ...]
) -> tuple[str, ...]:
    """The words after `docker create`."""
    labels = {"llmhost": "1", "llmhost-number": str(blueprint.number), **blueprint.labels}
    publish: list[str] = []
    if blueprint.ssh:
        host, port = blueprint.ssh
        publish = ["--publish", f"{host}:{port}:{SSH_PORT}"]
    return (
        *("--name", blueprint.container, "--hostname", blueprint.hostname),
        *(word for k, v in labels.items() for word in ("--label", f"{k}={v}")),
        *("--network", network.name, "--ip", network.address(blueprint.number), *publish),
        *(
            "--restart",
            "unless-stopped",
            "--stop-signal",
            "SIGRTMIN+3",
            "--env",
            "container=docker",
        ),
        *("--tmpfs", "/run", "--tmpfs", "/run/lock", "--shm-size", "4g", "--cgroupns", "private"),
        *(f"--volume={volume}" for volume in blueprint.volumes),
        *(f"--cap-add={name}" for name in capabilities),
        *(f"--security-opt={name}=unconfined" for name in ("seccomp", "apparmor", "systempaths")),
        "--security-opt=label=disable",
        blueprint.image,
    )


def files_archive(files: tuple[File, ...]) -> bytes:
    """Those files as the tar archive that `docker cp - CONTAINER:/` unpacks."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            entry.size, entry.mode = len(file.data), file.mode
            entry.uid = entry.gid = file.owner
            tar.addfile(entry, io.BytesIO(file.data))
    return output.getvalue()


def ssh_endpoint(number: int) -> tuple[str, int]:
    """Where a new machine's sshd is published: a loopback address of its own, if possible port 22.

    Linux answers on all of 127.0.0.0/8; elsewhere only 127.0.0.1 exists and the port tells machines
    apart.
    """
    if sys.platform != "linux":
        return "127.0.0.1", 22000 + number
    host = f"127.0.1.{number}"
    return host, _OTHER_SSH_PORT if _somebody_listens(host, SSH_PORT) else SSH_PORT


def wait_for_ssh(host: str, port: int) -> None:
    """Returns when an sshd says who it is.

    Raises:
        CloudError: It did not within the deadline.
    """
    deadline = time.monotonic() + _SSH_DEADLINE
    while time.monotonic() < deadline:
        # Docker's proxy accepts before there is an sshd, so only the greeting counts.
        if _greeting(host, port).startswith(b"SSH-"):
            return
        time.sleep(0.05)
    raise CloudError(
        f"the machine's sshd did not answer on {host}:{port} within {_SSH_DEADLINE:.0f} s",
        hint="`docker logs` of its container shows how far it booted",
    )


def inspect(engine: Engine, *containers: str) -> list[dict[str, Any]]:
    """What Docker knows about those containers; missing ones are left out."""
    if not containers:
        return []
    # `inspect` fails if one is missing, but still prints the others.
    text = engine.answer("container", "inspect", *containers).stdout
    found: list[dict[str, Any]] = json.loads(text or "[]")
    return found


def containers(engine: Engine, chosen: str) -> list[dict[str, Any]]:
    """The same for those that a filter of `docker ps` chooses, whatever they are called."""
    return inspect(engine, *engine.run("ps", "--all", "--quiet", "--filter", chosen).split())


def _somebody_listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _greeting(host: str, port: int) -> bytes:
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            return connection.recv(64)
    except OSError:
        return b""
