"""The examples do what they say."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from llmhost.cli.verbs import VERBS, built
from llmhost.cloud.sandbox.infra.making import cache
from llmhost.cloud.sandbox.state import state_dir
from tests.docs.prose import ROOT, commands
from tests.integration.command import Llmhost

EXAMPLES = ROOT / "examples"
OWN_PROFILE = {"LLMHOST_HOME": str(EXAMPLES / "own-profile")}


@pytest.fixture
def llmhost(tmp_path: Path) -> Llmhost:
    """The command line of somebody with an empty home."""
    return Llmhost(tmp_path)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.name)
def test_a_deployment_file_renders(llmhost: Llmhost, tmp_path: Path, file: Path) -> None:
    written = llmhost.json("render", "-f", str(file), "--out", str(tmp_path / "out"))["files"]
    assert any(name.endswith("compose.yaml") for name in written)


def test_nothing_official_is_left_in_the_air_gapped_example(
    llmhost: Llmhost, tmp_path: Path
) -> None:
    llmhost("render", "-f", str(EXAMPLES / "air-gapped.yaml"), "--out", str(tmp_path)).good()
    compose = yaml.safe_load((tmp_path / "etc/llmhost/vllm/compose.yaml").read_text())
    assert compose["services"]["engine"]["image"].startswith("registry.example.internal/ai/")


def test_every_source_that_vllm_needs_is_in_the_air_gapped_example() -> None:
    replaced = yaml.safe_load((EXAMPLES / "air-gapped.yaml").read_text())["sources"]
    assert set(replaced) == {"docker_apt", "nvidia_apt", "hub", "pypi", "images"}


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.sh")), ids=lambda script: script.name)
def test_the_commands_of_a_script_can_be_typed(script: Path) -> None:
    found = list(commands(script.read_text().replace("~/.llmhost/bin/", "")))
    assert found
    for verb, *rest in found:
        if '"$@"' not in rest and "$@" not in rest:
            built(VERBS[verb]).make_context(verb, [word.replace("$port", "1") for word in rest])


def test_a_profile_of_ones_own_is_listed_beside_the_others(llmhost: Llmhost) -> None:
    listed = llmhost.knowing(**OWN_PROFILE).json("providers")["providers"]
    assert {"tinychat", "vllm"} <= {provider["name"] for provider in listed}
    assert "tinychat" not in {one["name"] for one in llmhost.json("providers")["providers"]}


def test_a_profile_of_ones_own_renders(llmhost: Llmhost, tmp_path: Path) -> None:
    ours = llmhost.knowing(**OWN_PROFILE)
    ours("render", "tinychat", "--set", "parallel=3", "--out", str(tmp_path)).good()
    compose = yaml.safe_load((tmp_path / "etc/llmhost/tinychat/compose.yaml").read_text())
    engine = compose["services"]["engine"]
    assert engine["command"][-2:] == ["--parallel", "3"]
    assert engine["ports"] == ["127.0.0.1:8090:8080"]


@pytest.mark.sandbox
def test_laptop_example_answers_and_leaves_nothing_behind(llmhost: Llmhost) -> None:
    name = f"it{os.getpid()}-laptop"
    done = subprocess.run(
        [EXAMPLES / "laptop.sh", "Is anybody there?"],
        env=environ(llmhost, NAME=name, PORT="9471"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"role":"assistant"' in done.stdout
    assert name not in [one["name"] for one in llmhost.json("ls")["deployments"]]


@pytest.fixture
def runner(llmhost: Llmhost) -> Iterator[str]:
    """The name of a sandbox machine, which is gone afterwards."""
    name = f"it{os.getpid()}-runner"
    yield name
    llmhost("down", "--yes", name, "--cloud", "sandbox").good()


@pytest.mark.sandbox
def test_own_profile_and_bootstrap_serve_side_by_side_on_a_machine(
    llmhost: Llmhost, runner: str, wheel: Path
) -> None:
    """The second takes image and weights that the first left there: both run llama.cpp."""
    where = ("--cloud", "sandbox")
    ours = llmhost.knowing(**OWN_PROFILE)
    served = ours.json("up", "tinychat", *where, "--name", runner, "--yes")
    assert [one["outcome"] for one in served["checks"] if one["name"] == "completion"] == ["ok"]

    send(llmhost, runner, wheel)
    send(llmhost, runner, EXAMPLES / "ci-bootstrap.sh")
    typed = f"LLMHOST=./{wheel.name} bash ci-bootstrap.sh llamacpp --name ci --port 8085"
    done = llmhost("ssh", runner, *where, "--", typed)
    assert done.stdout.splitlines()[-1:] == ["OPENAI_BASE_URL=http://127.0.0.1:8085/v1"], done


def send(llmhost: Llmhost, name: str, file: Path) -> None:
    """Copies a file into the home of the machine's user."""
    with file.open("rb") as content:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "llmhost",
                "ssh",
                name,
                "--cloud",
                "sandbox",
                "--",
                f"cat >{file.name}",
            ],
            env=environ(llmhost),
            stdin=content,
            check=True,
            capture_output=True,
        )


def environ(llmhost: Llmhost, **more: str) -> dict[str, str]:
    """What a script finds: `llmhost` on PATH as people have it, and this tester's sandbox."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(llmhost.home),
        "XDG_STATE_HOME": str(state_dir().parents[1]),
        "XDG_CACHE_HOME": str(cache().parents[1]),
        **more,
    }
