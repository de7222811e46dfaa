"""Debian packages, and the lock that others may hold, under a real bash."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.host.shell import Shell

APT = """
apt-get() {
  while [[ $1 == -* ]]; do [[ $1 != --option ]] || shift; shift; done
  told "apt-get $*"
}
dpkg() { told "dpkg ${*: -2}"; }
told() { echo "$*" "$DEBIAN_FRONTEND" >&3; }
"""


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Holds the lock of a file as apt does, in a process of its own."""
    holder = (
        "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.lockf(file, fcntl.LOCK_EX);"
        "print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        yield process.pid
        process.stdin.close()


def test_the_holder_of_apts_lock_is_known(shell: Shell) -> None:
    assert shell.effects("apt_lock_holder").returncode == 1
    lock = shell.path("/var/lib/dpkg/lock-frontend")
    lock.touch()
    assert shell.effects("apt_lock_holder").returncode == 1
    with locked(lock) as pid:
        told = shell.effects("apt_lock_holder").stdout
    assert told.startswith(sys.executable)
    assert told.endswith(f"(process {pid})")


def test_a_lock_that_somebody_only_reads_is_nobodys(shell: Shell) -> None:
    lock = shell.path("/var/lib/apt/lists/lock")
    lock.touch()
    with lock.open() as file:
        fcntl.lockf(file, fcntl.LOCK_SH)
        assert shell.effects("apt_lock_holder").returncode == 1


def test_apt_waits_for_its_lock_and_says_whom_it_waits_for(shell: Shell) -> None:
    lock = shell.path("/var/lib/dpkg/lock")
    lock.touch()
    with locked(lock) as pid:
        done = shell.effects(APT, "LLMHOST_APT_LOCK_SECONDS=4 apt install curl")
        assert done.returncode == 100
        assert f"(process {pid})" in done.stderr
        assert "was not released within 4 seconds" in done.stderr
        assert done.stdout.startswith("progress\tpackages\t0\t0\twaiting for ")
        assert done.stdout.count("\n") == 1
    assert shell.effects(APT, "apt install curl").stdout == "apt-get install curl noninteractive\n"


def test_apt_goes_on_as_soon_as_the_lock_is_free(shell: Shell) -> None:
    lock = shell.path("/var/lib/dpkg/lock")
    lock.touch()
    with locked(lock) as pid:
        free = f"sleep() {{ kill -9 {pid}; command sleep 0.1; }}"
        done = shell.effects(APT, free, "apt install curl")
    assert done.stdout.splitlines()[-1] == "apt-get install curl noninteractive"


def test_packages_are_installed_after_what_was_interrupted_is_finished(shell: Shell) -> None:
    assert shell.effects(APT, "packages curl jq").stdout.splitlines() == [
        "progress\tpackages\t0\t0\treading package lists",
        "apt-get update noninteractive",
        "dpkg --configure -a noninteractive",
        "progress\tpackages\t0\t0\tinstalling curl jq",
        "apt-get install --no-install-recommends curl jq noninteractive",
    ]


BROKEN = """
apt-get() {
  [[ " $* " != *" update"* ]] || { echo "E: foreign.test has no Release file."; return 100; }
  echo "apt-get ${*: -1}"
  [[ ${installs:-} ]]
}
dpkg() { :; }
"""


def test_a_foreign_repository_that_is_broken_stops_nothing(shell: Shell) -> None:
    done = shell.effects(BROKEN, "installs=yes", "packages curl")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "apt-get curl"
    assert "foreign.test" not in done.stdout + done.stderr


def test_a_package_that_cannot_be_had_is_told_with_what_apt_said_of_its_lists(shell: Shell) -> None:
    done = shell.effects(BROKEN, "packages curl")
    assert done.returncode == 100
    assert set(done.stderr.splitlines()) == {"E: foreign.test has no Release file."}


def test_packages_that_are_cut_off_half_way_are_finished_though_another_lane_failed(
    tmp_path: Path, shell: Shell
) -> None:
    apt = f"apt-get() {{ bash -c 'kill -TERM 0; sleep 0.2; touch {tmp_path}/done'; }}"
    assert shell.effects(apt, "lane() { apt install x; }", "lanes lane").returncode == 0
    assert (tmp_path / "done").exists()
