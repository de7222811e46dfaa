"""All facts are asked by one script, each once, and each answer is read once."""

import pytest

from llmhost.errors import HostError
from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.system import Account, RouteMtu
from llmhost.transport.base import Answer
from tests.fakes import ScriptedTransport

ROOT, MTU = Account("root"), RouteMtu()


def test_a_question_that_several_steps_have_is_asked_once() -> None:
    asked = Inquiry((ROOT, MTU, ROOT))
    assert asked.script.count("\nask ") == 2


def test_what_was_asked_is_told_from_what_was_not() -> None:
    facts = Facts({ROOT: Answer(2, "", "")})
    assert ROOT in facts
    assert MTU not in facts
    with pytest.raises(KeyError):
        facts(MTU)


def test_an_answer_is_read_once() -> None:
    facts = Facts({ROOT: Answer(0, "root:x:0:0:root:/root:/bin/bash\n", "")})
    assert facts(ROOT) is facts(ROOT)


def test_newer_answers_stand_over_older_ones() -> None:
    older = Facts({ROOT: Answer(2, "", ""), MTU: Answer(0, "1500\n", "")})
    both = older.merged(Facts({ROOT: Answer(0, "root:x:0:0:root:/root:/bin/bash\n", "")}))
    assert (both(ROOT), both(MTU)) == ("/root", 1500)


def test_a_script_that_ended_early_is_the_hosts_fault_and_says_its_last_words() -> None:
    with pytest.raises(HostError) as raised:
        Inquiry((ROOT, MTU)).read(ScriptedTransport(), Answer(1, "", "a\nbash: syntax error\n"))
    assert raised.value.message == "test-host answered 0 of 2 questions"
    assert raised.value.details[-1] == "bash: syntax error"
