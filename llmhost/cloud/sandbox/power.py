"""What happens to machines: an orderly reboot, and the plug being pulled."""

import time
from datetime import datetime

from llmhost.cloud.sandbox.engine import Engine, running_engine
from llmhost.cloud.sandbox.keys import login_key
from llmhost.cloud.sandbox.machine import containers, inspect, wait_for_ssh
from llmhost.cloud.sandbox.records import MACHINE_FILTER, machine_of
from llmhost.errors import CloudError

# systemd waits 90 s for a unit that does not stop (DefaultTimeoutStopSec), and goes on then.
_REBOOT_DEADLINE = 120.0


def reboot(name: str) -> None:
    """Reboots a machine the way `sudo reboot` does; returns when its sshd answers again."""
    engine, container = _find(name)
    before = _started(engine, container)
    engine.answer("exec", container, "systemctl", "--no-block", "reboot")
    deadline = time.monotonic() + _REBOOT_DEADLINE
    while _started(engine, container) == before:
        if time.monotonic() > deadline:
            raise CloudError(
                f"the machine `{name}` did not reboot within {_REBOOT_DEADLINE:.0f} s",
                hint=f"`docker exec {container} systemctl list-jobs` shows what it waits for",
            )
        time.sleep(0.1)
    _await_ssh(engine, container)


def cut_power(name: str) -> None:
    """Kills every process of a machine at once and starts it; returns when its sshd answers again.

    What had been written stays, as the kernel that wrote it lives on; a real power cut also loses
    what no `fsync` had brought to the disk.
    """
    engine, container = _find(name)
    engine.run("kill", "--signal", "KILL", container)
    engine.run("start", container)
    _await_ssh(engine, container)


def _find(name: str) -> tuple[Engine, str]:
    engine = running_engine()
    found = containers(engine, f"{MACHINE_FILTER}={name}") if engine else []
    if engine is None or not found:
        raise CloudError(
            f"there is no sandbox machine `{name}`", hint="`llmhost ls` shows those that exist"
        )
    return engine, str(found[0]["Id"])[:12]


def _started(engine: Engine, container: str) -> datetime:
    return datetime.fromisoformat(inspect(engine, container)[0]["State"]["StartedAt"])


def _await_ssh(engine: Engine, container: str) -> None:
    address = machine_of(inspect(engine, container)[0], login_key()[0]).address
    if address:
        wait_for_ssh(address.host, address.port)
