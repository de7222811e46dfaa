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
        also: Things that `up` changes besides, since they depend on those.
        restarts: Whether the engine has to be started again.
    """

    script: str
    drift: dict[str, list[str]]
    also: tuple[str, ...] = ()
    restarts: bool = True


UNIT = "unit /etc/systemd/system/llmhost-NAME.service"
SERVICE = "service llmhost-NAME"
FOLDER = "file /etc/llmhost/NAME"
WEIGHTS = "weights Qwen/Qwen3-32B-AWQ"

CASES = {
    "a line in the unit": Case(
        "sed -i 's/^TimeoutStartSec=.*/TimeoutStartSec=5s/' /etc/systemd/system/llmhost-NAME.service",
        {UNIT: ["content"]},
        restarts=False,
    ),
    "a line in the unit, which systemd has read": Case(
        "sed -i 's/^TimeoutStartSec=.*/TimeoutStartSec=5s/' /etc/systemd/system/llmhost-NAME.service"
        " && systemctl daemon-reload",
        {UNIT: ["content"]},
        restarts=False,
    ),
    "a disabled service": Case(
        "systemctl disable -q llmhost-NAME", {SERVICE: ["enabled"]}, restarts=False
    ),
    "a stopped service": Case("systemctl stop llmhost-NAME", {SERVICE: ["active"]}),
    "a stopped container": Case("docker stop -t 1 llmhost-NAME", {SERVICE: ["container"]}),
    "a removed container": Case("docker rm -f llmhost-NAME", {SERVICE: ["container"]}),
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
        "chmod 0644 /etc/llmhost/NAME/engine.env", {f"{FOLDER}/engine.env": ["mode"]}, restarts=False
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
    served.up()
    served.host.check_output(case.script.replace("NAME", served.name))
    before = served.started_at() if "rm -f" not in case.script else ""
    drift = {
        title.replace("NAME", served.name): [one.replace("NAME", served.name) for one in attributes]
        for title, attributes in case.drift.items()
    }
    also = {title.replace("NAME", served.name) for title in case.also}
    assert served.drift() == drift
    assert served.llmhost("plan", *served.words, "--check").status == 3
    assert changed(served.up()) == set(drift) | also
    assert served.drift() == {}
    assert (served.started_at() != before) == case.restarts
    assert served.host.service(served.unit).is_enabled
    assert served.host.docker(served.container).is_running


def test_a_diff_shows_the_line(served: Served) -> None:
    served.up()
    served.host.check_output(f"sed -i s/RemainAfterExit=yes/RemainAfterExit=no/ {unit_file(served)}")
    shown = served.llmhost("plan", *served.words).good().stdout
    lines = [line.strip() for line in shown.splitlines()]
    assert "-RemainAfterExit=no" in lines
    assert "+RemainAfterExit=yes" in lines
    served.up()


def test_a_foreign_key_in_daemon_json_is_left_alone(served: Served) -> None:
    served.up()
    edit_daemon_json(served, {"debug": False, "labels": ["somebody=else"]})
    served.host.check_output("systemctl restart docker")
    assert served.drift() == {}
    assert json.loads(served.host.file(DAEMON).content_string)["labels"] == ["somebody=else"]


def test_our_key_in_daemon_json_is_put_back_and_the_foreign_one_stays(served: Served) -> None:
    served.up()
    edit_daemon_json(served, {"labels": ["somebody=else"], "log-driver": "local"})
    assert served.drift()[f"file {DAEMON}"] == ["content"]
    assert changed(served.up()) == {f"file {DAEMON}", "service docker"}
    settings = json.loads(served.host.file(DAEMON).content_string)
    assert (settings["log-driver"], settings["labels"]) == ("json-file", ["somebody=else"])
    assert "somebody=else" in served.host.check_output("docker info --format '{{.Labels}}'")


def test_a_missing_repair_is_not_reported_as_done(served: Served) -> None:
    served.up()
    served.host.check_output(f"chattr +i {served.folder}/compose.yaml 2>/dev/null || mount --bind "
                             f"/dev/null {served.folder}/compose.yaml")
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
