"""Status, ls and logs: what is told is what was seen."""

import json
from dataclasses import replace

import pytest

from llmhost.errors import CloudError, HostError, ServingError, UsageError
from llmhost.events import LogLine
from llmhost.workflows.logs import logs
from llmhost.workflows.ls import ls
from llmhost.workflows.status import status
from tests.workflows import engine
from tests.workflows.machine import Entry
from tests.workflows.world import HOST, SANDBOX, VLLM, World, asked

ENV = "/etc/llmhost/vllm/engine.env"
JOURNAL = "journalctl --no-pager --output=cat"


@pytest.fixture
def serving(world: World) -> World:
    world.up(VLLM)
    world.host.exchanges.clear()
    return world


def test_what_serves_is_serving_and_nothing_differs(serving: World) -> None:
    found = status(serving.session, HOST, "vllm")
    assert (found.health, found.why) == ("serving", "a real completion was answered")
    assert (found.provider, found.model) == ("vllm", "Qwen/Qwen2.5-0.5B-Instruct")
    assert found.endpoint == "http://127.0.0.1:8000/v1"
    assert found.drift == ()
    assert serving.host.exchanges == [("gather",), ("gather",)]
    assert serving.host.closed


@pytest.mark.parametrize(
    ("seen", "health", "why"),
    [
        (engine.loads, "loading", "ready: nothing listens yet"),
        (engine.stopped, "stopped", "the unit llmhost-vllm.service is not running"),
        (engine.dies("who knows"), "failing", "the engine ended with status 1"),
        (engine.dies("CUDA out of memory"), "failing", "the GPU's memory is too small"),
    ],
)
def test_what_does_not_serve_says_why(
    serving: World, seen: engine.Engine, health: str, why: str
) -> None:
    serving.host.engine = seen
    found = status(serving.session, HOST, "vllm")
    assert found.health == health
    assert why in found.why


def test_a_wrong_answer_is_a_failure_at_the_first_look(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2))
    world.host.engine = lambda asked: (line.replace("21191", "0") for line in engine.serves(asked))
    found = status(world.session, HOST, "vllm")
    assert found.health == "failing"
    assert "the model is not on the GPU" in found.why


def test_weights_of_a_gigabyte_do_not_lie_in_what_is_less_than_half_of_that(world: World) -> None:
    """Both `up` and `status` know from the host how large the weights are."""
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2))
    world.host.engine = lambda asked: (
        line.replace("21191", "700") for line in engine.serves(asked)
    )
    found = status(world.session, HOST, "vllm")
    assert found.health == "failing"
    assert "its weights are 1.0 GB" in found.why
    with pytest.raises(ServingError, match=r"its weights are 1\.0 GB"):
        world.up(asked("vllm", 2))


def test_what_was_changed_by_hand_is_named(serving: World) -> None:
    serving.host.machine.by_hand("/etc/llmhost/vllm/compose.yaml", "name: mine\n")
    found = status(serving.session, HOST, "vllm")
    assert found.drift == ("file /etc/llmhost/vllm/compose.yaml",)


@pytest.fixture
def keyed(world: World) -> World:
    """A deployment with a secret that is no longer set here."""
    world.environ = {"VLLM_API_KEY": "sk-0123456789"}
    world.up(VLLM)
    world.environ = {}
    return world


def test_a_secret_that_this_computer_does_not_have_is_no_drift(keyed: World) -> None:
    assert status(keyed.session, HOST, "vllm").drift == ()


def test_a_secret_that_it_does_have_is_compared(keyed: World) -> None:
    keyed.environ = {"VLLM_API_KEY": "sk-another"}
    assert status(keyed.session, HOST, "vllm").drift == (f"file {ENV}", "service llmhost-vllm")


def test_what_holds_an_unknown_secret_still_has_to_be_there(keyed: World) -> None:
    machine = keyed.host.machine
    machine.files[ENV].mode = "644"
    assert status(keyed.session, HOST, "vllm").drift == (f"file {ENV}",)
    del machine.files[ENV]
    assert f"file {ENV}" in status(keyed.session, HOST, "vllm").drift


def test_a_service_started_before_an_unknown_secret_was_changed_is_drift(keyed: World) -> None:
    keyed.host.machine.by_hand(ENV, "VLLM_API_KEY='sk-by-hand'\n")
    assert status(keyed.session, HOST, "vllm").drift == ("service llmhost-vllm",)


def test_a_secret_that_was_never_given_is_not_missed(serving: World) -> None:
    serving.environ = {"VLLM_API_KEY": "sk-0123456789"}
    assert status(serving.session, HOST, "vllm").drift == ()


def test_a_full_disk_is_no_reason_to_say_nothing(serving: World) -> None:
    serving.host.machine.images.clear()
    serving.host.machine.free = 1000
    found = status(serving.session, HOST, "vllm")
    assert found.health == "serving"
    assert found.drift


def test_a_driver_that_is_gone_is_told_by_what_is_observed(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2))
    world.host.machine.gpus = 0
    world.host.engine = engine.dies("No CUDA GPUs are available")
    assert status(world.session, HOST, "vllm").health == "failing"


def test_another_version_of_llmhost_is_no_drift(
    serving: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmhost.__version__", "9.9")
    assert status(serving.session, HOST, "vllm").drift == ()


@pytest.mark.parametrize("record", ['{"format": 1', "[]", '{"format": 1, "provider": "sglang"}'])
def test_a_neighbours_record_that_cannot_be_read_hides_nothing(serving: World, record: str) -> None:
    serving.host.machine.files["/etc/llmhost/other/deployment.json"] = Entry(record)
    assert status(serving.session, HOST, "vllm").health == "serving"
    with pytest.raises(HostError, match="`other` on"):
        status(serving.session, HOST, "other")


def test_a_machine_without_an_address_cannot_be_looked_at_yet(world: World) -> None:
    world.up(VLLM, SANDBOX)
    cloud = world.clouds["sandbox"]
    cloud.there = [replace(cloud.there[0], address=None, state="creating")]
    with pytest.raises(CloudError) as raised:
        status(world.session, SANDBOX, "vllm")
    assert raised.value.message == "machine vllm has no address yet"
    assert raised.value.why == "sandbox says it is creating"


def test_a_record_of_a_newer_llmhost_is_refused(serving: World) -> None:
    record = json.dumps({"format": 99, "llmhost": "9.0", "provider": "vllm", "name": "vllm"})
    serving.host.machine.files["/etc/llmhost/vllm/deployment.json"] = Entry(record)
    with pytest.raises(HostError, match="format 99"):
        status(serving.session, HOST, "vllm")


def test_a_deployment_that_is_not_there_has_no_status(serving: World) -> None:
    with pytest.raises(UsageError, match="carries no deployment `other`"):
        status(serving.session, HOST, "other")


def test_everything_that_exists_is_listed_by_name(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2), SANDBOX)
    world.up(asked("llamacpp", 0), SANDBOX)
    listing = ls(world.session)
    assert [(one.name, one.gpus, one.where) for one in listing.deployments] == [
        ("llamacpp", "none", "--cloud sandbox"),
        ("vllm", "2 x l4", "--cloud sandbox"),
    ]
    assert listing.deployments[1].model == "Qwen/Qwen3-32B-AWQ"
    assert listing.unasked == ()


def test_a_cloud_that_cannot_be_asked_is_named_and_hides_no_other(world: World) -> None:
    world.up(VLLM, SANDBOX)
    world.clouds["gcp"].broken = "no credentials"
    listing = ls(world.session)
    assert [one.name for one in listing.deployments] == ["vllm"]
    assert listing.unasked == ("gcp: no credentials",)


THERE = "docker container inspect llmhost-vllm >/dev/null || exit\n"


@pytest.mark.parametrize(
    ("provider", "follow", "command"),
    [
        ("vllm", False, f"{THERE}docker logs --tail 50 llmhost-vllm 2>&1"),
        ("vllm", True, f"{THERE}docker logs --tail 50 --follow llmhost-vllm 2>&1"),
        ("lmstudio", True, f"{JOURNAL} --lines=50 --follow --unit=llmhost-lmstudio.service"),
    ],
)
def test_the_log_is_told_as_the_provider_writes_it(
    world: World, provider: str, *, follow: bool, command: str
) -> None:
    world.up(asked(provider, 0))
    logs(world.session, HOST, provider, follow=follow, lines=50)
    assert world.host.exchanges[-1] == (command,)
    assert world.heard.heard[-1] == LogLine(provider, "a line of the log")


def test_a_log_that_is_not_there_is_an_error_and_no_line_of_it(serving: World) -> None:
    serving.heard.heard.clear()
    serving.host.machine.containers.clear()
    with pytest.raises(ServingError) as raised:
        logs(serving.session, HOST, "vllm", follow=False, lines=50)
    assert "no such container" in raised.value.why.lower()
    assert not serving.heard.of(LogLine)
