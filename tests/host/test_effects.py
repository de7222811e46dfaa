"""The other functions that change a host, under a real bash, below a folder of the test."""

import time
from pathlib import Path

import pytest

from llmhost.host import script
from tests.host.shell import Shell


def test_what_fails_now_and_then_is_tried_again_and_not_for_ever(shell: Shell) -> None:
    flaky = "flaky() { ((++tries >= 3)); }"
    assert shell.effects(flaky, "again 4 flaky; echo $? $tries").stdout == "0 3\n"
    assert shell.effects(flaky, "again 2 flaky; echo $? $tries").stdout == "1 2\n"


def test_waiting_takes_no_longer_than_it_must(shell: Shell) -> None:
    begun = time.monotonic()
    shell.effects("again 4 false")
    assert time.monotonic() - begun < 2


def test_a_first_boot_that_ended_with_complaints_is_over(shell: Shell) -> None:
    done = shell.effects("cloud-init() { return 2; }", "first_boot_wait")
    assert done.returncode == 0
    assert "waiting for the first boot" in done.stdout


def test_the_token_of_the_hub_is_in_the_environment_and_in_no_argument(shell: Shell) -> None:
    python = shell.path("/opt/llmhost/hub/bin/python")
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$HF_ENDPOINT" "$HF_TOKEN"\n')
    python.chmod(0o755)
    done = shell.effects("weights https://hub.test hf_0123 o/m main /models/x '' '*.json'")
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
    done = shell.effects(PYTHON, script.call(("hub_client", "2.4.0", index)))
    assert ("--index-url https://index.test/simple" in done.stdout) == bool(index)
    assert "huggingface_hub==2.4.0" in done.stdout
    assert shell.path("/opt/llmhost/hub/version").read_text() == "2.4.0\n"


def test_a_hub_client_that_was_not_installed_leaves_no_version_behind(shell: Shell) -> None:
    broken = PYTHON.replace('printf "%%s " "$@"', "exit 1")
    shell.path("/opt/llmhost/hub/version").write_text("2.4.0\n")
    assert shell.effects(broken, "hub_client 2.4.0 ''").returncode
    assert not shell.path("/opt/llmhost/hub/version").exists()


TOLD = 'systemctl() { echo "systemctl $*"; }\ndocker() { echo "docker $*"; }'


def test_weights_are_removed_and_nothing_else_ever_is(tmp_path: Path, shell: Shell) -> None:
    models = shell.path("/var/lib/llmhost/models/o--m/x").parent
    (tmp_path / "keep").mkdir()
    for place in (f"{tmp_path}/keep", "/var/lib/llmhost/models", "/var/lib/llmhost/models/", ""):
        assert shell.effects(f"weights_remove '{place}'").returncode
    assert models.is_dir()
    assert shell.effects("weights_remove /var/lib/llmhost/models/o--m").returncode == 0
    assert not models.exists()
    assert (tmp_path / "keep").is_dir()


def test_a_service_is_removed_with_its_own_files_alone(shell: Shell) -> None:
    for name in ("vllm", "ollama"):
        shell.path(f"/etc/llmhost/{name}/compose.yaml").touch()
    told = shell.effects(TOLD, "service_remove vllm").stdout
    assert "docker compose" in told
    assert "systemctl disable --quiet --now llmhost-vllm.service" in told
    assert not shell.path("/etc/llmhost/vllm").exists()
    assert shell.path("/etc/llmhost/ollama/compose.yaml").exists()


def test_a_service_whose_containers_stay_is_not_said_to_be_gone(shell: Shell) -> None:
    shell.path("/etc/llmhost/vllm/compose.yaml").touch()
    assert shell.effects(TOLD, "docker() { return 1; }", "service_remove vllm").returncode
    assert shell.path("/etc/llmhost/vllm/compose.yaml").exists()


@pytest.mark.parametrize(
    ("call", "unit"),
    [
        ("service_start llmhost-x.service", "llmhost-x.service"),
        ("restart_docker", "docker.service"),
    ],
)
def test_a_service_that_does_not_start_is_a_failure_with_its_own_last_words(
    shell: Shell, call: str, unit: str
) -> None:
    fails = "systemctl() { [[ $1 != restart ]]; }"
    journal = 'journalctl() { echo "last words of ${*: -1}"; }'
    done = shell.effects(fails, journal, call)
    assert (done.returncode, done.stderr) == (1, f"last words of --unit={unit}\n")
    assert shell.effects(TOLD, call).returncode == 0
