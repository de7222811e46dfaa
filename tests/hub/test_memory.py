"""What is remembered of registries' answers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from llmhost.hub.memory import Memory
from llmhost.hub.published import Published
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources

MODEL = Model("org/model", "hub", "org/model")
SAID = Published(
    "org/model", "c" * 40, "config", {"a": [1, 2]}, 100, "a header", formats={"F16": 100}
)


def test_what_was_said_is_known_the_next_time(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "deep" / "down")
    assert memory.recall(MODEL, Sources()) is None
    memory.keep(MODEL, Sources(), SAID)
    assert memory.recall(MODEL, Sources()) == SAID


def test_a_branch_is_asked_for_anew_after_an_hour(tmp_path: Path) -> None:
    Memory(tmp_path, now=lambda: 0.0).keep(MODEL, Sources(), SAID)
    later = Memory(tmp_path, now=lambda: 4000.0)
    assert later.recall(MODEL, Sources()) is None
    assert later.recall(MODEL, Sources(), stale=True) == SAID


def test_a_commit_is_known_for_good(tmp_path: Path) -> None:
    pinned = replace(MODEL, revision="c" * 40)
    Memory(tmp_path, now=lambda: 0.0).keep(pinned, Sources(), SAID)
    assert Memory(tmp_path, now=lambda: 1e9).recall(pinned, Sources()) == SAID


@pytest.mark.parametrize(
    "other",
    [
        (replace(MODEL, revision="dev"), Sources()),
        (replace(MODEL, file="a.gguf"), Sources()),
        (MODEL, Sources(hub="https://mirror.example")),
    ],
)
def test_another_question_has_another_answer(tmp_path: Path, other: tuple[Model, Sources]) -> None:
    memory = Memory(tmp_path)
    memory.keep(MODEL, Sources(), SAID)
    assert memory.recall(*other) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "{}", '{"form": 1, "asked": "x", "published": {}}', "[" * 50_000]
)
def test_a_broken_file_is_as_if_there_were_none(tmp_path: Path, text: str) -> None:
    memory = Memory(tmp_path)
    memory.keep(MODEL, Sources(), SAID)
    next(tmp_path.glob("*.json")).write_text(text)
    assert memory.recall(MODEL, Sources()) is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Memory(tmp_path / "file" / "below").keep(MODEL, Sources(), SAID)


def test_nothing_secret_is_written(tmp_path: Path) -> None:
    Memory(tmp_path).keep(MODEL, Sources(), SAID)
    document = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert set(document) == {"form", "asked", "published"}
