"""`down`: several at once, all of them, and what is said about it."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmhost.errors import UsageError
from llmhost.spec.runner import Runner
from llmhost.workflows.place import Place
from llmhost.workflows.results import Gone, Listing
from llmhost.workflows.session import Session
from tests.cli.front import Front
from tests.cli.samples import GONE, LISTING

Workflow = Callable[[str, Callable[..., Any]], None]


def take(_session: Session, _place: Place | None, name: str, _runner: Runner | None = None) -> Gone:
    """A `down` that knows no `ghost`."""
    if name == "ghost":
        raise UsageError("there is no deployment `ghost`", hint="llmhost ls")
    return replace(GONE, name=name)


def test_what_is_gone_and_what_is_left_is_said(llmhost: Front, workflow: Workflow) -> None:
    workflow("down.down", take)
    ended = llmhost("down", "--yes", "vllm")
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.stdout == (
        "vllm is gone\n"
        "  - machine vllm with its disks\n"
        "  left, because others may use it:\n"
        "    Docker and its settings\n"
    )


def test_what_could_not_be_removed_is_said_and_ends_with_a_failure(
    llmhost: Front, workflow: Workflow
) -> None:
    asked: list[Runner | None] = []

    def take(_session: Session, _place: Place | None, name: str, runner: Runner | None) -> Gone:
        asked.append(runner)
        return Gone(name, ("machine vllm",), kept=("runner llmhost-vllm-1: no token is set",))

    workflow("down.down", take)
    ended = llmhost("down", "--yes", "vllm", "--runner", "github:acme/models")
    assert ended.status == 1
    assert "  not removed: runner llmhost-vllm-1: no token is set\n" in ended.stdout
    assert asked == [Runner("github", "acme/models")]


def test_a_name_that_does_not_exist_does_not_keep_the_others(
    llmhost: Front, workflow: Workflow
) -> None:
    workflow("down.down", take)
    ended = llmhost("down", "--yes", "ghost", "vllm", "-o", "json")
    assert ended.status == 1
    assert [gone["name"] for gone in ended.document["gone"]] == ["vllm"]
    assert ended.document["failures"][0]["error"] == "there is no deployment `ghost`"
    assert "there is no deployment `ghost`" in ended.stderr


def test_a_script_that_says_no_yes_takes_nothing_away(llmhost: Front, workflow: Workflow) -> None:
    taken: list[str] = []

    def take(_session: Session, _place: Place | None, name: str, _runner: object) -> Gone:
        taken.append(name)
        return GONE

    workflow("down.down", take)
    for words in (("down", "vllm"), ("down", "vllm", "--events")):
        refused = llmhost(*words)
        assert refused.status == 2
        assert "nobody is there to agree to taking away vllm" in refused.stderr
        assert "--yes" in refused.stderr
    assert taken == []


def test_one_name_that_does_not_exist_is_a_failure(llmhost: Front, workflow: Workflow) -> None:
    workflow("down.down", take)
    ended = llmhost("down", "--yes", "ghost")
    assert ended.status == 2
    assert ended.stderr == "error: there is no deployment `ghost`\n  hint  llmhost ls\n"


def test_all_takes_a_yes_or_somebody_who_says_it(llmhost: Front, workflow: Workflow) -> None:
    workflow("down.down", take)
    workflow("ls.ls", lambda *_: replace(LISTING, unasked=()))
    refused = llmhost("down", "--all")
    assert (refused.status, refused.stdout) == (2, "")
    assert llmhost("down", "--all", answer="no\n").status == 2
    for ended in (llmhost("down", "--all", "--yes"), llmhost("down", "--all", answer="y\n")):
        assert ended.status == 0
        assert [text for text in ended.stdout.splitlines() if text.endswith("gone")] == [
            "vllm is gone",
            "tiny is gone",
        ]


PLACES = (("--host", "debian@192.0.2.7"), ("--local",))


@pytest.mark.parametrize("words", PLACES)
def test_all_on_a_host_of_ones_own_is_what_it_carries_one_after_the_other(
    llmhost: Front, workflow: Workflow, words: tuple[str, ...]
) -> None:
    at_work: list[str] = []

    def alone(
        _session: Session, place: Place | None, name: str, _runner: Runner | None = None
    ) -> Gone:
        assert place
        assert place.kind != "cloud"
        assert not at_work  # there is one lock per host
        at_work.append(name)
        time.sleep(0.02)
        at_work.clear()
        return replace(GONE, name=name)

    workflow("down.down", alone)
    workflow("recorded.names_on", lambda _session, _place: ("ollama", "vllm"))
    refused = llmhost("down", "--all", *words)
    assert (refused.status, refused.stdout) == (2, "")
    assert f"vllm {' '.join(words)}" in refused.stderr
    assert llmhost("down", "--all", *words, answer="no\n").status == 2
    for ended in (
        llmhost("down", "--all", *words, "--yes"),
        llmhost("down", "--yes", "ollama", "vllm", *words),
    ):
        assert ended.status == 0
        assert [text for text in ended.stdout.splitlines() if text.endswith("gone")] == [
            "ollama is gone",
            "vllm is gone",
        ]


@pytest.mark.parametrize("words", PLACES)
def test_all_on_a_host_that_carries_nothing_is_done_already(
    llmhost: Front, workflow: Workflow, words: tuple[str, ...]
) -> None:
    workflow("recorded.names_on", lambda _session, _place: ())
    ended = llmhost("down", "--all", *words)
    assert (ended.status, ended.stdout) == (0, "")


def test_all_of_nothing_is_done_already(llmhost: Front, workflow: Workflow) -> None:
    workflow("ls.ls", lambda *_: Listing(()))
    ended = llmhost("down", "--all")
    assert (ended.status, ended.stdout) == (0, "")


def test_all_fails_where_a_cloud_could_not_be_asked(llmhost: Front, workflow: Workflow) -> None:
    workflow("down.down", take)
    workflow("ls.ls", lambda *_: LISTING)
    ended = llmhost("down", "--all", "--yes", "-o", "json")
    assert ended.status == 1
    assert [gone["name"] for gone in ended.document["gone"]] == ["vllm", "tiny"]
    assert ended.document["unasked"] == ["moon: no credentials"]
    assert "not asked: moon: no credentials" in ended.stderr


def test_a_name_or_all_has_to_be_said_and_not_both(llmhost: Front) -> None:
    neither, both = llmhost("down"), llmhost("down", "vllm", "--all")
    assert neither.status == both.status == 2
    assert neither.stderr.startswith("error: name what to take away, or say --all\n")
    assert both.stderr.startswith("error: --all and vllm exclude each other\n")


def test_ctrl_c_while_taking_away_says_how_to_finish(llmhost: Front, workflow: Workflow) -> None:
    def slow(*_: object) -> Gone:
        raise KeyboardInterrupt

    workflow("down.down", slow)
    ended = llmhost("down", "--yes", "vllm")
    assert ended.status == 130
    assert ended.stderr.endswith("  hint  llmhost down --yes vllm   # takes away the rest\n")
