"""A CI runner comes once the provider has answered, and its registration goes with its host."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from llmhost.cloud.base import Machine as CloudMachine
from llmhost.cloud.keeping import Waste
from llmhost.errors import LlmhostError, UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.runner import read_runner, runner_name
from llmhost.workflows import engaging, leaving
from llmhost.workflows.down import down
from llmhost.workflows.gc import gc
from tests.fake_github import FakeGitHub
from tests.fakes import FakeCloud
from tests.workflows.machine import ABSENT, Entry, Machine, Unit
from tests.workflows.modelhost import ModelHost
from tests.workflows.world import HOST, SANDBOX, World

TOKEN = "github_pat_planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be
PLACE = read_runner("github:acme/models")
OLLAMA = Ask("ollama", gpus=0, runner=PLACE)
UNIT = "llmhost-runner@ollama.service"
UNIT_FILE = f"/etc/systemd/system/{UNIT}"
IN_SANDBOX = runner_name("ollama", "sandbox")


@dataclass
class RunnerMachine(Machine):
    """A machine whose runner connects to the double, unless something is in its way.

    Attributes:
        github: Where it connects to.
        connects: Whether it does.
        said: What it says.
    """

    github: FakeGitHub = field(default_factory=FakeGitHub)
    connects: bool = True
    said: str = ""

    def ask(self, argv: tuple[str, ...]) -> tuple[int, str]:
        match argv:
            case ("file_state", "/etc/machine-id"):
                return 0, "regular file|444|root:root|0\n4b40ae0b45c3403e\n"
            case ("unit_said", *_):
                return 0, self.said
            case ("stat", "--dereference", _, path) if path.endswith("/run.sh"):
                return (0, "100\n") if path in self.files else ABSENT
            case ("unit_state", name) if name == UNIT and UNIT_FILE in self.files:
                text = self.files[UNIT_FILE].content
                title = text.partition("Description=")[2].partition("\n")[0]
                code, told = super().ask(argv)
                return code, told.replace(f"Description={name}", f"Description={title}")
            case _:
                return super().ask(argv)

    def do(self, argv: tuple[str, ...]) -> None:
        match argv:
            case ("runner_program", version, *_):
                self.files[f"/var/lib/llmhost/runner-software/{version}/run.sh"] = Entry("x")
            case ("runner_start", name, _, user):
                assert user in self.accounts
                self._begin(self.files.pop(f"/run/llmhost/{name}.runner").content)
            case ("runner_remove", _, user):
                self.files.pop(UNIT_FILE, None)
                self.units.pop(UNIT, None)
                self.accounts.pop(user, None)
                for runner in self.github.world.runners:
                    runner.online = False
            case _:
                super().do(argv)

    def _begin(self, credential: str) -> None:
        config = json.loads(base64.b64decode(credential))
        key = json.loads(base64.b64decode(config[".credentials"]))["data"]["key"]
        runner = self.github.world.by_key(key)
        assert runner
        runner.online = self.connects
        self.units[UNIT] = Unit("active" if self.connects else "inactive", since=self.now)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        github.token(TOKEN, "acme/models", "acme/other")
        github.repository("acme/other")
        yield github


@pytest.fixture
def machine(github: FakeGitHub) -> RunnerMachine:
    return RunnerMachine(github=github)


@pytest.fixture
def world(world: World, github: FakeGitHub, machine: RunnerMachine) -> World:
    world.host = ModelHost(machine=machine)
    world.environ |= {"GITHUB_TOKEN": TOKEN, **github.environ}
    return world


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits as long as a forge may need."""
    monkeypatch.setattr(leaving, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(engaging, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(engaging, "ONLINE_SECONDS", 0.1)


# Coming


def test_the_runner_is_registered_after_the_provider_has_answered(
    world: World, github: FakeGitHub
) -> None:
    served = world.up(OLLAMA, SANDBOX)
    assert served.runner
    assert (served.runner.name, served.runner.at) == (IN_SANDBOX, "github:acme/models")
    assert served.runner.labels == ("self-hosted", "linux", "cpu", "ollama", "llmhost-ollama")
    assert github.names() == [IN_SANDBOX]
    asked = [path.rpartition("/")[2] for _, path, _ in github.calls]
    # Looked at before anything is made, registered when all is ready.
    assert asked[:2] == ["runners", "models"]
    assert asked.index("generate-jitconfig") > asked.index("downloads") > 1
    phases = [phase.phase for phase in served.phases]
    assert phases[-2:] == ["ready", "runner"]


def test_a_second_up_changes_nothing_and_registers_nothing(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.calls.clear()
    assert world.up(OLLAMA, SANDBOX).changed == 0
    assert {method for method, _, _ in github.calls} == {"GET"}
    assert world.host.done == []


def test_a_runner_whose_job_is_done_is_registered_anew(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners.clear()
    machine.units[UNIT].active = "inactive"
    served = world.up(OLLAMA, SANDBOX)
    assert [step.title for step in served.steps if step.outcome == "changed"] == ["runner ollama"]
    assert github.names() == [IN_SANDBOX]


def test_a_runner_that_ended_unheard_gives_way_at_once_and_a_job_unheard_does_not(
    world: World, github: FakeGitHub, machine: RunnerMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider was restarted, and the runner with it; GitHub has not noticed."""
    world.up(OLLAMA, SANDBOX)
    first = github.world.runners[0]
    machine.units[UNIT].active = "inactive"
    world.up(OLLAMA, SANDBOX)
    assert github.world.runners[0].id != first.id
    machine.units[UNIT].active = "inactive"
    github.world.runners[0].busy = True
    monkeypatch.setattr(engaging, "BUSY_SECONDS", 0.0)
    with pytest.raises(LlmhostError, match="has a job in hand") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "15 minutes" in caught.value.why


def test_a_name_that_another_host_holds_is_not_taken_from_it(
    world: World, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engaging, "BUSY_SECONDS", 0.0)
    theirs = github.runner("acme/models", IN_SANDBOX, online=True)
    with pytest.raises(LlmhostError, match="has a runner `llmhost-ollama-"):
        world.up(OLLAMA, SANDBOX)
    assert github.world.runners == [theirs]


def test_other_labels_are_registered_anew_and_a_job_in_hand_is_not_ended_for_them(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    more = replace(OLLAMA, runner=replace(PLACE, labels=("nightly",)))
    github.world.runners[0].busy = True
    with pytest.raises(LlmhostError, match="has a job in hand"):
        world.up(more, SANDBOX)
    github.world.runners[0].busy = False
    world.up(more, SANDBOX)
    (runner,) = github.world.runners
    assert "nightly" in runner.labels


def test_the_provider_is_not_taken_away_from_a_job_under_way(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].busy = True
    other = replace(OLLAMA, context=2048)
    with pytest.raises(LlmhostError, match="has a job in hand"):
        world.up(other, SANDBOX, yes=True)
    assert world.host.done == []
    assert world.up(OLLAMA, SANDBOX).changed == 0, "what changes nothing disturbs nobody"
    github.world.runners[0].busy = False
    assert world.up(other, SANDBOX, yes=True).changed


def test_at_another_place_it_leaves_the_one_before(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    world.up(replace(OLLAMA, runner=read_runner("github:acme/other")), SANDBOX)
    assert github.names("acme/models") == []
    assert github.names("acme/other") == [IN_SANDBOX]


def test_a_host_of_ones_own_has_a_name_of_its_own(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, HOST)
    assert github.names() == [runner_name("ollama", "4b40ae0b45c3403e")]


def test_what_would_be_refused_is_refused_before_there_is_a_machine(
    world: World, github: FakeGitHub
) -> None:
    github.repository("acme/models", public=True)
    with pytest.raises(UsageError, match="anybody's pull request") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "--public-repository" in caught.value.hint
    assert world.clouds["sandbox"].there == []
    assert world.logins == []


def test_a_runner_that_ends_at_once_tells_why_and_leaves_no_registration(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    machine.connects = False
    machine.said = "Runner version v2.330.0 is deprecated and cannot receive messages.\n"
    with pytest.raises(LlmhostError, match="did not come online") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "too old" in caught.value.why
    assert caught.value.details == (machine.said.strip(),)
    assert github.names() == []


def test_a_runner_that_does_its_job_before_anybody_looks_has_come(
    world: World, machine: RunnerMachine
) -> None:
    machine.connects = False
    machine.files["/run/llmhost-runner-ollama/job"] = Entry("4242 test\n")
    assert world.up(OLLAMA, SANDBOX).runner


def test_a_plan_tells_of_the_runner_and_asks_for_nothing(world: World, github: FakeGitHub) -> None:
    title = "runner ollama at github:acme/models"
    plan = world.plan(OLLAMA, SANDBOX).plan
    assert plan.pending[-1].title == title
    world.up(OLLAMA, SANDBOX)
    assert not world.plan(OLLAMA, SANDBOX).changes
    assert "generate-jitconfig" in {path.rpartition("/")[2] for _, path, _ in github.calls}


def test_a_runner_is_not_forgotten_by_an_up_that_does_not_name_it(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, SANDBOX)
    alone = replace(OLLAMA, runner=None)
    with pytest.raises(UsageError, match="which is not named now") as caught:
        world.up(alone, SANDBOX)
    assert "--no-runner" in caught.value.hint
    world.up(replace(alone, no_runner=True), SANDBOX)
    assert github.names() == []
    assert UNIT_FILE not in machine.files
    assert world.up(alone, SANDBOX).changed == 0


def test_no_secret_is_told_recorded_or_kept_with_the_machine(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    served = world.up(OLLAMA, SANDBOX)
    key = github.world.runners[0].key
    (request,) = world.clouds["sandbox"].made
    record = machine.files["/etc/llmhost/ollama/deployment.json"].content
    assert json.loads(record)["runner"]["at"] == "github:acme/models"
    for told in (repr(served), repr(world.heard.heard), repr(request), record, repr(machine.files)):
        assert TOKEN not in told
        assert key not in told


# Going


def test_down_takes_the_registration_away_first(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    gone = down(world.session, SANDBOX, "ollama")
    assert gone.removed == (
        "machine ollama with its disks",
        f"runner {IN_SANDBOX} at github:acme/models",
    )
    assert (github.names(), gone.kept) == ([], ())


def test_down_takes_the_registration_of_a_host_that_never_came_online(
    world: World, github: FakeGitHub
) -> None:
    """Killed between the registration and the start; nothing was written down anywhere."""
    world.up(replace(OLLAMA, runner=None), SANDBOX)
    github.runner("acme/models", IN_SANDBOX)
    there = world.clouds["sandbox"].there
    there[:] = [replace(one, labels={**one.labels, "runner": str(PLACE)}) for one in there]
    down(world.session, SANDBOX, "ollama")
    assert github.names() == []


def test_down_works_by_name_alone_when_the_machine_is_gone_already(
    world: World, github: FakeGitHub
) -> None:
    github.runner("acme/models", IN_SANDBOX)
    gone = down(world.session, SANDBOX, "ollama", PLACE)
    assert gone.removed == (f"runner {IN_SANDBOX} at github:acme/models",)
    gone = down(world.session, SANDBOX, "ollama", PLACE)
    assert gone.removed == ("nothing: it was gone already",)


def test_down_waits_for_a_forge_that_believes_in_a_job(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].busy = True

    class Cloud(FakeCloud):
        def delete(self, machine: CloudMachine, report: object, /) -> None:
            del report
            self.there.remove(machine)
            github.world.runners[0].busy = False  # as when it hears of the end

    cloud = Cloud("sandbox", world.clouds["sandbox"].there)
    world.clouds["sandbox"] = cloud
    assert down(world.session, SANDBOX, "ollama").kept == ()
    assert github.names() == []


def test_down_says_what_it_could_not_remove(
    world: World, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BUSY_SECONDS", 0.0)
    world.up(OLLAMA, SANDBOX)
    del world.environ["GITHUB_TOKEN"]
    gone = down(world.session, SANDBOX, "ollama")
    assert world.clouds["sandbox"].there == []
    (kept,) = gone.kept
    assert f"runner {IN_SANDBOX} at github:acme/models: no token is set" in kept
    assert "llmhost gc --runner github:acme/models" in kept
    assert github.names() == [IN_SANDBOX]


def test_on_a_host_of_ones_own_the_runner_goes_with_account_and_registration(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, HOST)
    gone = down(world.session, HOST, "ollama")
    assert gone.removed[:3] == (
        "runner ollama with its folder",
        "account llmhost-runner",
        f"runner {runner_name('ollama', '4b40ae0b45c3403e')} at github:acme/models",
    )
    assert github.names() == []
    assert machine.accounts == {}


# Sweeping


@dataclass
class Keeper(FakeCloud):
    """A cloud that keeps order."""

    expired: tuple[str, ...] = ()

    def waste(self) -> tuple[Waste, ...]:
        return tuple(Waste("machine", name, "a shelf", "expired", name) for name in self.expired)

    def clear(self, waste: object, report: object, /) -> tuple[()]:
        del waste, report
        self.there = [one for one in self.there if one.name not in self.expired]
        return ()

    def fate(self, *_: object) -> str:
        return ""

    tidy = extend = examine = fate


def test_gc_takes_the_registration_of_a_machine_that_goes(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].online = False
    world.clouds["sandbox"] = Keeper("sandbox", world.clouds["sandbox"].there, expired=("ollama",))
    done = gc(world.session, (), lambda _: True)
    assert [one.kind for one in done.waste] == ["machine", "runner"]
    assert (done.deleted, done.kept, github.names()) == (2, (), [])


def test_gc_takes_registrations_without_machine_where_that_is_said(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].online = False  # it is just coming
    github.runner("acme/models", runner_name("gone", "sandbox"))
    github.runner("acme/models", runner_name("busy", "sandbox"), online=True, busy=True)
    github.runner("acme/models", runner_name("mine", "a host of one's own"))
    github.runner("acme/models", "somebody-elses")
    before = set(github.names())
    assert gc(world.session, (), None).waste == ()
    done = gc(world.session, (), lambda _: True, (PLACE,))
    assert [one.deployment for one in done.waste] == ["gone"]
    assert before - set(github.names()) == {runner_name("gone", "sandbox")}
