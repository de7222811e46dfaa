"""The functions that change a host, under a real bash, below a folder of the test."""

import fcntl
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llmhost.host import script
from tests.cases import FIXTURES
from tests.host.shell import Shell

ME = f"{os.geteuid()}:{os.getegid()}"
PULL = (FIXTURES / "pull.jsonl").read_text("utf-8").splitlines()
# Long waits are for networks and people; here they are none.
HASTE = "sleep() { command sleep 0.01; }"


def effects(shell: Shell, *lines: str) -> subprocess.CompletedProcess[str]:
    """Runs effects as an apply does, with progress on standard output."""
    source = script.library("apply", "effects") + "exec 3>&1\n" + "\n".join((HASTE, *lines)) + "\n"
    return shell.run(source)


def put(path: Path, content: str, mode: str = "0644", owner: str = ME) -> str:
    return script.call(("put", mode, owner, str(path), content))


@pytest.mark.parametrize("content", ["", "one\n", "no end", "-n", "\n\n", "'\"$(id)`id`\\\té\n"])
def test_a_file_is_written_as_it_was_given(tmp_path: Path, shell: Shell, content: str) -> None:
    path = tmp_path / "deep" / "er" / "it's"
    assert effects(shell, put(path, content, "0600")).returncode == 0
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
    effects(shell, "for _ in {1..15}; do", put(path, new), put(path, old), "done")
    over.set()
    reader.join()
    assert seen == {old, new}


def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
    tmp_path: Path, shell: Shell
) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    assert effects(shell, put(path, "new", owner="no-such-user:x")).returncode
    assert effects(shell, put(tmp_path / "folder" / "x" / "y", "new")).returncode == 0
    assert effects(shell, put(tmp_path / "folder" / "x", "new")).returncode
    assert path.read_text() == "old"
    assert not list(tmp_path.rglob(".llmhost*"))


def test_a_directory_gets_its_mode_and_keeps_what_is_in_it(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "models").mkdir(mode=0o700)
    (tmp_path / "models" / "x").write_text("x")
    assert effects(shell, f"directory 0755 {ME} {tmp_path}/models").returncode == 0
    assert (tmp_path / "models").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "models" / "x").exists()


def test_what_fails_now_and_then_is_tried_again_and_not_for_ever(shell: Shell) -> None:
    flaky = "flaky() { ((++tries >= 3)); }"
    assert effects(shell, flaky, "again 4 flaky; echo $? $tries").stdout == "0 3\n"
    assert effects(shell, flaky, "again 2 flaky; echo $? $tries").stdout == "1 2\n"


@contextmanager
def website(answers: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802  the name http.server looks for
            status, body = answers.get(self.path, (404, b"nothing here"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_is_fetched_whole_or_not_at_all(tmp_path: Path, shell: Shell) -> None:
    key = tmp_path / "keyrings" / "docker.asc"
    with website({"/gpg": (200, b"a key")}) as url:
        assert effects(shell, f"fetch {url}/gpg {key}").returncode == 0
        assert effects(shell, f"fetch {url}/missing {key}").returncode
    assert key.read_text() == "a key"
    assert list(key.parent.iterdir()) == [key]


APT = """
apt-get() { while [[ $1 == -* ]]; do [[ $1 != --option ]] || shift; shift; done; told "apt-get $*"; }
dpkg() { told "dpkg ${*: -2}"; }
told() { echo "$*" "$DEBIAN_FRONTEND"; }
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
    assert effects(shell, "apt_lock_holder").returncode == 1
    lock = shell.path("/var/lib/dpkg/lock-frontend")
    lock.touch()
    assert effects(shell, "apt_lock_holder").returncode == 1
    with locked(lock) as pid:
        told = effects(shell, "apt_lock_holder").stdout
    assert told.startswith(sys.executable)
    assert told.endswith(f"(process {pid})")


def test_a_lock_that_somebody_only_reads_is_nobodys(shell: Shell) -> None:
    lock = shell.path("/var/lib/apt/lists/lock")
    lock.touch()
    with lock.open() as file:
        fcntl.lockf(file, fcntl.LOCK_SH)
        assert effects(shell, "apt_lock_holder").returncode == 1


def test_apt_waits_for_its_lock_and_says_whom_it_waits_for(shell: Shell) -> None:
    lock = shell.path("/var/lib/dpkg/lock")
    lock.touch()
    with locked(lock) as pid:
        done = effects(shell, APT, "LLMHOST_APT_LOCK_SECONDS=4 apt install curl")
        assert done.returncode == 100
        assert f"(process {pid})" in done.stderr
        assert "was not released within 4 seconds" in done.stderr
        assert done.stdout.startswith("progress\tpackages\t0\t0\twaiting for ")
        assert done.stdout.count("\n") == 1
    assert effects(shell, APT, "apt install curl").stdout == "apt-get install curl noninteractive\n"


def test_apt_goes_on_as_soon_as_the_lock_is_free(shell: Shell) -> None:
    lock = shell.path("/var/lib/dpkg/lock")
    lock.touch()
    with locked(lock) as pid:
        free = f"sleep() {{ kill -9 {pid}; command sleep 0.1; }}"
        done = effects(shell, APT, free, "apt install curl")
    assert done.stdout.splitlines()[-1] == "apt-get install curl noninteractive"


def test_packages_are_installed_after_what_was_interrupted_is_finished(shell: Shell) -> None:
    assert effects(shell, APT, "packages curl jq").stdout.splitlines() == [
        "progress\tpackages\t0\t0\treading package lists",
        "apt-get update noninteractive",
        "dpkg --configure -a noninteractive",
        "progress\tpackages\t0\t0\tinstalling curl jq",
        "apt-get install --no-install-recommends curl jq noninteractive",
    ]


def test_a_pull_is_told_in_bytes_of_all_layers_together(shell: Shell) -> None:
    lines = [f"layer_told=0; {script.call(('pull_progress', line))}" for line in PULL]
    told = [line.split("\t") for line in effects(shell, *lines).stdout.splitlines()]
    assert all(one[:2] == ["progress", "image"] for one in told)
    done = [int(one[2]) for one in told]
    assert done == sorted(done)
    assert told[-1][2:4] == ["29022016", "29022016"]


def test_a_pull_tells_no_more_than_twice_a_second(shell: Shell) -> None:
    lines = [script.call(("pull_progress", line)) for line in PULL]
    assert len(effects(shell, *lines).stdout.splitlines()) <= 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"message":"manifest unknown"}', "manifest unknown\n"),
        ('{"errorDetail":{"message":"no space left"},"error":"no space left"}', "no space left\n"),
        ('{"message":"Get \\"https://x/v2/\\": denied"}', 'Get \\"https://x/v2/\\": denied\n'),
        ('{"status":"Pulling from x","id":"v1"}', ""),
        ("curl: (7) Failed to connect", ""),
    ],
)
def test_what_the_engine_complains_of_is_kept_as_evidence(
    shell: Shell, line: str, words: str
) -> None:
    assert effects(shell, script.call(("pull_progress", line))).stderr == words


@contextmanager
def engine(path: Path, lines: list[str]) -> Iterator[list[str]]:
    """Something that pulls on a socket as Docker's engine does."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  the name http.server looks for
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write("\r\n".join(lines).encode() + b"\r\n")

        def log_message(self, *_words: object) -> None:
            pass

        def address_string(self) -> str:
            return "a socket"

    class Server(http.server.HTTPServer):
        address_family = 1  # AF_UNIX

        def server_bind(self) -> None:
            self.socket.bind(str(path))

    with Server(("", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield asked
        server.shutdown()


HAVE = 'docker() { echo "docker $*"; }'
HAVE_NOT = "docker() { return 1; }"


def test_an_image_is_pulled_through_the_engine(shell: Shell) -> None:
    with engine(shell.path("/run/docker.sock"), PULL) as asked:
        done = effects(shell, HAVE, "pull docker.io/vllm/vllm-openai:v0.31.0+cu")
    assert asked == ["/images/create?fromImage=docker.io/vllm/vllm-openai:v0.31.0%2Bcu"]
    assert done.stdout.splitlines()[-1].startswith("docker image inspect")
    assert done.returncode == 0


def test_an_image_that_is_not_there_afterwards_was_not_pulled(shell: Shell) -> None:
    refused = '{"message":"manifest for x:1 not found: manifest unknown"}'
    with engine(shell.path("/run/docker.sock"), [refused]):
        done = effects(shell, HAVE_NOT, "pull docker.io/library/x:1")
    assert done.returncode
    assert "manifest unknown" in done.stderr


def test_an_image_behind_a_login_is_pulled_by_the_client_that_holds_it(shell: Shell) -> None:
    config = {"auths": {"registry.test:5000": {"auth": "eA=="}}}
    shell.path("/root/.docker/config.json").write_text(json.dumps(config))
    assert effects(shell, HAVE, "pull registry.test:5000/a:1").stdout == (
        "docker pull --quiet registry.test:5000/a:1\n"
    )


@pytest.mark.parametrize("valid", [True, False])
def test_a_daemon_json_that_docker_refuses_never_takes_the_place_of_the_old_one(
    shell: Shell, *, valid: bool
) -> None:
    path = shell.path("/etc/docker/daemon.json")
    path.write_text("{}")
    dockerd = f"dockerd() {{ echo unknown key >&2; {'true' if valid else 'false'}; }}"
    done = effects(shell, dockerd, """daemon_json '{"a": 1}'""")
    assert done.returncode == (0 if valid else 1)
    assert path.read_text() == ('{"a": 1}' if valid else "{}")


def test_before_docker_is_there_its_settings_are_written_unseen(shell: Shell) -> None:
    absent = "command() { return 1; }"
    assert effects(shell, absent, """daemon_json '{"a": 1}'""").returncode == 0
    assert shell.path("/etc/docker/daemon.json").read_text() == '{"a": 1}'


def test_the_token_of_the_hub_is_in_the_environment_and_in_no_argument(shell: Shell) -> None:
    python = shell.path("/opt/llmhost/hub/bin/python")
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$HF_ENDPOINT" "$HF_TOKEN"\n')
    python.chmod(0o755)
    done = effects(shell, "weights https://hub.test hf_0123 o/m main /models/x '' '*.json'")
    *argv, endpoint, token = done.stdout.splitlines()
    assert argv[1:] == ["o/m", "main", "/models/x", "", "*.json"]
    assert (endpoint, token) == ("https://hub.test", "hf_0123")


PYTHON = """python3() {
  mkdir -p "${*: -1}/bin"
  printf '#!/bin/sh\\nprintf "%%s " "$@"\\n' >"${*: -1}/bin/pip"
  chmod +x "${*: -1}/bin/pip"
}"""


@pytest.mark.parametrize("index", ["", "https://index.test/simple"])
def test_the_hub_client_comes_from_the_index_that_was_named(shell: Shell, index: str) -> None:
    done = effects(shell, PYTHON, script.call(("hub_client", "2.4.0", index)))
    assert ("--index-url https://index.test/simple" in done.stdout) == bool(index)
    assert "huggingface_hub==2.4.0" in done.stdout
    assert shell.path("/opt/llmhost/hub/version").read_text() == "2.4.0\n"


def test_a_hub_client_that_was_not_installed_leaves_no_version_behind(shell: Shell) -> None:
    broken = PYTHON.replace('printf "%%s " "$@"', "exit 1")
    shell.path("/opt/llmhost/hub/version").write_text("2.4.0\n")
    assert effects(shell, broken, "hub_client 2.4.0 ''").returncode
    assert not shell.path("/opt/llmhost/hub/version").exists()


def test_weights_are_removed_and_nothing_else_ever_is(tmp_path: Path, shell: Shell) -> None:
    models = shell.path("/var/lib/llmhost/models/o--m/x").parent
    (tmp_path / "keep").mkdir()
    for place in (f"{tmp_path}/keep", "/var/lib/llmhost/models", "/var/lib/llmhost/models/", ""):
        assert effects(shell, f"weights_remove '{place}'").returncode
    assert models.is_dir()
    assert effects(shell, "weights_remove /var/lib/llmhost/models/o--m").returncode == 0
    assert not models.exists()
    assert (tmp_path / "keep").is_dir()


TOLD = 'systemctl() { echo "systemctl $*"; }\ndocker() { echo "docker $*"; }'


def test_a_service_is_removed_with_its_own_files_alone(shell: Shell) -> None:
    for name in ("vllm", "ollama"):
        shell.path(f"/etc/llmhost/{name}/compose.yaml").touch()
    told = effects(shell, TOLD, "service_remove vllm").stdout
    assert "docker compose" in told
    assert "systemctl disable --quiet --now llmhost-vllm.service" in told
    assert not shell.path("/etc/llmhost/vllm").exists()
    assert shell.path("/etc/llmhost/ollama/compose.yaml").exists()


def test_a_service_whose_containers_stay_is_not_said_to_be_gone(shell: Shell) -> None:
    shell.path("/etc/llmhost/vllm/compose.yaml").touch()
    assert effects(shell, TOLD, "docker() { return 1; }", "service_remove vllm").returncode
    assert shell.path("/etc/llmhost/vllm/compose.yaml").exists()


@pytest.mark.parametrize("call", ["service_start llmhost-x.service", "restart_docker"])
def test_a_service_that_does_not_start_is_a_failure(shell: Shell, call: str) -> None:
    fails = "systemctl() { [[ $1 != restart ]]; }"
    assert effects(shell, fails, call).returncode == 1
    assert effects(shell, TOLD, call).returncode == 0


def test_a_first_boot_that_ended_with_complaints_is_over(shell: Shell) -> None:
    done = effects(shell, "cloud-init() { return 2; }", "first_boot_wait")
    assert done.returncode == 0
    assert "waiting for the first boot" in done.stdout


def test_waiting_takes_no_longer_than_it_must(shell: Shell) -> None:
    begun = time.monotonic()
    effects(shell, "again 4 false")
    assert time.monotonic() - begun < 2
