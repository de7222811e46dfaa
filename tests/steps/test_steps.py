"""Every step: facts in, drift and effects out."""

import shlex
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

import llmhost.steps
from llmhost.facts.base import AnyFact
from llmhost.facts.gather import Facts
from llmhost.host import script
from llmhost.secret import Secret
from llmhost.spec.deployment import Model
from llmhost.steps.base import Step
from llmhost.steps.daemonjson import DaemonJson
from llmhost.transport.base import Answer
from tests.cases import Case, cases, classes, folder_of, frozen

CASES = cases("steps")
# The states a step's thing can be in. Most can be as they should be, different, or absent.
STATES = {"correct", "drifted", "absent"}
IMPOSSIBLE = {
    "account": {"drifted"},  # one that is there is left as it is
    "driver": {"drifted", "absent"},  # the preflight has refused
    "first_boot": {"absent"},  # there was one
    "pulled_image": {"drifted"},  # a reference is there or not
    "removal": {"absent"},  # being absent is how it should be
    "runner_removal": {"absent"},
}
SECRET = "hf_0123456789"  # noqa: S105  to be looked for where no secret may be
PROGRAM = script.program("fetch.py")


def modules() -> list[ModuleType]:
    found = iter_modules(llmhost.steps.__path__, "llmhost.steps.")
    return [import_module(module.name) for module in found if module.name != "llmhost.steps.base"]


STEPS = {
    folder_of(kind): kind
    for kind in classes(*modules())
    if hasattr(kind, "check") and hasattr(kind, "apply")
}


def step_of(case: Case) -> Step:
    fields = {key: frozen(value) for key, value in case.said.get("step", {}).items()}
    match case.subject, fields:
        case "weights", _:
            fields |= {"model": Model(**fields["model"]), "token": Secret(SECRET)}
        case "runner_program", _:
            fields |= {"token": Secret(SECRET)}
        case "runner_service", _:
            fields |= {"credential": Secret(SECRET)}
        case "docker_running", _:
            fields |= {"settings": DaemonJson(fields["settings"])}
        case "service", _:
            fields |= {"inputs": tuple(fields["inputs"].items())}
        case "file", {"content": {"secret": str(text)}}:
            fields |= {"content": Secret(text)}
    step: Step = STEPS[case.subject](**fields)
    return step


def called(fact: AnyFact) -> str:
    """What a question is called in a case: its words, without the options of dpkg-query."""
    return shlex.join(word for word in fact.question if not word.startswith("--"))


def facts_of(case: Case, step: Step) -> Facts:
    """What the host of a case answers; what it does not name is absent there."""
    said = dict(case.said.get("host", {}))
    answers = {}
    for fact in step.facts():
        text = said.pop(called(fact), None)
        there = text is not None
        answers[fact] = Answer(0 if there else 1, unfolded(text) if there else "", "")
    assert not said, f"the step does not ask {list(said)}"
    return Facts(answers)


def unfolded(text: str) -> str:
    return text.replace("(fetch.py)\n", PROGRAM)


def shown(value: object) -> object:
    """A value as a case writes it."""
    match value:
        case Secret():
            return "(secret)"
        case str() if value == PROGRAM:
            return "(fetch.py)"
        case tuple():
            return [shown(one) for one in value]
        case _:
            return value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_step_finds_the_difference_and_removes_just_that(case: Case) -> None:
    step = step_of(case)
    drift = step.check(facts_of(case, step))
    expected: list[dict[str, Any]] = case.said["drift"]
    found = [
        {key: shown(getattr(one, key)) for key in said}
        for one, said in zip(drift, expected, strict=True)
    ]
    assert found == expected
    effects = list(step.apply(drift)) if drift else []
    assert [shown(effect.argv) for effect in effects] == case.said.get("effects", [])
    assert SECRET not in repr((drift, effects, step))
    assert step.title.isprintable()


@pytest.mark.parametrize("folder", STEPS)
def test_every_step_has_cases_with_something_to_do_and_with_nothing(folder: str) -> None:
    mine = [case for case in CASES if case.subject == folder]
    states = {case.name.partition("_")[0] for case in mine}
    assert states == STATES - IMPOSSIBLE.get(folder, set())
    for case in mine:
        assert case.name.startswith("correct") == (not case.said["drift"]), case


def test_every_folder_of_cases_belongs_to_a_step() -> None:
    assert {case.subject for case in CASES} == set(STEPS)
