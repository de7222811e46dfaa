"""Files of checks and gates: those that are shipped, those in the guides, and how they are read."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from llmhost.cli.schemas import schema_of
from llmhost.spec.checks import CheckFile
from llmhost.spec.gatefile import GateFile, JudgePart
from llmhost.spec.jsonschema import complaint, unknown_keyword
from tests.deployments import CATALOG
from tests.docs.prose import ROOT, blocks

GUIDES = ROOT / "docs" / "guides"
SHIPPED = sorted((ROOT / "profiles" / "_smoke").glob("*.yaml"))


def test_the_checks_in_the_guide_are_checks() -> None:
    (text,) = blocks(GUIDES / "smoke.md", "yaml")
    assert CheckFile.model_validate(yaml.safe_load(text)).checks


def test_the_files_in_the_guide_of_gate_are_what_they_say() -> None:
    usual, judge = (yaml.safe_load(text) for text in blocks(GUIDES / "gate.md", "yaml"))
    assert GateFile.model_validate(usual) == GateFile()
    told = JudgePart.model_validate(judge["judge"])
    assert told.model_copy(update={"cases": ()}) == JudgePart(url=told.url, model=told.model)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_is_what_its_schema_says(path: Path) -> None:
    # By PyYAML's own reader as well, which is stricter than libyaml's about `?` and the like.
    document = yaml.load(path.read_text(), yaml.SafeLoader)
    jsonschema.validate(document, schema_of("checks"))


def test_every_check_that_is_shipped_is_named_in_the_guide() -> None:
    told = set(re.findall(r"`([a-z ]+)`", (GUIDES / "smoke.md").read_text()))
    names = {check.name for file in CATALOG.checks().values() for check in file.checks}
    assert names <= told


def test_everything_generated_has_a_seed_and_no_temperature() -> None:
    for check in CATALOG.checks()["openai"].checks:
        if check.post and check.post != "/embeddings" and check.name != "unknown model":
            assert check.body["temperature"] == 0
            assert "seed" in check.body
            assert check.expect.seconds <= 30


def test_what_a_capability_is_called_is_what_profiles_call_it() -> None:
    known = {word for one in CATALOG.names() for word in CATALOG.profile(one).capabilities}
    for file in CATALOG.checks().values():
        for check in file.checks:
            assert {*check.needs, *check.unless} <= known


SCHEMA = {
    "type": "object",
    "properties": {
        "word": {"type": "string", "minLength": 1, "pattern": "^a"},
        "number": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
        "list": {"type": "array", "items": {"enum": [1, "b", None]}, "maxItems": 2},
        "fixed": {"const": True},
    },
    "required": ["word"],
    "additionalProperties": False,
}
SCALARS = st.none() | st.booleans() | st.integers(-5, 15) | st.sampled_from(["", "a", "ab", "b"])
DOCUMENTS: st.SearchStrategy[Any] = st.dictionaries(
    st.sampled_from(["word", "number", "list", "fixed", "more"]),
    SCALARS | st.lists(SCALARS, max_size=3),
)


@example({"word": "a", "fixed": 1})
@example({"word": "a", "list": [True]})
@given(DOCUMENTS | SCALARS)
def test_documents_are_judged_as_the_reference_implementation_does(document: Any) -> None:  # noqa: ANN401  JSON
    good = jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    assert (complaint(document, SCHEMA) == "") == good


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        (SCHEMA, ""),
        ({"oneOf": []}, "oneOf"),
        ({"properties": {"a": {"items": {"$ref": "#"}}}}, "$ref"),
        ({"type": "text"}, "text"),
    ],
)
def test_what_would_not_be_looked_at_is_named(schema: dict[str, Any], word: str) -> None:
    assert unknown_keyword(schema) == word
