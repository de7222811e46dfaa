"""Hosts of one's own, as bare as a vendor's image: no Docker, no toolkit, no Python."""

import json

import pytest

from tests.integration.bench import VLLM_IMAGE, VLLM_MODEL
from tests.integration.command import Llmhost
from tests.integration.outside import completion, listeners
from tests.integration.own import Own

pytestmark = pytest.mark.sandbox

# Official names, without the digests: what the bench serves under them was made there.
FILE = """
provider: vllm
gpus: 2
name: own
env: {STANDIN_LOAD_SECONDS: "1"}
sources:
  images: {docker.io: docker.io}
"""

# Each vendor's own instructions, read 2026-11-20; see steps/docker.py and steps/nvidia.py.
DOCKER_SOURCES = """Types: deb
URIs: https://download.docker.com/linux/debian
Suites: trixie
Components: stable
Signed-By: /etc/apt/keyrings/docker.asc
"""

LEFT = (
    "ls -d /etc/llmhost /var/lib/llmhost /opt/llmhost 2>/dev/null",
    "ls /etc/systemd/system | grep llmhost",
    "ls -A /etc/systemd/system/docker.service.d 2>/dev/null",
    "docker ps --all --quiet",
    "docker images --quiet",
    "docker volume ls --quiet",
    "docker network ls --format '{{.Name}}' | grep -vx -e bridge -e host -e none",
    "systemctl list-units --all --plain --no-legend 'llmhost*'",
)


@pytest.fixture
def own(pair: tuple[Own, Own]) -> Own:
    """The one of the two that this module has found bare."""
    return pair[1]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The `-f` file of this module."""
    file = tmp_path_factory.mktemp("own") / "deployment.yaml"
    file.write_text(FILE)
    return str(file)


def test_the_host_begins_as_bare_as_can_be(own: Own) -> None:
    for program in ("python3", "docker", "nvidia-ctk", "containerd"):
        assert not own.host.exists(program), program


def test_two_hosts_are_brought_up_side_by_side_by_one_command(
    pair: tuple[Own, Own], llmhost: Llmhost, file: str
) -> None:
    words = (*pair[0].where, *pair[1].where)
    document = llmhost.json("up", "-f", file, *words, "--yes")
    assert [one["host"] for one in document["hosts"]] == [own.where[1] for own in pair]
    for one, own in zip(document["hosts"], pair, strict=True):
        assert one["failure"] is None
        assert one["result"]["where"] == " ".join(own.where)
        assert '"assistant"' in completion(own.host, "own", 8000, VLLM_MODEL)


def test_docker_comes_by_its_vendors_instructions(own: Own) -> None:
    assert own.host.file("/etc/apt/sources.list.d/docker.sources").content_string == DOCKER_SOURCES
    assert "BEGIN PGP" in own.host.file("/etc/apt/keyrings/docker.asc").content_string
    for name in ("docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin"):
        assert own.host.package(name).is_installed, name
        origin = own.host.check_output(f"apt-cache policy {name}")
        assert "https://download.docker.com/linux/debian trixie/stable" in origin, name
    assert not own.host.package("docker.io").is_installed


def test_the_container_toolkit_comes_by_its_vendors_instructions(own: Own) -> None:
    sources = own.host.file("/etc/apt/sources.list.d/nvidia-container-toolkit.sources")
    assert "URIs: https://nvidia.github.io/libnvidia-container/stable/deb" in sources.content_string
    assert "Signed-By: /etc/apt/keyrings/nvidia-container-toolkit.asc" in sources.content_string
    assert own.host.package("nvidia-container-toolkit").is_installed
    assert own.host.service("nvidia-cdi-refresh.service").is_enabled


def test_a_container_sees_the_gpu_it_is_given_by_name(own: Own) -> None:
    run = f"docker run --rm --device nvidia.com/gpu=1 --entrypoint nvidia-smi {VLLM_IMAGE} -L"
    inside = own.host.check_output(run).splitlines()
    outside = own.host.check_output("nvidia-smi -L").splitlines()
    assert [line.partition(": ")[2] for line in inside] == [outside[1].partition(": ")[2]]


def test_docker_keeps_the_settings_it_is_given_and_listens_on_no_network(own: Own) -> None:
    settings = json.loads(own.host.file("/etc/docker/daemon.json").content_string)
    assert settings["features"] == {"cdi": True}
    assert set(listeners(own.host)) <= {"127.0.0.1", "127.0.0.11", "::1"}


def test_every_command_that_looks_takes_a_host(own: Own, llmhost: Llmhost) -> None:
    assert llmhost.json("status", "own", *own.where)["health"] == "serving"
    asked = llmhost("smoke", "own", *own.where, "-o", "json").document
    seen = {check["name"]: check["outcome"] for check in asked["checks"]}
    assert (seen["completion"], seen["chat"], seen["streaming"]) == ("ok", "ok", "ok")
    # Nobody told it that a stand-in answers here, and it notices.
    assert seen["arithmetic"] == "failed"
    assert "startup complete" in llmhost("logs", "own", *own.where).good().stdout


def test_a_plan_for_two_hosts_tells_them_apart(
    pair: tuple[Own, Own], llmhost: Llmhost, file: str
) -> None:
    pair[0].host.check_output("systemctl stop llmhost-own")
    words = ("-f", file, *pair[0].where, *pair[1].where)
    ended = llmhost("plan", *words, "--check", "-o", "json")
    assert ended.status == 3
    assert [one["result"]["changes"] for one in ended.document["hosts"]] == [1, 0]
    assert llmhost("up", *words, "--yes").good()


def test_one_host_that_cannot_be_reached_does_not_keep_the_other_from_being_looked_at(
    own: Own, llmhost: Llmhost, file: str
) -> None:
    words = ("-f", file, *own.where, "--host", "debian@127.0.0.1:9")
    ended = llmhost("plan", *words, "-o", "json")
    assert ended.status == 1
    good, bad = ended.document["hosts"]
    assert good["result"]["changes"] == 0
    assert "127.0.0.1:9" in bad["failure"]["error"]


def test_down_leaves_nothing_of_ours(own: Own, llmhost: Llmhost) -> None:
    own.host.check_output(
        "docker tag %s somebody/elses:1 && docker volume create elses", VLLM_IMAGE
    )
    (gone,) = llmhost.json("down", "--yes", "own", *own.where)["gone"]
    assert "service llmhost-own" in gone["removed"]
    assert any("Docker" in left for left in gone["left"])
    own.host.check_output("docker image rm somebody/elses:1 && docker volume rm elses")
    assert {look: own.host.run(look).stdout for look in LEFT} == dict.fromkeys(LEFT, "")
    assert own.host.service("docker").is_running


def test_down_of_what_is_gone_says_so(own: Own, llmhost: Llmhost) -> None:
    failed = llmhost.fails("down", "--yes", "own", *own.where)
    assert "carries no deployment `own`" in failed.error
    assert failed.why == "it carries none"
