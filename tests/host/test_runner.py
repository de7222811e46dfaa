"""The host's bash for CI runners, run for real below a folder of the test."""

import hashlib
import io
import shlex
import tarfile
from pathlib import Path

import pytest

from tests.host.shell import Shell

PREPARE = "#!/bin/bash\necho prepared >>/var/lib/llmhost/prepared\n"
VERSIONS = "/var/lib/llmhost/runner-software"


def archive(shell: Shell, version: str) -> tuple[Path, str]:
    """A runner's program as a forge hands it out, and its checksum."""
    packed = io.BytesIO()
    files = {"run.sh": version, "bin/prepare": shell.moved(PREPARE)}
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o755
            tar.addfile(entry, io.BytesIO(text.encode()))
    path = shell.path(f"/srv/{version}.tar.gz")
    path.write_bytes(packed.getvalue())
    return path, hashlib.sha256(packed.getvalue()).hexdigest()


def fetched(shell: Shell, version: str, sha256: str = "", token: str = "") -> tuple[int, str]:
    """Has a version on the host; answers with status and output."""
    path, right = archive(shell, version)
    words = (version, f"file://{path}", sha256 or right, token, "run.sh", "bin/prepare")
    # Nobody holds the lock of this computer's apt.
    done = shell.effects("apt_free() { :; }", shlex.join(("runner_program", *words)))
    return done.returncode, done.stdout + done.stderr


def test_a_program_is_unpacked_and_prepared_once(shell: Shell) -> None:
    assert fetched(shell, "2.337.0")[0] == 0
    assert shell.path(f"{VERSIONS}/2.337.0/run.sh").read_text() == "2.337.0"
    assert shell.path("/var/lib/llmhost/prepared").read_text() == "prepared\n"


def test_a_new_version_takes_the_place_of_the_old_one(shell: Shell) -> None:
    fetched(shell, "2.337.0")
    fetched(shell, "2.338.0")
    there = {path.name for path in shell.path(f"{VERSIONS}/x").parent.iterdir()}
    assert there == {"2.338.0"}


def test_a_program_with_another_checksum_is_not_run(shell: Shell) -> None:
    status, said = fetched(shell, "2.337.0", sha256="0" * 64)
    assert status == 1
    assert "is not the one that was announced" in said
    assert not shell.path("/var/lib/llmhost/prepared").exists()
    assert not shell.path(f"{VERSIONS}/2.337.0/run.sh").exists()


def test_the_token_of_a_download_is_no_argument(shell: Shell) -> None:
    curl = 'curl() { printf "%s\\n" "$*"; cat; command curl "$@" </dev/null; }'
    path, right = archive(shell, "2.337.0")
    words = ("2.337.0", f"file://{path}", right, "secret-token", "run.sh", "")
    done = shell.effects(
        'interruptible() { "$@"; }',
        curl,
        "apt_free() { :; }",
        shlex.join(("runner_program", *words)),
    )
    arguments, config = done.stdout.split("\n")[1:3]
    assert "secret-token" not in arguments
    assert config == 'header = "Authorization: Bearer secret-token"'


@pytest.mark.parametrize("last", ["", "nobody-at-all"])
def test_a_runner_is_removed_with_all_that_is_its_own(shell: Shell, last: str) -> None:
    others = shell.path("/var/lib/llmhost/runners/other/run.sh")
    program = shell.path(f"{VERSIONS}/2.337.0/run.sh")
    mine = [
        shell.path("/var/lib/llmhost/runners/vllm/run.sh"),
        shell.path("/etc/llmhost/vllm/run-runner"),
        shell.path("/run/llmhost/vllm.runner"),
    ]
    for path in (others, program, *mine):
        path.write_text("x")
    none = "systemctl() { :; }; account_remove() { :; }"
    done = shell.effects(none, shlex.join(("runner_remove", "vllm", last)))
    assert done.returncode == 0, done.stderr
    assert not any(path.exists() for path in mine)
    assert others.exists()
    assert program.exists() == (not last)
