"""A step that failed says why, where its program's words are known."""

from typing import Any

import pytest
import yaml

from llmhost.steps.failures import SIGNATURES, explained
from tests.cases import FIXTURES

SAID: list[dict[str, Any]] = yaml.safe_load((FIXTURES / "failures.yaml").read_text("utf-8"))


@pytest.mark.parametrize("one", SAID, ids=lambda one: str(one["says"])[:40])
def test_a_known_failure_is_explained_by_what_the_program_said(one: dict[str, Any]) -> None:
    error = explained("image x", ("some line before", *one["says"].splitlines()))
    assert one["why"] in error.why
    assert error.hint
    assert error.message == "image x: failed"
    assert error.details[0] == "some line before"


def test_every_signature_is_met_by_something_a_program_says() -> None:
    met = {explained("", tuple(one["says"].splitlines())).why for one in SAID}
    assert met == {signature.why for signature in SIGNATURES}


def test_what_nobody_knows_is_shown_as_it_is() -> None:
    error = explained("image x", ("never seen before",))
    assert (error.why, error.details) == ("", ("never seen before",))
    assert "run this again" in error.hint
