"""A host seen from outside: pytest-testinfra over ssh, and nothing of llmhost's own looking."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, TypeAlias

import testinfra

from llmhost.transport.base import Address
from llmhost.transport.hostkeys import entry_name

Host: TypeAlias = Any  # pytest-testinfra ships no types


def introduce(home: Path, address: Address) -> None:
    """Lets whoever has this home log in at an address, and know the host's key beforehand."""
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
        lines.write(f"{entry_name(address.host, address.port)} {address.host_key}\n")


def seen(home: Path, address: Address) -> Host:
    """The host as root sees it over ssh, for one who was introduced."""
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


def completion(host: Host, name: str, port: int, model: str) -> str:
    """Asks for a chat completion on the host itself; answers the text, or what went wrong.

    A key that is asked for is taken from the deployment's own file, past every argument list.
    """
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}
    asked = (
        f"sed -n \"s/^[A-Z]*_API_KEY='\\(.*\\)'/Authorization: Bearer \\1/p\" "
        f"/etc/llmhost/{name}/engine.env | curl -s -m 60 -H @- -H 'Content-Type: application/json' "
        f"-d '{json.dumps(body)}' http://127.0.0.1:{port}/v1/chat/completions"
    )
    return str(host.run(asked).stdout)


def await_completion(host: Host, name: str, port: int, model: str, within: float = 90.0) -> None:
    """Returns once a client on the host is answered, with no help of llmhost's."""
    deadline = time.monotonic() + within
    while '"assistant"' not in (said := completion(host, name, port, model)):
        assert time.monotonic() < deadline, f"still no answer: {said}"
        time.sleep(0.5)


def outer_address(host: Host) -> str:
    """The host's own address on its network."""
    return str(
        host.check_output("ip -4 -o addr show scope global dev eth0").split()[3].split("/")[0]
    )


def is_open(address: str, port: int) -> bool:
    """Whether a port of an address can be reached from this computer."""
    asked = ["bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
    return subprocess.run(asked, capture_output=True, timeout=5, check=False).returncode == 0


def hold_apt(seconds: int) -> str:
    """A script that holds apt's lock the way apt does, in a unit `holder`, for so long."""
    program = (
        "use Fcntl; open my $file, q(>), q(/var/lib/dpkg/lock-frontend); "
        "my $lock = pack(q(s s l! l! i x4), F_WRLCK, 0, 0, 0, 0); "
        "fcntl($file, F_SETLK, $lock) or die; "
        f"sleep {seconds}"
    )
    unit = "systemd-run -q --collect --expand-environment=no --unit=holder"
    return f"{unit} perl -e '{program}' && sleep 0.5"
