"""Files are written whole or not at all, under a real bash."""

import os
import threading
from pathlib import Path

import pytest

from llmhost.host import script
from tests.host.shell import Shell
from tests.host.website import website

ME = f"{os.geteuid()}:{os.getegid()}"


def put(path: Path, content: str, mode: str = "0644", owner: str = ME) -> str:
    return script.call(("put", mode, owner, str(path), content))


@pytest.mark.parametrize("content", ["", "one\n", "no end", "-n", "\n\n", "'\"$(id)`id`\\\té\n"])
def test_a_file_is_written_as_it_was_given(tmp_path: Path, shell: Shell, content: str) -> None:
    path = tmp_path / "deep" / "er" / "it's"
    assert shell.effects(put(path, content, "0600")).returncode == 0
    assert path.read_text() == content
    assert path.stat().st_mode & 0o7777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_whoever_reads_sees_the_old_file_or_the_new_one(tmp_path: Path, shell: Shell) -> None:
    path = tmp_path / "x"
    old, new = "a" * 100_000, "b" * 100_000
    path.write_text(old)
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=watch)
    reader.start()
    shell.effects("for _ in {1..15}; do", put(path, new), put(path, old), "done")
    over.set()
    reader.join()
    assert seen == {old, new}


def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
    tmp_path: Path, shell: Shell
) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    assert shell.effects(put(path, "new", owner="no-such-user:x")).returncode
    assert shell.effects(put(tmp_path / "folder" / "x" / "y", "new")).returncode == 0
    assert shell.effects(put(tmp_path / "folder" / "x", "new")).returncode
    assert path.read_text() == "old"
    assert not list(tmp_path.rglob(".llmhost*"))


def test_a_directory_gets_its_mode_and_keeps_what_is_in_it(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "models").mkdir(mode=0o700)
    (tmp_path / "models" / "x").write_text("x")
    assert shell.effects(f"directory 0755 {ME} {tmp_path}/models").returncode == 0
    assert (tmp_path / "models").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "models" / "x").exists()


def test_a_file_is_fetched_whole_or_not_at_all(tmp_path: Path, shell: Shell) -> None:
    key = tmp_path / "keyrings" / "docker.asc"
    with website({"/gpg": (200, "a key")}) as site:
        assert shell.effects(f"fetch {site.url}/gpg {key}").returncode == 0
        assert shell.effects(f"fetch {site.url}/missing {key}").returncode
    assert key.read_text() == "a key"
    assert list(key.parent.iterdir()) == [key]


@pytest.mark.parametrize("valid", [True, False])
def test_a_daemon_json_that_docker_refuses_never_takes_the_place_of_the_old_one(
    shell: Shell, *, valid: bool
) -> None:
    path = shell.path("/etc/docker/daemon.json")
    path.write_text("{}")
    dockerd = f"dockerd() {{ echo unknown key >&2; {'true' if valid else 'false'}; }}"
    done = shell.effects(dockerd, """daemon_json '{"a": 1}'""")
    assert done.returncode == (0 if valid else 1)
    assert path.read_text() == ('{"a": 1}' if valid else "{}")


def test_before_docker_is_there_its_settings_are_written_unseen(shell: Shell) -> None:
    absent = "command() { return 1; }"
    assert shell.effects(absent, """daemon_json '{"a": 1}'""").returncode == 0
    assert shell.path("/etc/docker/daemon.json").read_text() == '{"a": 1}'
