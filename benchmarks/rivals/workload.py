"""pyinfra: the workload that both rivals share; see README.md."""

from io import StringIO

from pyinfra import host  # type: ignore[import-not-found]  # in an environment of its own
from pyinfra.facts.files import File  # type: ignore[import-not-found]  # same
from pyinfra.operations import (  # type: ignore[import-not-found]  # same
    apt,
    files,
    server,
    systemd,
)

ROOT = "/opt/llmhost-bench"

for number in range(6):
    files.directory(f"{ROOT}/dir{number}", mode="755", user="root", group="root")

for number in range(12):
    files.put(
        src=StringIO(f"setting = {number}\n" * 20),
        dest=f"{ROOT}/dir{number % 6}/file{number}",
        mode="644",
        user="root",
        group="root",
    )

for package in ("bash", "coreutils", "tar", "gzip", "openssh-server"):
    apt.packages([package])

for service in ("ssh", "systemd-journald", "systemd-logind", "dbus"):
    systemd.service(service, running=True)

for number in range(3):
    if not host.get_fact(File, path=f"{ROOT}/done{number}"):
        server.shell(f"touch {ROOT}/done{number}")
