"""`llmhost up vllm --gpus 2` on a machine that nothing has touched, seen from outside."""

import json

import pytest

from tests.integration.bench import VLLM_IMAGE, VLLM_MODEL, Bench
from tests.integration.outside import is_open, listeners, outer_address
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox

LOOPBACK = {"127.0.0.1", "127.0.0.11", "::1"}  # the second is Docker's resolver for containers
CONTAINERD = "/run/containerd/io.containerd.runtime.v2.task/"


def test_a_fresh_machine_ends_in_an_answered_completion(served: Served) -> None:
    document = served.first.document
    assert document["model"] == VLLM_MODEL
    assert {check["outcome"] for check in document["checks"]} == {"ok"}
    assert [phase["phase"] for phase in document["phases"]] == ["machine", "look", "steps", "ready"]
    answer = json.loads(served.completion())
    assert answer["choices"][0]["message"]["role"] == "assistant"


def test_what_is_simulated_is_said_in_one_line(served: Served) -> None:
    line = served.first.document["simulated"]
    assert line.startswith("2 x NVIDIA L4")
    assert "\n" not in line
    assert line in served.first.stderr


def test_the_endpoint_is_on_loopback_and_nothing_of_ours_is_elsewhere(served: Served) -> None:
    found = listeners(served.host)
    assert 8000 in found["127.0.0.1"]
    assert set(found) <= LOOPBACK
    outer = outer_address(served.host)
    assert not is_open(outer, 8000)
    assert is_open(outer, 22)


def test_the_unit_is_enabled_and_the_container_runs(served: Served) -> None:
    unit = served.host.service(served.unit)
    assert unit.is_enabled
    assert unit.is_running
    container = served.host.docker(served.container)
    assert container.is_running
    assert container.inspect()["Config"]["Image"] == VLLM_IMAGE


def test_the_container_sees_both_gpus_and_only_as_many_as_asked_for(served: Served) -> None:
    inside = served.host.check_output(f"docker exec {served.container} nvidia-smi -L")
    outside = served.host.check_output("nvidia-smi -L")
    assert inside == outside
    assert inside.count("NVIDIA L4") == 2


def test_files_have_the_modes_they_need_and_belong_to_root(served: Served) -> None:
    modes = {
        "compose.yaml": 0o644,
        "deployment.json": 0o644,
        "engine.env": 0o600,
    }
    for name, mode in modes.items():
        file = served.host.file(f"{served.folder}/{name}")
        assert (file.mode, file.user, file.group) == (mode, "root", "root"), name
    assert sorted(served.host.file(served.folder).listdir()) == sorted(modes)


def test_secrets_are_in_the_secret_file_alone(
    served: Served, bench: Bench, secrets: dict[str, str]
) -> None:
    key, token = secrets["VLLM_API_KEY"], secrets["HF_TOKEN"]
    assert key in served.host.file(f"{served.folder}/engine.env").content_string
    searched = {
        "files": "grep -rls -e WORD /etc /opt /run /tmp /var/log /var/lib/llmhost /root /home",
        "journal": "journalctl --no-pager | grep -e WORD",
        # Read before grep begins, whose own arguments hold it.
        "arguments": "all=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '); "
        'printf %s "$all" | grep -e WORD',
        "container": f"docker inspect -f '{{{{json .Config.Labels}}}}{{{{json .Args}}}}' "
        f"{served.container} | grep -e WORD",
        "log": f"docker logs {served.container} 2>&1 | grep -e WORD",
    }
    for where, search in searched.items():
        for secret in (key, token):
            # The word is put together there, so that the search does not find itself.
            word = f"'{secret[:5]}''{secret[5:]}'"
            found = served.host.run(search.replace("WORD", word)).stdout.split()
            allowed = [f"{served.folder}/engine.env"] if secret == key and where == "files" else []
            # What containerd runs a container with, its environment too, is root's alone to read.
            assert [one for one in found if not one.startswith(CONTAINERD)] == allowed, where
    assert token not in json.dumps(bench.container(served.name))
    assert key not in json.dumps(bench.container(served.name))
    assert not {word for word in (key, token) if word in served.first.stdout + served.first.stderr}


def test_the_api_key_guards_the_endpoint(served: Served) -> None:
    asked = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/v1/models"
    assert served.host.check_output(asked) == "401"


def test_the_host_is_reached_with_the_key_that_was_pinned(served: Served) -> None:
    pinned = bench_key(served)
    assert pinned in served.host.file("/etc/ssh/ssh_host_ed25519_key.pub").content_string
    assert not served.host.run("grep -q . /home/debian/.ssh/known_hosts").succeeded
    assert "StrictHostKeyChecking" not in served.first.stderr


def bench_key(served: Served) -> str:
    assert served.machine.address
    return served.machine.address.host_key or "nothing is pinned"


def test_the_commands_that_look_agree(served: Served) -> None:
    assert served.llmhost.json("status", served.name)["health"] == "serving"
    smoke = served.llmhost.json("smoke", served.name)
    assert {check["outcome"] for check in smoke["checks"]} == {"ok", "skipped"}
    good = {check["name"] for check in smoke["checks"] if check["outcome"] == "ok"}
    assert {"streaming", "json schema", "tool call", "wrong key", "unknown model"} <= good
    listed = served.llmhost.json("ls")["deployments"]
    assert [one["model"] for one in listed if one["name"] == served.name] == [VLLM_MODEL]
    assert "startup complete" in served.llmhost("logs", served.name).good().stdout
    shell = served.llmhost("ssh", served.name, "--", "hostname", "-s").good()
    assert shell.stdout.strip() == served.name
