"""The way up, from bare to serving, and a second time with nothing to do."""

import json
from dataclasses import replace

import pytest

from llmhost.errors import HostError, StepError, UsageError
from llmhost.events import Notice, StepFinished
from llmhost.workflows.status import status
from tests.deployments import PROVIDERS
from tests.workflows.machine import DAEMON_JSON, Entry, Machine, Unit
from tests.workflows.world import HOST, VLLM, World, asked

COMPOSE, ENV = "/etc/llmhost/vllm/compose.yaml", "/etc/llmhost/vllm/engine.env"
SHAPES = [(provider, gpus) for provider in PROVIDERS for gpus in (0, 1, 2)]


@pytest.mark.parametrize(("provider", "gpus"), SHAPES)
def test_a_bare_host_serves_after_one_up_and_a_second_changes_nothing(
    world: World, provider: str, gpus: int
) -> None:
    world.host.machine.gpus = gpus
    served = world.up(asked(provider, gpus))
    assert served.changed > 5
    assert world.host.exchanges == [("gather",), ("gather",), ("apply", "gather")]
    assert {check.outcome for check in served.checks} == {"ok"}

    again = world.up(asked(provider, gpus))
    assert again.changed == 0
    assert {step.outcome for step in again.steps} == {"ok"}
    assert world.host.exchanges == [("gather",)]
    assert len(world.logins) == 1
    assert len(world.shown) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("gpus", [0, 1])
def test_a_host_that_had_docker_before_gets_what_is_needed_and_keeps_the_rest(
    world: World, provider: str, gpus: int
) -> None:
    machine = world.host.machine
    machine.gpus = gpus
    machine.packages |= {"docker-ce", "docker-compose-plugin"}
    machine.units["docker.service"] = Unit("active", enabled=True, since=machine.now)
    machine.files[DAEMON_JSON] = Entry('{"log-driver": "journald"}')
    world.up(asked(provider, gpus))
    changed = gpus > 0 and provider != "lmstudio"
    needed = {"features": {"cdi": True}} if changed else {}
    settings = json.loads(machine.files[DAEMON_JSON].content)
    assert settings == {"log-driver": "journald", **needed}
    assert (("restart_docker",) in world.host.done) == changed


def test_everything_is_done_in_an_order_that_works(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2))
    names = [effect[0] for effect in world.host.done]
    assert names[:2] == ["put", "packages"]  # the record comes first
    assert names.index("daemon_json") < names.index("restart_docker") < names.index("pull")
    assert names.index("hub_client") < names.index("weights")
    assert names[-1] == "service_start"


def test_the_end_tells_what_serves_where_and_how_long_it_took(world: World) -> None:
    served = world.up(VLLM)
    assert (served.name, served.provider, served.host) == ("vllm", "vllm", "debian@192.0.2.7")
    assert served.endpoint == "http://127.0.0.1:8000/v1"
    assert served.where == "--host debian@192.0.2.7"
    assert [phase.phase for phase in served.phases] == ["look", "steps", "ready"]
    assert world.host.closed


def test_each_step_that_is_right_already_is_told_as_that(world: World) -> None:
    world.up(VLLM)
    world.heard.heard.clear()
    served = world.up(VLLM)
    told = [one for one in world.heard.heard if isinstance(one, StepFinished)]
    assert [one.title for one in told] == [step.title for step in served.steps]
    assert {one.outcome for one in told} == {"ok"}


def test_a_change_that_is_asked_for_changes_the_service_and_nothing_else(world: World) -> None:
    world.up(VLLM)
    served = world.up(replace(VLLM, context=8192))
    changed = [step.title for step in served.steps if step.outcome == "changed"]
    assert changed == [
        "file /etc/llmhost/vllm/deployment.json",
        "file /etc/llmhost/vllm/compose.yaml",
        "service llmhost-vllm",
    ]
    assert len(world.host.exchanges) <= 3
    assert len(world.logins) == 1


def test_deployments_beside_each_other_get_gpus_and_ports_of_their_own(world: World) -> None:
    world.host.machine.gpus = 2
    first, second = asked("vllm", 1), asked("vllm", 1, name="second", port=8001)
    world.up(first)
    with pytest.raises(UsageError, match=r"port 8000 .* belongs to the deployment `vllm`"):
        world.up(replace(second, port=None))
    checks = world.up(second).checks
    assert "gpu 1: 21191" in next(one.seen for one in checks if one.name == "gpu memory")
    for ask, name, index in ((first, "vllm", 0), (second, "second", 1)):
        compose = world.host.machine.files[f"/etc/llmhost/{name}/compose.yaml"].content
        assert f'- "nvidia.com/gpu={index}"' in compose
        assert world.up(ask).changed == 0
        assert status(world.session, HOST, name).drift == ()
    with pytest.raises(HostError, match=r"has 0 GPU\(s\) left"):
        world.up(asked("vllm", 1, name="third", port=8002))


def test_the_gpus_of_ones_own_host_are_told_by_the_host(world: World) -> None:
    machine = world.host.machine
    machine.gpus, machine.gpu, machine.capability = 1, "Tesla T4", "7.5"
    world.up(asked("vllm", 1))
    kept = json.loads(machine.files["/etc/llmhost/vllm/deployment.json"].content)
    assert (kept["gpu"], kept["devices"]) == ("t4", ["nvidia.com/gpu=0"])
    assert status(world.session, HOST, "vllm").drift == ()
    with pytest.raises(UsageError, match="of the model l4"):
        world.up(asked("vllm", 1, gpu="l4"))


def test_a_deployment_beside_another_shares_what_is_there(world: World) -> None:
    world.up(VLLM)
    served = world.up(replace(VLLM, name="second", port=8001))
    changed = {step.title for step in served.steps if step.outcome == "changed"}
    assert changed == {
        "file /etc/llmhost/second/compose.yaml",
        "file /etc/llmhost/second/deployment.json",
        "file /etc/llmhost/second/engine.env",
        "unit /etc/systemd/system/llmhost-second.service",
        "service llmhost-second",
    }


def test_a_secret_reaches_its_file_and_no_event(world: World) -> None:
    world.environ = {"VLLM_API_KEY": "sk-0123456789", "HF_TOKEN": "hf_0123456789"}
    served = world.up(VLLM)
    env = world.host.machine.files["/etc/llmhost/vllm/engine.env"]
    assert "VLLM_API_KEY='sk-0123456789'" in env.content
    assert env.mode == "600"
    assert any("hf_0123456789" in effect for effect in world.host.done)
    for shown in (world.heard.heard, world.shown, served):
        assert "0123456789" not in repr(shown)


def test_an_image_for_an_older_driver_is_asked_for_in_a_second_exec(world: World) -> None:
    world.host.machine.gpus = 2
    world.host.machine.driver = "550.163.01"
    world.up(asked("vllm", 2))
    assert "docker.io/vllm/vllm-openai:v0.31.0-cu129" in world.host.machine.images
    assert world.up(asked("vllm", 2)).changed == 0
    assert world.host.exchanges == [("gather",), ("gather",)]


def test_without_agreement_nothing_is_touched(world: World) -> None:
    world.agrees = False
    with pytest.raises(UsageError, match="nothing was changed"):
        world.up(VLLM)
    assert world.host.exchanges == [("gather",)]
    assert world.shown[0].changes > 5


def test_with_yes_nobody_is_asked(world: World) -> None:
    world.agrees = False
    assert world.up(VLLM, yes=True).changed > 5


def test_a_host_that_changes_while_somebody_thinks_is_asked_about_anew(world: World) -> None:
    world.up(VLLM)
    del world.host.machine.files[COMPOSE]

    def meanwhile() -> None:
        if len(world.shown) == 1:
            world.host.machine.images.clear()

    world.shown.clear()
    world.thinks = meanwhile
    served = world.up(VLLM)
    assert [[change.title for change in one.plan.pending] for one in world.shown] == [
        [f"file {COMPOSE}"],
        ["image docker.io/vllm/vllm-openai-cpu:v0.31.0", f"file {COMPOSE}"],
    ]
    assert served.changed == 2
    assert "has changed since the plan was shown" in repr(world.heard.of(Notice))


def test_what_somebody_else_did_while_one_thinks_is_not_done_again(world: World) -> None:
    world.up(VLLM)
    stale = world.host.machine.files.pop(COMPOSE)
    world.thinks = lambda: world.host.machine.files.update({COMPOSE: stale})
    assert world.up(VLLM).changed == 0
    assert world.host.exchanges == [("gather",), ("gather",)]


def test_a_key_that_is_not_set_here_is_not_taken_away(world: World) -> None:
    world.environ = {"VLLM_API_KEY": "sk-0123456789"}
    world.up(VLLM)
    world.environ = {}
    for way in (world.plan, world.up):
        with pytest.raises(UsageError) as raised:
            way(VLLM)
        assert "runs with VLLM_API_KEY, which is not set here" in raised.value.message
        assert "--drop-secret VLLM_API_KEY" in raised.value.hint
    assert not world.host.done
    assert "sk-0123456789" in world.host.machine.files[ENV].content


def test_a_key_is_taken_away_where_that_is_said(world: World) -> None:
    world.environ = {"VLLM_API_KEY": "sk-0123456789"}
    world.up(VLLM)
    world.up(replace(VLLM, drop_secrets=("VLLM_API_KEY",)))
    assert "sk-0123456789" not in world.host.machine.files[ENV].content
    world.environ = {}
    assert world.up(VLLM).changed == 0


def test_a_secret_that_the_provider_does_not_know_cannot_be_dropped(world: World) -> None:
    with pytest.raises(UsageError) as raised:
        world.up(replace(VLLM, drop_secrets=("VLLM_KEY",)))
    assert raised.value.message == "vLLM is given no secret `VLLM_KEY`"
    assert raised.value.hint == "its secrets: VLLM_API_KEY"


def test_a_full_disk_that_has_everything_is_large_enough(world: World) -> None:
    for ask in (VLLM, asked("lmstudio", 0)):
        world.up(ask)
        world.host.machine.free = 1000
        assert world.up(ask).changed == 0
        assert world.up(replace(ask, context=2048)).changed
        world.host.machine.free = 75 * 10**9


def test_a_disk_without_room_for_what_is_to_come_is_refused(world: World) -> None:
    world.host.machine.free = 10**9
    with pytest.raises(HostError) as raised:
        world.up(VLLM)
    assert "has 1.0 GB free at /var/lib/llmhost/models" in raised.value.message
    assert not world.shown


def test_whoever_is_faster_by_a_moment_is_watched_first(world: World) -> None:
    world.host.busy = "you@desk, process 7"
    assert world.up(VLLM).changed > 5
    assert world.host.exchanges == [
        ("gather",),
        ("gather",),
        ("apply",),
        ("gather",),
        ("follow",),
        ("gather",),
        ("apply", "gather"),
    ]
    assert len(world.shown) == 1
    assert "you@desk, process 7" in repr(world.heard.of(Notice))


def test_work_that_goes_on_from_before_is_watched_to_its_end(world: World) -> None:
    world.up(VLLM)
    world.host.machine.holder = "me@laptop, process 7"
    world.heard.heard.clear()
    assert world.up(VLLM).changed == 0
    assert world.host.exchanges == [("gather",), ("follow",), ("gather",)]
    (notice,) = (one for one in world.heard.heard if isinstance(one, Notice))
    assert "me@laptop, process 7" in notice.text
    assert StepFinished("image x", "changed", seconds=0.009) in world.heard.heard


def test_what_still_differs_after_it_was_applied_has_failed(world: World) -> None:
    world.host.keeps = "pull"
    with pytest.raises(StepError) as raised:
        world.up(VLLM)
    assert raised.value.message.startswith("image docker.io/vllm/vllm-openai-cpu")
    assert "still not as it should be" in raised.value.message


class Revealing(Machine):
    """A machine on which a package turns out to be missing once Docker is up, and not before."""

    revealed = False

    def do(self, argv: tuple[str, ...]) -> None:
        super().do(argv)
        if argv == ("restart_docker",) and not self.revealed:
            self.revealed = True
            self.packages.discard("curl")


def test_what_shows_only_after_the_first_round_is_a_plan_of_its_own(world: World) -> None:
    world.host.machine = Revealing()
    world.host.machine.packages |= {"curl", "python3-venv"}
    served = world.up(VLLM)
    assert world.host.exchanges[-2:] == [("apply", "gather"), ("apply", "gather")]
    title = "packages ca-certificates curl python3-venv"
    assert [step.outcome for step in served.steps if step.title == title] == ["changed"]
    assert [one.title for one in world.shown[-1].plan.pending] == [title]
    assert world.up(VLLM).changed == 0


def test_a_step_that_failed_is_explained_and_the_next_up_goes_on(world: World) -> None:
    title = "weights Qwen/Qwen2.5-0.5B-Instruct"
    world.host.fails = {title: ("gated: 403 Client Error.",)}
    with pytest.raises(StepError) as raised:
        world.up(VLLM)
    assert "gated" in raised.value.why
    assert StepFinished(title, "failed", "exit status 1") in world.heard.heard
    world.host.fails = {}
    done = {effect[0] for effect in world.host.done}
    world.up(VLLM)
    assert not done & {effect[0] for effect in world.host.done} - {"put"}


def test_a_host_that_cannot_carry_it_is_refused_before_anything_is_shown(world: World) -> None:
    with pytest.raises(HostError, match="no NVIDIA driver"):
        world.up(asked("vllm", 2))
    assert not world.shown
