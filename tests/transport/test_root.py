"""Becoming root on a host, and what is said where that is not possible."""

import contextlib
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.errors import HostError
from llmhost.transport.refusals import not_started
from llmhost.transport.ssh import connect
from tests.transport.sshd import Sshd

ENV = Path("/usr/bin/env")
_IN_USE = 8  # userdel(8), EXIT VALUES


@contextlib.contextmanager
def account(shell: str) -> Iterator[str]:
    """A user of this machine without any right, for as long as it is needed."""
    name = f"llmhost-test-{os.getpid()}"
    no_password = ["--password", "*"]  # not locked, as it would be without
    subprocess.run(["useradd", "--home-dir", "/", *no_password, "-s", shell, name], check=True)
    try:
        yield name
    finally:
        for _ in range(50):  # sshd's own process of that user takes a moment to end
            if subprocess.run(["userdel", name], check=False).returncode != _IN_USE:
                break
            time.sleep(0.1)
    with pytest.raises(KeyError):
        pwd.getpwnam(name)


def test_a_user_without_sudo_is_told_how_to_get_it(sshd: Sshd) -> None:
    with account("/bin/bash") as user, connect(sshd.address(user)) as host:
        with pytest.raises(HostError, match=r"become root|no sudo") as refusal:
            host.run("true")
        assert "log in as root" in refusal.value.hint


def test_an_account_that_may_not_run_anything_is_named(sshd: Sshd) -> None:
    with account("/usr/sbin/nologin") as user, connect(sshd.address(user)) as host:
        with pytest.raises(HostError, match="no script can be run") as refusal:
            host.run("true")
        assert "This account is currently not available." in refusal.value.why


def test_a_host_without_bash_is_named(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "env").symlink_to(ENV)
    with Sshd(tmp_path, SetEnv=f"PATH={programs}") as sshd, connect(sshd.address()) as host:
        with pytest.raises(HostError, match="there is no bash") as refusal:
            host.run("true")
        assert "apt-get install bash" in refusal.value.hint


def test_what_a_login_shell_prints_first_is_not_the_scripts_output(sshd: Sshd) -> None:
    (sshd.home / ".bashrc").write_text("echo welcome, have a nice day\n")
    with connect(sshd.address()) as host:
        assert host.run("echo mine").stdout == "mine\n"


def test_a_cloud_image_that_wants_another_user_is_understood(sshd: Sshd) -> None:
    # what cloud-init writes into root's authorized_keys, without its pause
    said = 'Please login as the user \\"debian\\" rather than the user \\"root\\".'
    forced = f"command=\"echo '{said}';echo;exit 142\" "
    sshd.authorized.write_text(forced + sshd.authorized.read_text())
    with connect(sshd.address()) as host:
        with pytest.raises(HostError, match="does not let root log in") as refusal:
            host.run("true")
        assert 'as the user "debian"' in refusal.value.why


@pytest.mark.parametrize(
    ("status", "stderr", "message"),
    [  # recorded: sudo 1.9.13p3, env of coreutils 9.1, bash 5.2.15 and dash 0.5.12 (Debian 12)
        (1, "sudo: a password is required", "cannot become root"),
        (1, "sudo: a terminal is required to read the password;", "cannot become root"),
        (1, "sudo: sorry, you must have a tty to run sudo", "cannot become root"),
        (1, "ann is not in the sudoers file.", "cannot become root"),
        (1, "Sorry, user ann may not run sudo on host.", "cannot become root"),
        (127, "env: \u2018sudo\u2019: No such file or directory", "there is no sudo"),
        (127, "env: \u2018bash\u2019: No such file or directory", "there is no bash"),
        (127, "bash: line 1: sudo: command not found", "there is no sudo"),
        (255, "", "no script can be run"),
    ],
)
def test_each_way_of_not_becoming_root_has_its_own_words(
    status: int, stderr: str, message: str
) -> None:
    refusal = not_started("ann@host", "ann", status, "", stderr)
    assert refusal
    assert message in refusal.message
    assert refusal.hint
