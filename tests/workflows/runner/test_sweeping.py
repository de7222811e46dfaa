"""`gc` finds the registrations of CI runners that nobody needs any more."""

from dataclasses import dataclass

from llmhost.cloud.keeping import Waste
from llmhost.spec.runner import runner_name
from llmhost.workflows.gc import gc
from tests.fake_github import FakeGitHub
from tests.fakes import FakeCloud
from tests.workflows.runner.host import OLLAMA, PLACE
from tests.workflows.world import SANDBOX, World


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
