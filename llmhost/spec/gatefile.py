"""What `llmhost gate` asks for and what it demands, and the cases a judge is shown."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from llmhost.spec.part import Part, Some

Seconds = Annotated[float, Field(gt=0)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]


class Limits(Part):
    """What must hold; null demands nothing. Times in seconds."""

    error_rate: float | None = Field(default=0.01, gt=0, lt=1)
    """Share of requests that fail, at most."""
    e2e_p50: Seconds | None = None
    """Half of the requests end within."""
    e2e_p95: Seconds | None = 10.0
    """95 of 100 requests end within."""
    e2e_p99: Seconds | None = None
    """99 of 100 requests end within."""
    ttft_p50: Seconds | None = None
    """Half of the requests have their first token within."""
    ttft_p95: Seconds | None = None
    """95 of 100 requests have their first token within."""
    ttft_p99: Seconds | None = None
    """99 of 100 requests have their first token within."""
    itl_p50: Seconds | None = None
    """Half of the pieces of a stream come within, after the one before."""
    itl_p95: Seconds | None = None
    """95 of 100 pieces of a stream come within, after the one before."""
    itl_p99: Seconds | None = None
    """99 of 100 pieces of a stream come within, after the one before."""
    tokens_per_second: float | None = Field(default=None, gt=0)
    """Tokens that are generated per second of the whole run, at least."""

    @property
    def demanded(self) -> bool:
        """Whether anything must hold."""
        return any(limit is not None for _, limit in self)


class Case(Part):
    """A question whose answer is judged."""

    ask: str
    """What the model is asked."""
    right: str = ""
    """What a right answer says, for the judge to compare with."""


class CaseFile(Part):
    """A file of cases."""

    cases: Some[Case]
    """Questions of any kind; dozens of them, for an average to mean something."""


class JudgePart(Part):
    """Another model that judges answers: relevance, coherence, correctness, helpfulness, 1 to 5."""

    url: str
    """Base of its API, such as `https://api.openai.com/v1`."""
    model: str
    """The judge; another and a stronger model than the one that is judged."""
    key: Variable = "JUDGE_API_KEY"
    """The environment variable that holds its API key."""
    least: float = Field(default=4.0, ge=1, le=5)
    """What the average must reach."""
    votes: int = Field(default=3, ge=1, le=9)
    """How often each answer is judged; the median counts."""
    least_cases: int = Field(default=24, ge=1)
    """With fewer answers judged there is no verdict."""
    cases: tuple[Case, ...] = ()
    """What is asked; llmhost's own cases when nothing stands here."""


class GateFile(Part):
    """A load, and what must hold under it. Every key may be left out."""

    requests: int = Field(default=300, ge=1, le=1_000_000)
    """How many. Of 299 without an error follows, with 95 % confidence, that fewer than 1 % fail."""
    concurrency: int = Field(default=8, ge=1, le=1024)
    """How many at a time: as soon as one ends the next begins."""
    prompt_words: int = Field(default=100, ge=1, le=100_000)
    """Length of each prompt in words; each begins differently, so that no cache knows it."""
    output_tokens: int = Field(default=128, ge=1, le=100_000)
    """Tokens after which an answer is cut off."""
    seconds: Seconds = 60.0
    """A request that takes longer has failed."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    """How sure a pass and a fail are; between them there is not enough data."""
    limits: Limits = Field(default_factory=Limits)
    judge: JudgePart | None = None

    @model_validator(mode="after")
    def _demands_something(self) -> "GateFile":
        if self.judge is None and not self.limits.demanded:
            raise ValueError("nothing is demanded: every limit is null, and there is no `judge`")
        return self
