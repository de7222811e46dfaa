"""`ls`, `status`, `logs`: what they show, and what their exit status says."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmhost.events import LogLine, Notice
from llmhost.workflows.place import Place
from llmhost.workflows.results import Listing, Status
from llmhost.workflows.session import Session
from tests.cli.front import Front
from tests.cli.samples import LISTING, STATUS

Workflow = Callable[[str, Callable[..., Any]], None]


def test_ls_is_a_table_on_stdout_and_the_sum_on_stderr(llmhost: Front, workflow: Workflow) -> None:
    workflow("ls.ls", lambda *_: LISTING)
    ended = llmhost("ls")
    header, first, second = ended.stdout.splitlines()
    assert (
        " ".join(header.split()) == "NAME PROVIDER MODEL GPUS STATE WHERE PLACE CREATED UNTIL PRICE"
    )
    assert first.endswith("$2.00 per hour")
    assert "none (simulated)" in second
    assert (
        ended.stderr == "2 deployments, $2.00 per hour\nwarning: not asked: moon: no credentials\n"
    )


def test_ls_of_nothing_is_an_empty_stdout(llmhost: Front, workflow: Workflow) -> None:
    workflow("ls.ls", lambda *_: Listing(()))
    ended = llmhost("ls")
    assert (ended.status, ended.stdout, ended.stderr) == (0, "", "0 deployments\n")
    assert llmhost("ls", "-o", "json").document == {
        "deployments": [],
        "unasked": [],
        "unused": [],
    }


def test_a_cloud_that_is_named_and_cannot_be_asked_is_a_failure(
    llmhost: Front, workflow: Workflow
) -> None:
    asked: list[tuple[str, ...]] = []

    def ls(_session: Session, clouds: tuple[str, ...]) -> Listing:
        asked.append(clouds)
        return Listing((), ("gcp: no credentials",))

    workflow("ls.ls", ls)
    assert llmhost("ls").status == 0
    ended = llmhost("ls", "--cloud", "gcp", "--project", "demo-project")
    assert (ended.status, ended.stdout) == (1, "")
    assert "not asked: gcp: no credentials" in ended.stderr
    assert asked == [(), ("gcp:demo-project",)]


@pytest.mark.parametrize("command", ["ls", "gc", "doctor"])
def test_a_cloud_that_does_not_exist_is_refused(llmhost: Front, command: str) -> None:
    ended = llmhost(command, "--cloud", "sandbx")
    assert ended.status == 2
    assert ended.stderr.startswith("error: there is no cloud `sandbx`\n")
    assert "did you mean `sandbox`?" in ended.stderr


def test_status_says_how_it_is_in_a_word_and_a_sentence(llmhost: Front, workflow: Workflow) -> None:
    workflow("status.status", lambda *_: replace(STATUS, drift=("unit",), simulated="2 GPUs"))
    ended = llmhost("status", "vllm")
    assert ended.status == 0
    assert ended.stdout == (
        "vllm serving: a completion was answered in 0.4 s\n"
        "  provider  vllm\n"
        "  model     Qwen/Qwen3-32B-AWQ\n"
        "  endpoint  http://127.0.0.1:8000/v1\n"
        "  host      debian@127.0.1.1\n"
        "\n"
        "  ok  completion  Hello\n"
        "\n"
        "not as it should be\n"
        "  ~ unit\n"
        "simulated: 2 GPUs\n"
    )


@pytest.mark.parametrize(
    ("status", "flags", "expected"),
    [
        (STATUS, [], 0),
        (STATUS, ["--check"], 0),
        (replace(STATUS, drift=("unit",)), [], 0),
        (replace(STATUS, drift=("unit",)), ["--check"], 3),
        (replace(STATUS, health="loading"), [], 1),
        (replace(STATUS, health="failing", drift=("unit",)), ["--check"], 1),
    ],
)
def test_status_succeeds_only_where_serving_was_seen(
    llmhost: Front, workflow: Workflow, status: Status, flags: list[str], expected: int
) -> None:
    workflow("status.status", lambda *_: status)
    assert llmhost("status", "vllm", *flags).status == expected


def test_status_looks_everywhere_unless_a_place_is_said(llmhost: Front, workflow: Workflow) -> None:
    seen: list[Place | None] = []

    def look(_session: Session, place: Place | None, _name: str) -> Status:
        seen.append(place)
        return STATUS

    workflow("status.status", look)
    llmhost("status", "vllm")
    llmhost("status", "vllm", "--cloud", "sandbox")
    llmhost.environ["LLMHOST_CLOUD"] = "sandbox"
    llmhost("status", "vllm")
    assert seen == [None, Place("cloud", cloud="sandbox"), Place("cloud", cloud="sandbox")]


def test_status_of_several_hosts_is_one_document(llmhost: Front, workflow: Workflow) -> None:
    workflow("status.status", lambda *_: STATUS)
    flags = ("--host", "root@a", "--host", "root@b", "-o", "json")
    document = llmhost("status", "vllm", *flags).document
    assert [host["host"] for host in document["hosts"]] == ["root@a", "root@b"]


def test_logs_are_the_lines_alone_without_what_could_steer_a_terminal(
    llmhost: Front, workflow: Workflow
) -> None:
    def logs(session: Session, *_: object, follow: bool, lines: int) -> None:
        assert (follow, lines) == (False, 7)
        session.report(Notice("looking"))
        session.report(LogLine("vllm", "\x1b[31mINFO\x1b[0m [red]loading[/red]\x07"))

    workflow("logs.logs", logs)
    ended = llmhost("logs", "vllm", "-n", "7")
    assert ended.stdout == "INFO [red]loading[/red]\n"
    assert ended.stderr == "note: looking\n"


def test_logs_are_a_document_where_they_have_an_end(llmhost: Front, workflow: Workflow) -> None:
    def logs(session: Session, *_: object, follow: bool, lines: int) -> None:
        assert (follow, lines) == (False, 100)
        for text in ("first", "second"):
            session.report(LogLine("vllm", text))

    workflow("logs.logs", logs)
    document = llmhost("logs", "vllm", "-o", "json").document
    assert document == {"name": "vllm", "lines": ["first", "second"]}
    refused = llmhost("logs", "vllm", "-f", "-o", "json")
    assert refused.status == 2
    assert "exclude each other" in refused.stderr


def test_ctrl_c_is_the_good_end_of_following(llmhost: Front, workflow: Workflow) -> None:
    def logs(*_: object, follow: bool, lines: int) -> None:
        assert follow
        assert lines == 100
        raise KeyboardInterrupt

    workflow("logs.logs", logs)
    ended = llmhost("logs", "vllm", "-f")
    assert (ended.status, ended.stderr) == (0, "")


def test_one_place_is_meant_where_hosts_cannot_stand_side_by_side(llmhost: Front) -> None:
    ended = llmhost("logs", "vllm", "--host", "root@a", "--host", "root@b")
    assert ended.status == 2
    assert ended.stderr.startswith("error: this takes one --host\n")
