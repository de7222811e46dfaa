"""Every fact reads what real programs say, what they say when they fail, and nonsense."""

from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import llmhost.facts
from llmhost.errors import HostError
from llmhost.facts.base import AnyFact
from llmhost.facts.gather import Facts
from llmhost.transport.base import Answer
from tests.cases import Case, cases, classes, folder_of, frozen, plain

CASES = cases("facts")
# What every host has; there is no answer that says it were absent.
ALWAYS_THERE = {"os_release"}
NOT_FOUND = Answer(127, "", "")


def modules() -> list[ModuleType]:
    found = iter_modules(llmhost.facts.__path__, "llmhost.facts.")
    return [import_module(module.name) for module in found if module.name != "llmhost.facts.base"]


FACTS = {
    folder_of(kind): kind
    for kind in classes(*modules())
    if hasattr(kind, "question") and hasattr(kind, "parse")
}


def fact_of(case: Case) -> AnyFact:
    fact: AnyFact = FACTS[case.subject](**frozen_fields(case))
    return fact


def frozen_fields(case: Case) -> dict[str, object]:
    return {key: frozen(value) for key, value in case.said.get("fact", {}).items()}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_is_read_for_what_it_says(case: Case) -> None:
    fact = fact_of(case)
    facts = Facts({fact: Answer(case.said["status"], case.said["stdout"], "")})
    if "unreadable" in case.said:
        with pytest.raises(HostError) as raised:
            facts(fact)
        assert case.said["unreadable"] in raised.value.why
    else:
        assert plain(facts(fact)) == case.said["value"]


@pytest.mark.parametrize("folder", FACTS)
def test_every_fact_has_cases_of_a_thing_that_is_there_and_of_one_that_is_absent(
    folder: str,
) -> None:
    mine = [case for case in CASES if case.subject == folder]
    assert mine, "a fact without a recorded answer"
    read = [plain(fact_of(case).parse(NOT_FOUND)) == case.said.get("value") for case in mine]
    assert False in read, "no case of a thing that is there"
    assert True in read or folder in ALWAYS_THERE, "no case of an absent thing"


def test_every_folder_of_cases_belongs_to_a_fact() -> None:
    assert {case.subject for case in CASES} == set(FACTS)


@pytest.mark.parametrize("folder", FACTS)
@given(status=st.sampled_from((0, 1, 127)), text=st.text(), http=st.sampled_from(("", "\n200")))
def test_nonsense_is_read_as_something_or_refused_as_the_hosts_fault(
    folder: str, status: int, text: str, http: str
) -> None:
    fact = fact_of(next(case for case in CASES if case.subject == folder))
    with suppress(HostError):
        Facts({fact: Answer(status, text + http, "")})(fact)
