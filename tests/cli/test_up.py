"""`up`: what goes where, who is asked, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmhost.errors import ServingError
from llmhost.events import Notice, Progress, StepFinished
from llmhost.spec.deployment import Ask
from llmhost.spec.sources import Sources
from llmhost.workflows.order import Order
from llmhost.workflows.place import Place
from llmhost.workflows.results import Served
from llmhost.workflows.session import Session
from tests.cli.front import Front
from tests.cli.samples import NOTHING, PLANNED, SERVED

Workflow = Callable[[str, Callable[..., Any]], None]

REPORT = """\

vllm serves Qwen/Qwen3-32B-AWQ on debian@127.0.1.1  (1 step changed, 1 as they should be)
  ok  completion        [bold]Hello[/bold] in 0.4 s
  ok  gpu in container  2 x NVIDIA L4

  machine         12s
  host steps    2m11s
  total         2m23s

costs $2.00 per hour until it is taken away
simulated: 2 NVIDIA L4 and the engine

next
  llmhost status vllm --cloud sandbox   how it is
  llmhost forward vllm --cloud sandbox  reach it from here
  llmhost ssh vllm --cloud sandbox      a shell on the host
  llmhost logs vllm -f --cloud sandbox  what the provider says
  llmhost down vllm --cloud sandbox     take it away again
"""


@pytest.fixture
def asked(workflow: Workflow) -> list[dict[str, Any]]:
    """What reached an `up` that always ends well."""
    calls: list[dict[str, Any]] = []

    def up(_session: Session, place: Place, order: Order, *, yes: bool) -> Served:
        sources = order.sources(Sources())
        calls.append({"place": place, "ask": order.ask, "sources": sources, "yes": yes})
        return SERVED

    workflow("up.up", up)
    return calls


@pytest.mark.usefixtures("asked")
def test_the_endpoint_is_alone_on_stdout_and_the_report_on_stderr(llmhost: Front) -> None:
    ended = llmhost("up", "vllm", "--yes")
    assert ended.stdout == "http://127.0.0.1:8000/v1\n"
    assert ended.stderr == REPORT
    assert ended.status == 0


def test_every_flag_reaches_the_workflow(llmhost: Front, asked: list[dict[str, Any]]) -> None:
    flags = (
        "--gpus 2 --gpu l4 --model org/m --context 4096 --name chat --port 9000 --cloud sandbox "
        "--set dtype=half --set env.A=b=c --accept-licence --drop-secret A_KEY --yes"
    )
    llmhost("up", "vllm", *flags.split())
    assert asked == [
        {
            "place": Place("cloud", cloud="sandbox"),
            "ask": Ask(
                "vllm",
                name="chat",
                gpu="l4",
                gpus=2,
                model="org/m",
                context=4096,
                port=9000,
                settings={"dtype": "half", "env.A": "b=c"},
                accept_licence=True,
                drop_secrets=("A_KEY",),
            ),
            "sources": Sources(),
            "yes": True,
        }
    ]


def test_the_command_line_wins_over_the_file(
    llmhost: Front, asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text(
        "provider: vllm\nname: chat\ngpus: 4\nhost: root@192.0.2.7\n"
        "sources: {hub: https://hub.example}\n"
    )
    llmhost("up", "-f", str(file), "--gpus", "2", "--yes")
    assert asked[0]["ask"] == Ask("vllm", name="chat", gpus=2)
    assert asked[0]["place"] == Place("host", host="root@192.0.2.7")
    assert asked[0]["sources"].hub == "https://hub.example"
    llmhost("up", "ollama", "-f", str(file), "--local")
    assert asked[1]["ask"].provider == "ollama"
    assert asked[1]["place"] == Place("local")


@pytest.mark.parametrize(
    ("variable", "flags", "place"),
    [
        ("", [], Place("cloud", cloud="gcp")),
        ("sandbox", [], Place("cloud", cloud="sandbox")),
        ("sandbox", ["--cloud", "gcp"], Place("cloud", cloud="gcp")),
        ("sandbox", ["--local"], Place("local")),
        ("", ["--host", "a@b:22"], Place("host", host="a@b:22")),
    ],
)
def test_the_place_is_what_flags_say_then_the_environment_then_gcp(
    llmhost: Front, asked: list[dict[str, Any]], variable: str, flags: list[str], place: Place
) -> None:
    llmhost.environ["LLMHOST_CLOUD"] = variable
    llmhost("up", "vllm", *flags)
    assert asked[0]["place"] == place


def test_two_places_at_once_are_refused(llmhost: Front, asked: list[dict[str, Any]]) -> None:
    ended = llmhost("up", "vllm", "--cloud", "gcp", "--local")
    assert ended.status == 2
    assert ended.stderr == (
        "error: --cloud and --local exclude each other\n"
        "  hint  say where once: a deployment is in one place\n"
    )
    assert not asked


def test_json_is_one_document_on_stdout(llmhost: Front, asked: list[dict[str, Any]]) -> None:
    ended = llmhost("up", "vllm", "--yes", "-o", "json")
    assert ended.document["endpoint"] == "http://127.0.0.1:8000/v1"
    assert ended.document["phases"][0] == {"phase": "machine", "title": "machine", "seconds": 12.06}
    assert len(asked) == 1


def confirming(session: Session, *_: object, yes: bool) -> Served:
    """An `up` that has something to change."""
    if not yes and not session.confirm(PLANNED):
        raise ServingError("said no")
    return SERVED


def test_without_a_terminal_the_plan_is_shown_and_nothing_done(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("up.up", confirming)
    ended = llmhost("up", "vllm", "--cloud", "sandbox")
    assert ended.status == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "= machine vllm\n"
        "+ docker engine\n"
        "    version: absent -> 29.1\n"
        "~ file /etc/docker/daemon.json\n"
        "    content:\n"
        "      @@ -1 +1 @@\n"
        "      -{}\n"
        '      +{"a": 1}\n'
        "= weights\n"
        "\n"
        "1 to create, 1 to update, 2 as they should be; the machine costs $2.00 per hour\n"
        "simulated: 2 NVIDIA L4\n"
        "error: nobody is there to agree to the plan: nothing was changed\n"
        "  why   standard input is not a terminal, or --events is given\n"
        "  hint  llmhost up vllm --cloud sandbox --yes\n"
    )


def test_on_a_terminal_a_yes_goes_on_and_anything_else_does_not(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("up.up", confirming)
    agreed = llmhost("up", "vllm", answer="y\n")
    assert agreed.status == 0
    assert "Go ahead? [y/N] " in agreed.stderr
    for answer in ("n\n", "\n", ""):
        assert llmhost("up", "vllm", answer=answer).status == 1


def test_a_plan_without_changes_needs_nobody(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", lambda session, *_, yes: SERVED if session.confirm(NOTHING) else yes)
    assert llmhost("up", "vllm").status == 0


def telling(session: Session, *_: object, yes: bool) -> Served:
    """An `up` with a story."""
    assert yes
    session.report(StepFinished("docker engine", "changed", "29.1", 12.3))
    session.report(Progress("image", 1_000_000_000, 8_200_000_000))
    session.report(Notice("the host is slow", warning=True))
    return SERVED


def test_the_story_is_plain_lines_where_there_is_no_terminal(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("up.up", telling)
    assert llmhost("up", "vllm", "--yes").stderr == (
        "  changed  docker engine: 29.1  12s\n"
        "  ...      image: 1.0 GB of 8.2 GB\n"
        "warning: the host is slow\n" + REPORT
    )


def test_events_make_stderr_json_lines_and_nothing_else(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", telling)
    ended = llmhost("up", "vllm", "--yes", "--events", "-o", "json")
    assert [event["event"] for event in ended.events] == ["StepFinished", "Progress", "Notice"]
    step = ended.events[0]
    assert step.pop("time").endswith("Z")
    assert step == {
        "event": "StepFinished",
        "title": "docker engine",
        "outcome": "changed",
        "detail": "29.1",
        "seconds": 12.3,
    }
    assert ended.document["name"] == "vllm"


def test_a_failure_with_events_is_an_event_too(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", confirming)
    ended = llmhost("up", "vllm", "--events", answer="y\n")
    assert [event["event"] for event in ended.events] == ["Failure"]
    assert ended.events[0]["exit_status"] == ended.status == 2


def interrupting(session: Session, *_: object, yes: bool) -> Served:
    """An `up` during which somebody presses Ctrl-C."""
    if not yes:
        session.confirm(PLANNED)
    raise KeyboardInterrupt


def test_ctrl_c_says_how_to_go_on_and_how_to_end_it(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", interrupting)
    ended = llmhost("up", "vllm", "--name", "chat", "--cloud", "sandbox", "--yes")
    assert ended.status == 130
    assert ended.stderr == (
        "error: interrupted: what was begun on the host goes on there\n"
        "  hint  llmhost up vllm --name chat --cloud sandbox --yes   # goes on where it is\n"
        "  hint  llmhost down chat --cloud sandbox   # takes it away\n"
    )


def test_ctrl_c_before_the_plan_was_agreed_to_changed_nothing(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("up.up", interrupting)
    ended = llmhost("up", "vllm", answer="n\n")
    assert ended.status == 130
    assert ended.stderr.endswith("error: interrupted: nothing was changed\n")


HOSTS = ("--host", "root@a", "--host", "root@b")


def on_two(session: Session, place: Place, *_: object, yes: bool) -> Served:
    """An `up` that fails on host b."""
    assert yes
    session.report(StepFinished("docker engine", "ok"))
    if place.host == "root@b":
        raise ServingError("no", why="out of memory", hint="less", details=("line",))
    return SERVED


def test_a_host_that_fails_does_not_hold_up_the_others(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", on_two)
    ended = llmhost("up", "vllm", "--yes", *HOSTS)
    assert ended.status == 1
    assert ended.stdout == "root@a  http://127.0.0.1:8000/v1\n"
    assert "root@a    ok       docker engine\n" in ended.stderr
    assert (
        "root@b\nerror: no\n  why   out of memory\n        | line\n  hint  less\n" in ended.stderr
    )


def test_several_hosts_in_json_are_one_document(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.up", on_two)
    ended = llmhost("up", "vllm", "--yes", "-o", "json", "--events", *HOSTS)
    first, second = ended.document["hosts"]
    assert (first["host"], first["result"]["name"], first["failure"]) == ("root@a", "vllm", None)
    assert (second["host"], second["result"]) == ("root@b", None)
    assert second["failure"]["error"] == "no"
    assert {event["host"] for event in ended.events} == {"root@a", "root@b"}


def test_several_hosts_are_planned_first_and_asked_for_once(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("up.up", lambda *_, yes: SERVED if yes else None)
    workflow("up.plan", lambda *_: PLANNED)
    ended = llmhost("up", "vllm", *HOSTS, answer="y\n")
    assert ended.status == 0
    assert ended.stderr.count("Go ahead?") == 1
    assert llmhost("up", "vllm", *HOSTS).status == 2


def test_ctrl_c_with_several_hosts_names_the_way_back_from_each(
    llmhost: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("llmhost.cli.uphosts.everywhere", interrupted)
    ended = llmhost("up", "vllm", "--yes", *HOSTS)
    assert ended.status == 130
    assert ended.stderr.endswith(
        "  hint  llmhost down vllm --host root@a   # takes it away\n"
        "  hint  llmhost down vllm --host root@b   # takes it away\n"
    )


def test_a_setting_without_a_value_is_refused(llmhost: Front, asked: list[dict[str, Any]]) -> None:
    ended = llmhost("up", "vllm", "--set", "dtype")
    assert (ended.status, ended.stderr) == (
        2,
        "error: --set takes KEY=VALUE, not `dtype`\n  hint  --set dtype=VALUE\n",
    )
    assert not asked


def test_a_key_that_no_file_has_is_named_with_its_line(llmhost: Front, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("provider: vllm\ngpuz: 2\n")
    ended = llmhost("up", "-f", str(file), "-o", "json")
    assert ended.status == 2
    assert f"{file}:2: gpuz: unknown key" in json.loads(ended.stdout)["error"]
