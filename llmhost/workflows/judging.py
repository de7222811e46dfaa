"""Another model judges what the one that is gated says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from llmhost.endpoint.completion import read
from llmhost.endpoint.endpoint import Endpoint, at_url
from llmhost.errors import UsageError
from llmhost.events import Progress
from llmhost.gate.judge import Scored, asked, ballot, scored, vote
from llmhost.secret import Secret
from llmhost.spec.catalog import Catalog
from llmhost.spec.gatefile import Case, JudgePart
from llmhost.workflows.session import Session

_CASE_SECONDS = 120.0  # an answer of a thousand tokens, or a judge that thinks first
_AT_A_TIME = 4


def judge_of(session: Session, part: JudgePart) -> Endpoint:
    """The judge; it is looked for before a load is made in vain.

    Raises:
        UsageError: Its URL is none, or its key is not set.
    """
    key = session.environ.get(part.key, "")
    if not key and part.url.startswith("https://"):
        raise UsageError(f"the judge needs a key, and {part.key} is not set")
    return at_url(part.url, Secret(key))


def score(
    session: Session, endpoint: Endpoint, model: str, judge: Endpoint, part: JudgePart
) -> Iterator[Scored]:
    """Asks every case of the model, then the judge about the answer."""
    cases = part.cases or Catalog.default(session.environ).cases()

    def one(case: Case) -> Scored:
        exchange = endpoint.ask(asked(case, model), seconds=_CASE_SECONDS)
        answer = read(exchange)
        if wrong := exchange.failure or answer.error:
            return Scored(case.ask, answer.text, None, wrong)
        shown = ballot(case, answer.text, part)
        votes = [vote(judge.ask(shown, seconds=_CASE_SECONDS)) for _ in range(part.votes)]
        return scored(case, answer.text, votes)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for number, done in enumerate(pool.map(one, cases), start=1):
            session.report(Progress("judge", text=f"{number} of {len(cases)} answers"))
            yield done
