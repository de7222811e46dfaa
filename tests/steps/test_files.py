"""Files are written whole, with what is not ours left alone, and never a second time."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.errors import StepError
from llmhost.facts.files import File as FileFact
from llmhost.facts.files import FileState
from llmhost.facts.gather import Facts
from llmhost.secret import Secret
from llmhost.steps.daemonjson import DaemonJson
from llmhost.steps.files import File
from llmhost.transport.base import Answer

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
documents = st.dictionaries(
    st.sampled_from(("a", "b", "c")),
    st.recursive(
        scalars,
        lambda below: (
            st.lists(below, max_size=2)
            | st.dictionaries(st.sampled_from(("a", "b")), below, max_size=2)
        ),
        max_leaves=6,
    ),
)


def holding(path: str, content: str | None, kind: str = "regular file") -> Facts:
    """A host whose file holds this."""
    attributes = f"{kind}|644|root:root|1795173128\n"
    answer = Answer(1, "", "") if content is None else Answer(0, attributes + content, "")
    return Facts({FileFact(path): answer})


@given(st.text())
def test_a_file_that_was_written_is_not_written_again(content: str) -> None:
    step = File("/etc/x", content)
    assert step.check(holding("/etc/x", None))
    assert step.check(holding("/etc/x", content)) == ()


@pytest.mark.parametrize(
    ("kind", "said"),
    [("directory", "a directory"), ("symbolic link", "neither a file nor a directory")],
)
def test_what_is_no_file_is_not_written_over(kind: str, said: str) -> None:
    with pytest.raises(StepError) as raised:
        File("/etc/x", "").check(holding("/etc/x", "", kind))
    assert raised.value.message == f"/etc/x is {said}, and should be a file"


def test_a_daemon_json_of_which_nothing_is_wanted_is_nobodys_business_here() -> None:
    step = DaemonJson({})
    for content in (None, "{}", "not ours and no JSON"):
        assert step.check(holding(step.path, content)) == ()


@given(present=documents, wanted=documents)
def test_merged_settings_are_ours_where_we_want_something_and_theirs_everywhere_else(
    present: dict[str, Any], wanted: dict[str, Any]
) -> None:
    step = DaemonJson(wanted)
    drift = step.check(holding(step.path, json.dumps(present)))
    written = drift[0].desired if drift else json.dumps(present)
    assert step.check(holding(step.path, written)) == ()
    assert_merged(present, wanted, json.loads(written))


def assert_merged(present: Any, wanted: dict[str, Any], merged: Any) -> None:  # noqa: ANN401  JSON
    for key, value in wanted.items():
        below = present.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            assert_merged(below, value, merged[key])
        else:
            assert merged[key] == value
    assert {key: merged[key] for key in present.keys() - wanted.keys()} == {
        key: present[key] for key in present.keys() - wanted.keys()
    }


@pytest.mark.parametrize("text", ['{"debug": tru', "[]", '"text"'])
def test_a_daemon_json_that_cannot_be_merged_into_is_not_thrown_away(text: str) -> None:
    step = DaemonJson({"log-driver": "json-file"})
    with pytest.raises(StepError) as raised:
        step.check(holding(step.path, text))
    assert step.path in raised.value.message
    assert "correct" in raised.value.hint


@pytest.mark.parametrize("kind", ["directory", "symbolic link"])
def test_something_else_in_the_place_of_a_file_is_refused_and_not_deleted(kind: str) -> None:
    with pytest.raises(StepError) as raised:
        File("/etc/x", "").check(holding("/etc/x", "", kind))
    assert "move it away" in raised.value.hint


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8))
def test_a_secret_is_in_no_drift_whatever_is_on_the_host(secret: str) -> None:
    step = File("/etc/x", Secret(secret))
    fact = FileFact("/etc/x", secret=True)
    for answer in (Answer(1, "", ""), Answer(0, "regular file|644|a:b|1\nabc  -\n", "")):
        assert secret not in repr(step.check(Facts({fact: answer})))


def test_a_file_state_says_what_is_there() -> None:
    state = holding("/etc/x", "text")(FileFact("/etc/x"))
    assert state == FileState("file", 0o644, "root:root", 1795173128, "text")
