"""Questions to an API, and what their answers must be: the files of `llmhost smoke`."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from llmhost.spec.jsonschema import unknown_keyword
from llmhost.spec.part import Part, Some

Path = Annotated[str, StringConstraints(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
ApiPath = Annotated[str, StringConstraints(pattern=r"^/[\w/.-]+$")]
Status = Annotated[int, Field(ge=100, le=599)]


def _understood(schema: dict[str, Any]) -> dict[str, Any]:
    if word := unknown_keyword(schema):
        raise ValueError(f"this part of JSON Schema is not known here: {word}")
    return schema


Schema = Annotated[dict[str, Any], AfterValidator(_understood)]


class Tool(Part):
    """A call of a tool."""

    name: str
    """Which tool."""
    arguments: Schema = Field(default_factory=dict)
    """JSON Schema of its arguments."""


class Streamed(Part):
    """An answer that comes in pieces."""

    pieces: int = Field(default=2, ge=1)
    """At least so many of them."""
    first_seconds: float | None = Field(default=None, gt=0)
    """The first of them comes within so many seconds."""
    spread: bool = False
    """Whether they come while they are made, and not all together after a silence."""


class Expect(Part):
    """What an answer must be. Whatever is said here must hold."""

    status: tuple[Status, ...] = (200,)
    """HTTP status: one of these."""
    seconds: float = Field(default=30.0, gt=0, le=3600)
    """The whole answer comes within so many seconds."""
    has: tuple[Path, ...] = ()
    """Fields that are there and not null, such as `choices.0.message.role`."""
    equals: dict[Path, str | int | float | bool] = Field(default_factory=dict)
    """Fields with the value they have."""
    lists_model: bool = False
    """Whether it is a list of models with the deployment's own in it."""
    text: bool = False
    """Whether the model must have said something: a text, what it thinks, or a call of a tool."""
    contains: tuple[str, ...] = ()
    """The text holds one of these, whether in capitals or not."""
    matches: str = ""
    """The text matches this regular expression somewhere."""
    json_schema: Schema = Field(default_factory=dict)
    """The text is JSON of this JSON Schema."""
    tool: Tool | None = None
    """The model calls this tool, and no other."""
    stream: Streamed | None = None
    """It comes in pieces, and ends as a stream does."""
    vector: bool = False
    """Whether it is an embedding: numbers, and not all of them 0."""
    error: bool = False
    """Whether it says in `error` what is wrong; an answer without this must not."""

    @field_validator("matches")
    @classmethod
    def _can_be_matched(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"this is not a regular expression: {error}") from error
        return pattern


class Check(Part):
    """One question, and what the answer must be."""

    name: str = Field(min_length=1)
    """What it is called."""
    about: str = ""
    """What it shows, in a sentence."""
    needs: tuple[str, ...] = ()
    """Capabilities in the provider's profile without which it is skipped."""
    unless: dict[str, str] = Field(default_factory=dict)
    """Capabilities with which it is skipped, each with the reason."""
    judges: Literal["protocol", "model"] = "protocol"
    """Who is judged: what serves, or what the model makes of it, unless it is simulated."""
    key: Literal["own", "wrong", "none"] = "own"
    """The API key it carries; with another than its own it is skipped where there is none."""
    get: ApiPath | None = None
    """Path below the base of the API, to be got."""
    post: ApiPath | None = None
    """Path below the base of the API, to be posted to."""
    body: dict[str, Any] = Field(default_factory=dict)
    """What is posted. `model` is the deployment's, unless it stands here."""
    expect: Expect = Field(default_factory=Expect)
    """What comes back."""
    unsupported: tuple[Status, ...] = ()
    """HTTP statuses which say that this model has no such thing, so that the check is skipped."""

    @model_validator(mode="after")
    def _asks_in_one_way(self) -> "Check":
        if (self.get is None) == (self.post is None):
            raise ValueError("either `get` or `post` belongs here")
        if self.get and self.body:
            raise ValueError("`get` has no `body`")
        return self

    @model_validator(mode="after")
    def _tells_whom_it_judges(self) -> "Check":
        if self.judges == "protocol" and (self.expect.contains or self.expect.matches):
            raise ValueError("what a text says is up to the model: `judges: model` belongs here")
        return self


class CheckFile(Part):
    """A file of checks."""

    checks: Some[Check]
    """In the order in which they are asked."""

    @model_validator(mode="after")
    def _names_each_once(self) -> "CheckFile":
        names = [check.name for check in self.checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"there are several checks called `{twice[0]}`")
        return self
