"""Images are pulled through the engine, which tells bytes."""

import json

import pytest

from llmhost.host import script
from tests.cases import FIXTURES
from tests.host.shell import Shell
from tests.host.website import website

PULL = (FIXTURES / "pull.jsonl").read_text("utf-8").splitlines()


HAVE = 'docker() { echo "docker $*"; }'


HAVE_NOT = "docker() { return 1; }"


def test_a_pull_is_told_in_bytes_of_all_layers_together(shell: Shell) -> None:
    lines = [f"layer_told=0; {script.call(('pull_progress', line))}" for line in PULL]
    told = [line.split("\t") for line in shell.effects(*lines).stdout.splitlines()]
    assert all(one[:2] == ["progress", "image"] for one in told)
    done = [int(one[2]) for one in told]
    assert done == sorted(done)
    assert told[-1][2:4] == ["29022016", "29022016"]


def test_a_pull_tells_no_more_than_twice_a_second(shell: Shell) -> None:
    lines = [script.call(("pull_progress", line)) for line in PULL]
    assert len(shell.effects(*lines).stdout.splitlines()) <= 2


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
    assert shell.effects(script.call(("pull_progress", line))).stderr == words


def test_an_image_is_pulled_through_the_engine(shell: Shell) -> None:
    path = "/images/create?fromImage=docker.io/vllm/vllm-openai:v0.31.0%2Bcu"
    with website({path: (200, "\r\n".join(PULL))}, at=shell.path("/run/docker.sock")) as site:
        done = shell.effects(HAVE, "pull docker.io/vllm/vllm-openai:v0.31.0+cu")
    assert [asked.path for asked in site.asked] == [path]
    assert done.stdout.startswith("progress\timage\t")
    assert done.stdout.splitlines()[-1].startswith("docker image inspect")
    assert done.returncode == 0


def test_an_image_that_is_not_there_afterwards_was_not_pulled(shell: Shell) -> None:
    path = "/images/create?fromImage=docker.io/library/x:1"
    refused = '{"message":"manifest for x:1 not found: manifest unknown"}'
    with website({path: (404, refused)}, at=shell.path("/run/docker.sock")):
        done = shell.effects(HAVE_NOT, "pull docker.io/library/x:1")
    assert done.returncode
    assert "manifest unknown" in done.stderr


def test_an_image_behind_a_login_is_pulled_by_the_client_that_holds_it(shell: Shell) -> None:
    config = {"auths": {"registry.test:5000": {"auth": "eA=="}}}
    shell.path("/root/.docker/config.json").write_text(json.dumps(config))
    assert shell.effects(HAVE, "pull registry.test:5000/a:1").stdout == (
        "docker pull --quiet registry.test:5000/a:1\n"
    )


def test_a_login_for_docker_hub_is_used_though_it_has_another_name(shell: Shell) -> None:
    config = {"auths": {"https://index.docker.io/v1/": {"auth": "eA=="}}}
    shell.path("/root/.docker/config.json").write_text(json.dumps(config))
    assert shell.effects(HAVE, "pull docker.io/vllm/vllm-openai:v1").stdout == (
        "docker pull --quiet docker.io/vllm/vllm-openai:v1\n"
    )
