"""`gc` finds the registrations of CI runners that nobody needs any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmhost.cloud.keeping import Waste
from llmhost.spec.runner import runner_name
from llmhost.workflows.down import down
from llmhost.workflows.gc import gc
from llmhost.workflows.place import Place
from tests.fake_github import FakeGitHub
from tests.fakes import FakeCloud
from tests.workflows.runner.host import OLLAMA, PLACE
from tests.workflows.world import SANDBOX, World


@dataclass
class Keeper(FakeCloud):
    """A cloud that keeps order."""

    expired: tuple[str, ...] = ()
    needed: str = ""

    def waste(self) -> tuple[Waste, ...]:
        return tuple(Waste("machine", name, "a shelf", "expired", name) for name in self.expired)

    def clear(self, waste: Sequence[Waste], report: object, /) -> tuple[tuple[Waste, str], ...]:
        del report
        if self.needed:
            return tuple((one, self.needed) for one in waste)
        self.there = [one for one in self.there if one.name not in self.expired]
        return ()

    def fate(self, *_: object) -> str:
        return ""

    def unused(self) -> tuple[()]:
        return ()

    tidy = extend = examine = fate


def test_gc_takes_the_registration_of_a_machine_that_goes(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].online = False
    world.clouds["sandbox"] = Keeper("sandbox", world.clouds["sandbox"].there, expired=("ollama",))
    done = gc(world.session, (), lambda _: True)
    assert [one.kind for one in done.waste] == ["machine", "runner"]
    assert (done.deleted, done.kept, github.names()) == (2, (), [])


def test_gc_leaves_the_registration_of_a_machine_that_stays_after_all(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    there = world.clouds["sandbox"].there
    needed = "its time has not ended"
    world.clouds["sandbox"] = Keeper("sandbox", there, expired=("ollama",), needed=needed)
    before = github.names()
    done = gc(world.session, (), lambda _: True)
    assert done.deleted == 0
    assert done.kept[0] == "machine ollama in a shelf: its time has not ended"
    assert done.kept[1].endswith("its machine is still there")
    assert github.names() == before


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


@dataclass
class Project(FakeCloud):
    """One project of a cloud that has several."""

    project: str = ""

    def home(self) -> str:
        return f"gcp/{self.project}"


def test_gc_leaves_registrations_of_machines_in_other_projects(
    world: World, github: FakeGitHub
) -> None:
    """A name that no machine here has may be that of a machine there, which is just coming."""
    for project in ("ci", "research"):
        world.clouds[f"gcp:{project}"] = Project("gcp", project=project)
        github.runner("acme/models", runner_name("ollama", f"gcp/{project}"))
    world.clouds["gcp"] = Project("gcp", project="research")
    place = Place("cloud", cloud="gcp:ci")
    served = world.up(OLLAMA, place)
    assert served.runner
    assert served.runner.name == runner_name("ollama", "gcp/ci")
    github.world.runners[-1].online = False  # it is just coming
    done = gc(world.session, ("gcp",), lambda _: True, (PLACE,))
    assert [one.name for one in done.waste] == [runner_name("ollama", "gcp/research")]
    assert github.names() == [runner_name("ollama", "gcp/ci")]
    assert gc(world.session, ("gcp:ci",), lambda _: True, (PLACE,)).waste == ()


def test_down_takes_the_registration_of_its_own_project_alone(
    world: World, github: FakeGitHub
) -> None:
    world.clouds["gcp:ci"] = Project("gcp", project="ci")
    world.clouds["gcp"] = Project("gcp", project="research")
    for project in ("ci", "research"):
        github.runner("acme/models", runner_name("ollama", f"gcp/{project}"))
    down(world.session, Place("cloud", cloud="gcp:ci"), "ollama", PLACE)
    assert github.names() == [runner_name("ollama", "gcp/research")]
