"""A host seen from outside: pytest-testinfra over ssh, and nothing of llmhost's own looking."""

import shutil
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

import testinfra

from llmhost.cloud.base import Machine

Host: TypeAlias = Any  # pytest-testinfra ships no types


def introduce(home: Path, machine: Machine) -> None:
    """Lets whoever has this home log in to a machine, and know its key beforehand."""
    address = machine.address
    assert address
    folder = home / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    config, known = folder / "config", folder / "known_hosts"
    with config.open("a") as lines:
        lines.write(
            f"Host {address.host}\n"
            f"  IdentityFile {address.key}\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
        )
    with known.open("a") as lines:
        lines.write(f"{address.host} {address.host_key}\n")


def seen(home: Path, machine: Machine) -> Host:
    """The machine as root sees it over ssh, for one who was introduced."""
    address = machine.address
    assert address
    assert shutil.which("ssh"), "pytest-testinfra needs OpenSSH's client"
    return testinfra.get_host(
        f"ssh://{address.user}@{address.host}:{address.port}",
        ssh_config=str(home / ".ssh" / "config"),
        controlpersist=0,
        sudo=True,
    )


def listeners(host: Host) -> dict[str, set[int]]:
    """TCP ports that something listens on, by address; sshd's own aside."""
    found: dict[str, set[int]] = {}
    for line in host.check_output("ss -Htlnp").splitlines():
        place, _, port = line.split()[3].rpartition(":")
        if '"sshd"' not in line:
            found.setdefault(place.strip("[]").partition("%")[0], set()).add(int(port))
    return found


def started_at(host: Host, container: str) -> str:
    """When a container was last started, as Docker says; it changes with each start."""
    return str(host.check_output(f"docker inspect --format '{{{{.State.StartedAt}}}}' {container}"))


def completion(host: Host, port: int, model: str, key: str = "") -> str:
    """Asks for a chat completion on the host itself; answers the text, or what went wrong."""
    body = f'{{"model":"{model}","messages":[{{"role":"user","content":"Hello"}}],"max_tokens":8}}'
    bearer = f"-H 'Authorization: Bearer {key}'" if key else ""
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    asked = f"curl -s -m 60 {bearer} -H 'Content-Type: application/json' -d '{body}' {url}"
    return str(host.run(asked).stdout)


def is_open(address: str, port: int) -> bool:
    """Whether a port of an address can be reached from this computer."""
    asked = ["bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
    return subprocess.run(asked, capture_output=True, timeout=5, check=False).returncode == 0
