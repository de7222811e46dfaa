"""What somebody changes on the host is shown as just that, and repaired as just that."""

import json
from collections.abc import Callable

import pytest

from tests.workflows.machine import DAEMON_JSON, UNITS, Machine
from tests.workflows.world import VLLM, World, asked

COMPOSE, UNIT = "/etc/llmhost/vllm/compose.yaml", f"{UNITS}llmhost-vllm.service"
SERVICE = "service llmhost-vllm"


def a_line_in_the_compose_file(machine: Machine) -> None:
    machine.by_hand(COMPOSE, "name: mine\n" + machine.files[COMPOSE].content)


def a_line_in_the_unit(machine: Machine) -> None:
    machine.by_hand(UNIT, machine.files[UNIT].content + "# mine\n")


def a_deleted_file(machine: Machine) -> None:
    del machine.files[COMPOSE]


def a_mode(machine: Machine) -> None:
    machine.files["/etc/llmhost/vllm/engine.env"].mode = "644"


def a_stopped_service(machine: Machine) -> None:
    machine.units["llmhost-vllm.service"].active = "inactive"


def a_disabled_service(machine: Machine) -> None:
    machine.units["llmhost-vllm.service"].enabled = False


def a_removed_container(machine: Machine) -> None:
    machine.containers.clear()


def a_removed_image(machine: Machine) -> None:
    machine.images.clear()


def damaged_weights(machine: Machine) -> None:
    directory, text = machine.weights.popitem()
    machine.weights[directory] = text.replace("1000000000", "2000000000")


def a_removed_package(machine: Machine) -> None:
    machine.packages.discard("curl")


HANDS = [
    (a_line_in_the_compose_file, f"file {COMPOSE}"),
    (a_line_in_the_unit, f"unit {UNIT}"),
    (a_deleted_file, f"file {COMPOSE}"),
    (a_mode, "file /etc/llmhost/vllm/engine.env"),
    (a_stopped_service, SERVICE),
    (a_disabled_service, SERVICE),
    (a_removed_container, SERVICE),
    (a_removed_image, "image docker.io/vllm/vllm-openai-cpu:v0.31.0"),
    (damaged_weights, "weights Qwen/Qwen2.5-0.5B-Instruct"),
    (a_removed_package, "packages ca-certificates curl python3-venv"),
]


@pytest.mark.parametrize(("changed", "title"), HANDS, ids=[case[0].__name__ for case in HANDS])
def test_what_was_changed_by_hand_is_shown_alone_and_repaired_alone(
    world: World, changed: Callable[[Machine], None], title: str
) -> None:
    world.up(VLLM)
    changed(world.host.machine)
    planned = world.plan(VLLM)
    assert [change.title for change in planned.plan.pending] == [title]
    assert planned.changes == 1
    assert world.host.exchanges == [("gather",)]
    assert world.up(VLLM).changed == 1
    assert world.up(VLLM).changed == 0


def test_a_plan_shows_the_lines_that_differ(world: World) -> None:
    world.up(VLLM)
    a_line_in_the_compose_file(world.host.machine)
    (change,) = world.plan(VLLM).plan.pending
    (drift,) = change.drift
    assert change.action == "update"
    assert "-name: mine" in drift.diff


def test_a_foreign_key_in_daemon_json_stays(world: World) -> None:
    machine = world.host.machine
    machine.gpus, wanted = 1, asked("vllm", 1)
    world.up(wanted)
    foreign = '"debug": true, "log-driver": "local"'
    machine.by_hand(DAEMON_JSON, f'{{{foreign}, "features": {{"cdi": false}}}}')
    planned = world.plan(wanted)
    assert [change.title for change in planned.plan.pending] == [
        f"file {DAEMON_JSON}",
        "service docker",
    ]
    world.up(wanted)
    settings = {"debug": True, "log-driver": "local", "features": {"cdi": True}}
    assert json.loads(machine.files[DAEMON_JSON].content) == settings
    assert world.up(wanted).changed == 0
