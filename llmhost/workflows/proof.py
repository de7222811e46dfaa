"""What `smoke` and `gate` come back with: the values behind their tables and documents."""

from dataclasses import dataclass

from llmhost.events import Outcome
from llmhost.gate.judge import Scored
from llmhost.gate.measures import Measures
from llmhost.gate.verdict import Judged, Verdict
from llmhost.workflows.results import Health


@dataclass(frozen=True, slots=True)
class Checked:
    """One check and what came of it.

    Attributes:
        suite: The file it stands in; `observed` for what was seen on the host.
        name: What was asked, such as `streaming` or `gpu in container`.
        outcome: `ok`, or `failed`; `skipped` where the question does not arise.
        seen: What was answered or observed, in a few words.
        seconds: How long the answer took.
    """

    suite: str
    name: str
    outcome: Outcome
    seen: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Smoked:
    """What real questions came to.

    Attributes:
        name: The deployment's name; the URL where it is none of llmhost's.
        provider: Provider name; empty where nobody knows it.
        model: The id clients put into `"model"`.
        endpoint: Base URL of the API, as seen where it is.
        host: The host; empty for a URL.
        health: In a word; `unknown` where it could not be asked.
        why: What it rests on, in a sentence.
        checks: What was observed on the host, then each check.
        simulated: What of it is simulated; empty where everything is real.
    """

    name: str
    provider: str
    model: str
    endpoint: str
    host: str
    health: Health
    why: str
    checks: tuple[Checked, ...]
    simulated: str = ""

    @property
    def passed(self) -> bool:
        """Whether it serves and no check failed."""
        return self.health == "serving"


@dataclass(frozen=True, slots=True)
class Gated:
    """What a load came to.

    Attributes:
        name: The deployment's name; the URL where it is none of llmhost's.
        model: The id clients put into `"model"`.
        endpoint: Base URL of the API, as seen where it is.
        host: The host; empty for a URL.
        verdict: `pass`, `fail` or `not enough data`.
        judged: Each limit, and what came of it.
        measures: The load in numbers.
        tool: What made the load: `llmhost` or `guidellm`.
        concurrency: How many requests were under way at a time.
        confidence: How sure a pass and a fail are.
        cases: What a judge was shown, where one was asked.
        simulated: What of it is simulated; empty where everything is real.
    """

    name: str
    model: str
    endpoint: str
    host: str
    verdict: Verdict
    judged: tuple[Judged, ...]
    measures: Measures
    tool: str
    concurrency: int
    confidence: float
    cases: tuple[Scored, ...] = ()
    simulated: str = ""
