"""What somebody changed by hand is shown as just that, and put right as just that."""

import json
from dataclasses import dataclass

import pytest

from tests.integration.served import Served, changed

pytestmark = pytest.mark.sandbox

DAEMON = "/etc/docker/daemon.json"


@dataclass(frozen=True, slots=True)
class Case:
    """A change by hand.

    Attributes:
        script: What somebody did, with NAME for the deployment.
        drift: What `plan` has to show: things, and what of them differs.
        restarts: Whether the engine has to be started again.
    """

    script: str
    drift: dict[str, list[str]]
    restarts: bool = True


UNIT_FILE = "/etc/systemd/system/llmhost-NAME.service"
UNIT = f"unit {UNIT_FILE}"
SERVICE = "service llmhost-NAME"
FOLDER = "file /etc/llmhost/NAME"
WEIGHTS = "weights Qwen/Qwen3-32B-AWQ"

EDIT_UNIT = f"sed -i s/^TimeoutStartSec=.*/TimeoutStartSec=5s/ {UNIT_FILE}"

CASES = {
    "a line in the unit": Case(
        EDIT_UNIT,
        {UNIT: ["content", "read by systemd"]},
        restarts=False,
    ),
    "a line in the unit, which systemd has read": Case(
        f"{EDIT_UNIT} && systemctl daemon-reload",
        {UNIT: ["content"]},
        restarts=False,
    ),
    "a disabled service": Case(
        "systemctl disable -q llmhost-NAME", {SERVICE: ["enabled"]}, restarts=False
    ),
    "a stopped service": Case("systemctl stop llmhost-NAME", {SERVICE: ["active"]}),
    "a stopped container": Case("docker stop -t 1 llmhost-NAME", {SERVICE: ["container"]}),
    "a removed container": Case(
        "docker stop llmhost-NAME && docker rm llmhost-NAME", {SERVICE: ["container"]}
    ),
    "a deleted compose file": Case(
        "rm /etc/llmhost/NAME/compose.yaml", {f"{FOLDER}/compose.yaml": ["content"]}, restarts=False
    ),
    "another image in the compose file, and the service started with it": Case(
        "sed -i 's/retries: 3/retries: 4/' /etc/llmhost/NAME/compose.yaml"
        " && systemctl restart llmhost-NAME",
        {
            f"{FOLDER}/compose.yaml": ["content"],
            SERVICE: ["started with /etc/llmhost/NAME/compose.yaml"],
        },
    ),
    "a deleted file of weights": Case(
        "rm /var/lib/llmhost/models/*/model-00001-*.safetensors",
        {WEIGHTS: ["model-00001-of-00002.safetensors"]},
        restarts=False,
    ),
    "a file of weights that was cut short": Case(
        "truncate -s 1000 /var/lib/llmhost/models/*/model-00002-*.safetensors",
        {WEIGHTS: ["model-00002-of-00002.safetensors"]},
        restarts=False,
    ),
    "secrets that everybody can read": Case(
        "chmod 0644 /etc/llmhost/NAME/engine.env",
        {f"{FOLDER}/engine.env": ["mode"]},
        restarts=False,
    ),
    "a file that belongs to somebody else": Case(
        "chown debian /etc/llmhost/NAME/deployment.json",
        {f"{FOLDER}/deployment.json": ["owner"]},
        restarts=False,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_change_by_hand_is_shown_and_put_right_and_nothing_else(
    served: Served, case: Case
) -> None:
    before = served.started_at()
    served.host.check_output(case.script.replace("NAME", served.name))
    drift = {
        title.replace("NAME", served.name): [one.replace("NAME", served.name) for one in attributes]
        for title, attributes in case.drift.items()
    }
    assert served.drift() == drift
    assert changed(served.up()) == set(drift)
    assert (served.started_at() != before) == case.restarts
    assert served.host.service(served.unit).is_enabled
    assert served.host.docker(served.container).is_running


def test_nothing_differs_after_all_that(served: Served) -> None:
    assert served.drift() == {}


def test_a_diff_shows_the_line(served: Served) -> None:
    served.host.check_output(
        f"sed -i s/RemainAfterExit=yes/RemainAfterExit=no/ {unit_file(served)}"
    )
    shown = served.llmhost("plan", *served.words).good().stdout
    lines = [line.strip() for line in shown.splitlines()]
    assert "-RemainAfterExit=no" in lines
    assert "+RemainAfterExit=yes" in lines
    served.up()


def test_a_foreign_key_in_daemon_json_is_left_alone(served: Served) -> None:
    edit_daemon_json(served, {"labels": ["somebody=else"]})
    served.host.check_output("systemctl restart docker")
    assert served.drift() == {}
    assert json.loads(served.host.file(DAEMON).content_string)["labels"] == ["somebody=else"]


def test_our_key_in_daemon_json_is_put_back_and_the_foreign_one_stays(served: Served) -> None:
    foreign = {"labels": ["somebody=else"], "log-driver": "local"}
    edit_daemon_json(served, {**foreign, "features": {"cdi": False}})
    assert served.drift()[f"file {DAEMON}"] == ["content"]
    assert changed(served.up()) == {f"file {DAEMON}", "service docker"}
    settings = json.loads(served.host.file(DAEMON).content_string)
    assert settings == {**foreign, "features": {"cdi": True}}
    assert "somebody=else" in served.host.check_output("docker info --format '{{.Labels}}'")


def test_a_missing_repair_is_not_reported_as_done(served: Served) -> None:
    served.host.check_output(
        f"chattr +i {served.folder}/compose.yaml 2>/dev/null || mount --bind "
        f"/dev/null {served.folder}/compose.yaml"
    )
    try:
        failed = served.llmhost.fails("up", *served.words, "--yes")
        assert "compose.yaml" in failed.error
    finally:
        served.host.run(f"umount {served.folder}/compose.yaml")
        served.up()


def unit_file(served: Served) -> str:
    return f"/etc/systemd/system/{served.unit}"


def edit_daemon_json(served: Served, values: dict[str, object]) -> None:
    settings = json.loads(served.host.file(DAEMON).content_string) | values
    text = json.dumps(settings)
    served.host.check_output("printf %%s %s > %s", text, DAEMON)
