"""Every provider as a user asks for it: real llama.cpp, and stand-ins of what needs GPUs."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.power import cut_power, reboot
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, await_completion, is_open, listeners, outer_address
from tests.integration.own import Own
from tests.integration.served import Served, changed

pytestmark = pytest.mark.sandbox

LOOPBACK = {"127.0.0.1", "127.0.0.11", "::1"}
SERVED = {"ollama": (11434, "qwen2.5:7b"), "lmstudio": (1234, "qwen2.5-7b-instruct")}
LMSTUDIO_HOME = "/var/lib/llmhost/lmstudio"


@pytest.fixture(scope="module")
def real(bench: Bench, llmhost: Llmhost, look: Callable[[Machine], Host]) -> Iterator[Served]:
    """Real llama.cpp on the CPU of a machine without GPUs."""
    name = bench.name("llamacpp")
    words = ("llamacpp", "--gpus", "0", "--cloud", "sandbox", "--name", name)
    first = llmhost("up", *words, "--yes", "-o", "json").good()
    machine = bench.machine(name)
    yield Served(name, words, llmhost, machine, look(machine), first)
    bench.remove(name)


def test_real_llamacpp_answers_on_the_cpu(real: Served) -> None:
    answer = json.loads(real.completion())
    assert answer["choices"][0]["message"]["role"] == "assistant"
    assert answer["usage"]["completion_tokens"] > 0
    version = real.host.check_output(
        f"docker exec {real.container} /app/llama-server --version 2>&1"
    )
    assert "standin" not in version
    assert not real.host.exists("nvidia-ctk"), "a host without GPUs needs no toolkit"
    assert set(listeners(real.host)) <= LOOPBACK
    assert not is_open(outer_address(real.host), real.port)


def test_a_second_up_of_llamacpp_changes_nothing(real: Served) -> None:
    before = real.started_at()
    assert real.up()["changed"] == 0
    assert real.started_at() == before


@pytest.mark.parametrize("event", [reboot, cut_power], ids=["a reboot", "a power cut"])
def test_real_llamacpp_answers_again_after(real: Served, event: Callable[[str], None]) -> None:
    event(real.name)
    real.answers()
    assert real.up()["changed"] == 0


@dataclass(frozen=True, slots=True)
class Crowd:
    """A host of one's own that carries two deployments.

    Attributes:
        own: The host.
        words: What stands after `up`, by provider.
    """

    own: Own
    words: dict[str, tuple[str, ...]]

    def answers(self, provider: str) -> None:
        """Returns once a provider answers a client on the host."""
        await_completion(self.own.host, provider, *SERVED[provider])


@pytest.fixture(scope="module")
def crowd(pair: tuple[Own, Own], tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """Ollama and LM Studio beside each other, on a GPU each."""
    own = pair[1]
    file = tmp_path_factory.mktemp("crowd") / "sources.yaml"
    file.write_text("sources: {images: {docker.io: docker.io}}\n")
    where = ("--gpus", "1", "-f", str(file), *own.where)
    words = {"ollama": ("ollama", *where), "lmstudio": ("lmstudio", "--accept-licence", *where)}
    for one in words.values():
        own.llmhost("up", *one, "--yes").good()
    return Crowd(own, words)


@pytest.mark.parametrize("provider", ["ollama", "lmstudio"])
def test_a_provider_that_fetches_its_model_itself_has_it_in_memory(
    crowd: Crowd, provider: str
) -> None:
    crowd.answers(provider)
    status = crowd.own.llmhost.json("status", provider, *crowd.own.where)
    assert {check["name"]: check["outcome"] for check in status["checks"]}["loaded"] == "ok"
    assert crowd.own.llmhost.json("up", *crowd.words[provider], "--yes")["changed"] == 0


def test_the_host_carries_both_and_shows_neither_to_the_network(crowd: Crowd) -> None:
    found = listeners(crowd.own.host)
    assert {11434, 1234} <= found["127.0.0.1"]
    assert set(found) <= LOOPBACK


def test_lmstudio_is_a_service_of_its_own_account_without_a_container(crowd: Crowd) -> None:
    unit = crowd.own.host.service("llmhost-lmstudio.service")
    assert unit.is_enabled
    assert unit.is_running
    assert crowd.own.host.user("lmstudio").home == LMSTUDIO_HOME
    assert crowd.own.host.user("lmstudio").shell == "/usr/sbin/nologin"
    listener = crowd.own.host.check_output("ss -Htlnp sport = :1234").partition("pid=")[2]
    process = crowd.own.host.process.get(pid=int(listener.partition(",")[0]))
    assert process.user == "lmstudio"
    assert "lmstudio" not in crowd.own.host.check_output("docker ps --all --format '{{.Names}}'")


def test_a_licence_has_to_be_accepted_by_somebody(crowd: Crowd) -> None:
    words = [word for word in crowd.words["lmstudio"] if word != "--accept-licence"]
    failed = crowd.own.llmhost.fails("plan", *words)
    assert failed.exit_status == 2
    assert "--accept-licence" in failed.hint


def test_after_a_reboot_each_has_its_own_model_in_memory_again(crowd: Crowd) -> None:
    reboot(crowd.own.machine.name)
    for provider, words in crowd.words.items():
        crowd.answers(provider)
        assert crowd.own.llmhost.json("up", *words, "--yes")["changed"] == 0


def test_a_program_that_was_removed_is_installed_again_and_nothing_else(crowd: Crowd) -> None:
    program = f"{LMSTUDIO_HOME}/.lmstudio/bin/lms"
    crowd.own.host.check_output(f"rm {program}")
    document = crowd.own.llmhost.json("up", *crowd.words["lmstudio"], "--yes")
    assert changed(document) == {f"program {program}"}
    crowd.answers("lmstudio")


def test_taking_one_away_leaves_the_other_alone(crowd: Crowd) -> None:
    (gone,) = crowd.own.llmhost.json("down", "--yes", "lmstudio", *crowd.own.where)["gone"]
    assert "account lmstudio with its home" in gone["removed"]
    assert not crowd.own.host.user("lmstudio").exists
    assert not crowd.own.host.file(LMSTUDIO_HOME).exists
    crowd.answers("ollama")
    assert crowd.own.llmhost.json("up", *crowd.words["ollama"], "--yes")["changed"] == 0
