"""A CI runner on a real machine: its whole life, and that nobody on the host learns the token.

A double answers for GitHub, hands out a small runner, and has jobs for it.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.driver import SandboxDriver
from llmhost.cloud.sandbox.infra.making import cache
from llmhost.cloud.sandbox.network import ensure_network
from llmhost.cloud.sandbox.state import state_dir
from tests.action.job import Job
from tests.fake_github import FakeGitHub
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host
from tests.integration.secrets import of_key, planted, search

pytestmark = pytest.mark.sandbox

TOKEN = "github_pat_planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be
PLACE = "github:acme/models"
QUICK = ("--gpus", "2", "--set", "env.STANDIN_LOAD_SECONDS=1", "--cloud", "sandbox")


@pytest.fixture(scope="module")
def github(bench: Bench) -> Iterator[FakeGitHub]:
    """GitHub's double, where both this computer and sandbox machines reach it."""
    gateway = str(ensure_network(bench.engine).subnet[1])
    with FakeGitHub(listen=gateway) as github:
        github.token(TOKEN, "acme/models")
        yield github


@pytest.fixture(scope="module")
def app(github: FakeGitHub) -> tuple[str, str]:
    """A GitHub App: its id, and its private key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
    github.app("77", key.public_key(), "acme/models")
    return "77", pem


@pytest.fixture(scope="module")
def user(llmhost: Llmhost, github: FakeGitHub, app: tuple[str, str]) -> Llmhost:
    """Somebody whose environment holds the key of an App, which is taken, and a token."""
    number, key = app
    knows = {"LLMHOST_GITHUB_APP_ID": number, "LLMHOST_GITHUB_APP_KEY": key}
    return llmhost.knowing(GITHUB_TOKEN=TOKEN, **knows, **github.environ)


class Hosted:
    """A deployment with a runner, on a machine of its own."""

    def __init__(self, bench: Bench, user: Llmhost, github: FakeGitHub) -> None:
        self.bench, self.user, self.github = bench, user, github
        self.name = bench.name("runner")
        self.words = ("up", "vllm", "--name", self.name, *QUICK, "--runner", PLACE, "--yes")
        self.first = user(*self.words, "-o", "json", "--events").good()

    @property
    def unit(self) -> str:
        return f"llmhost-runner@{self.name}.service"

    def up(self) -> Any:  # noqa: ANN401  a document
        return self.user.json(*self.words)

    def changed(self, document: Any) -> list[str]:  # noqa: ANN401
        return [one["title"] for one in document["steps"] if one["outcome"] == "changed"]

    def inside(self, script: str) -> str:
        return self.bench.inside(self.name, script)


@pytest.fixture(scope="module")
def hosted(bench: Bench, user: Llmhost, github: FakeGitHub) -> Iterator[Hosted]:
    yield Hosted(bench, user, github)
    bench.remove(bench.name("runner"))


def until(what: Any, seconds: float = 60.0) -> None:  # noqa: ANN401  a question
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it does not come"
        time.sleep(0.2)


def test_the_runner_comes_once_the_provider_answers(hosted: Hosted) -> None:
    document = json.loads(hosted.first.stdout)
    (runner,) = hosted.github.world.runners
    assert runner.online
    assert document["runner"]["name"] == runner.name
    assert document["runner"]["labels"] == list(runner.labels)
    assert {"self-hosted", "gpu", "vllm", f"llmhost-{hosted.name}"} <= set(runner.labels)
    phases = [phase["phase"] for phase in document["phases"]]
    assert phases.index("ready") < phases.index("runner")


def test_a_second_up_changes_nothing(hosted: Hosted) -> None:
    before = hosted.inside(f"systemctl show -P InvocationID {hosted.unit}")
    assert hosted.changed(hosted.up()) == []
    assert hosted.inside(f"systemctl show -P InvocationID {hosted.unit}") == before
    assert len(hosted.github.world.runners) == 1


def test_the_runner_is_nobody_in_particular(hosted: Hosted) -> None:
    user = hosted.inside(f"systemctl show -P User {hosted.unit}").strip()
    assert user == "llmhost-runner"
    assert hosted.inside(f"id -nG {user}").split() == [user]
    assert "PASS" not in hosted.inside(f"sudo -l -U {user} 2>&1 || true")
    assert hosted.inside("cat /var/tmp/installdependencies").split() == ["installed", "as", "root"]


def test_no_secret_is_anywhere_on_the_host_or_in_what_was_told(
    hosted: Hosted, app: tuple[str, str]
) -> None:
    given = [value for value in hosted.github.world.tokens if value.startswith("ghs_")]
    assert given, "it was the App that registered the runner, and the token lay beside it"
    secrets = (TOKEN, *given, *of_key(app[1]))
    for secret in (TOKEN, given[0], of_key(app[1])[0]):
        plant, file = planted(secret)
        found = hosted.inside(f"{plant}{search(secrets)}rm {file}").split()
        assert found == [file], "the search finds what is there, and nothing else is"
    told = hosted.first.stdout + hosted.first.stderr
    told += json.dumps(hosted.bench.container(hosted.name))
    assert not [secret for secret in secrets if secret in told]


def test_the_credential_is_in_no_argument_and_no_file_that_stays(hosted: Hosted) -> None:
    key = hosted.github.world.runners[0].key
    assert hosted.inside(f"cat /run/llmhost/{hosted.name}.runner") == ""
    said = hosted.inside("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; journalctl --no-pager")
    assert key not in said
    assert key not in hosted.first.stdout + hosted.first.stderr


def test_a_job_meets_the_model_and_the_runner_ends_with_it(hosted: Hosted) -> None:
    job = hosted.github.queue(
        'curl -s "$LLMHOST_ENDPOINT/models"; echo; id -un; sudo -n true 2>&1; pwd; echo "$HOME"; '
        "docker ps 2>&1; env | grep -c JITCONFIG",
        f"llmhost-{hosted.name}",
        "vllm",
    )
    until(lambda: job.status is not None)
    assert '"object"' in job.output
    assert "llmhost-runner" in job.output
    assert "permission denied" in job.output.lower() or "not found" in job.output
    assert job.output.rstrip().endswith("0"), "the credential is not in a job's environment"
    assert hosted.github.world.runners == []
    until(lambda: "inactive" in hosted.inside(f"systemctl is-active {hosted.unit} || true"))
    root = f"/var/lib/llmhost/runners/{hosted.name}"
    left = hosted.inside(f"ls -A {root}").split()
    assert "run.sh" in left
    assert not {".credentials", ".runner", "_work", "home"} & set(left)
    assert "ls: " in hosted.inside(f"ls /run/llmhost/{hosted.name}.runner 2>&1 || true")


def test_an_up_after_the_job_registers_anew(hosted: Hosted) -> None:
    assert hosted.changed(hosted.up()) == [f"runner {hosted.name}"]
    (runner,) = hosted.github.world.runners
    assert runner.online
    assert len(hosted.inside("cat /var/tmp/installdependencies").splitlines()) == 1


def test_a_job_does_not_begin_where_the_provider_is_dead(hosted: Hosted) -> None:
    hosted.inside(f"docker stop llmhost-{hosted.name}")
    job = hosted.github.queue("echo it began", f"llmhost-{hosted.name}")
    until(lambda: job.status is not None)
    assert job.status == 99
    assert "does not answer on this host" in job.output
    assert "it began" not in job.output


def test_a_runner_that_is_too_old_is_told_as_such_and_leaves_no_registration(
    hosted: Hosted,
) -> None:
    world = hosted.github.world
    world.refuse_connect = "Runner version v2.337.0 is deprecated and cannot receive messages."
    failed = hosted.user.fails(*hosted.words)
    world.refuse_connect = ""
    assert "did not come online" in failed.error
    assert "too old" in failed.why
    assert world.runners == []


def test_off_a_host_that_stays_the_runner_goes_with_all_that_is_its_own(
    hosted: Hosted, look: Callable[[Machine], Host]
) -> None:
    """The machine is treated as a host of one's own: its unit tells what it was registered as."""
    hosted.up()
    machine = hosted.bench.machine(hosted.name)
    assert machine.address
    look(machine)  # from now on its key is known
    gone = hosted.user.json("down", "--yes", hosted.name, "--host", str(machine.address))["gone"][0]
    assert f"runner {hosted.name} with its folder" in gone["removed"]
    assert "account llmhost-runner" in gone["removed"]
    assert hosted.github.world.runners == []
    assert hosted.inside("getent passwd llmhost-runner || true") == ""
    places = "/var/lib/llmhost/runner* /run/llmhost-runner* /etc/systemd/system/llmhost-runner*"
    assert hosted.inside(f"ls -d {places} 2>/dev/null || true") == ""


def test_down_takes_the_registration_away_with_the_machine(hosted: Hosted) -> None:
    hosted.up()
    gone = hosted.user.json("down", hosted.name, "--cloud", "sandbox", "--yes")
    assert hosted.github.world.runners == []
    assert any("runner" in one for one in gone["gone"][0]["removed"])


def test_the_action_makes_a_runner_for_a_job_and_takes_it_away(
    bench: Bench, github: FakeGitHub, tmp_path: Path
) -> None:
    """As a workflow would: a job with `up`, the tests on that machine, a job with `down`."""
    with_ = {"provider": "vllm", "name": bench.name("act"), "cloud": "sandbox", "token": TOKEN}
    more = {"gpus": "2", "args": "--set env.STANDIN_LOAD_SECONDS=1", "labels": "nightly"}
    environ = {
        # What the sandbox has made is shared with the tester's own, whatever the home is.
        "XDG_STATE_HOME": str(state_dir().parents[1]),
        "XDG_CACHE_HOME": str(cache().parents[1]),
        **github.environ,
    }
    try:
        first = Job(made(tmp_path / "up"), environ, run_id="42")
        outputs = first.use("up", {**with_, **more})
        assert outputs, first.said
        assert outputs["endpoint"] == "http://127.0.0.1:8000/v1"
        assert outputs["runner"] in github.names()
        job = github.queue('curl -s "$LLMHOST_ENDPOINT/models"', *json.loads(outputs["labels"]))
        until(lambda: job.status == 0)
        assert '"object"' in job.output
    finally:
        last = Job(made(tmp_path / "down"), environ, run_id="42")
        gone = last.use("down", with_)
    assert gone is not None, last.said
    assert github.names() == []
    assert TOKEN not in first.said + last.said
    assert not SandboxDriver().find(f"{with_['name']}-42-1")


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
