"""One request of a load, and what is measured of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from llmhost.endpoint.completion import read
from llmhost.endpoint.exchange import Exchange, Request
from llmhost.spec.gatefile import GateFile

# Words of one token each in most vocabularies, so that `prompt_words` is about that many tokens.
_WORDS = ("river", "stone", "light", "winter", "garden", "bridge", "paper", "music", "window")


@dataclass(frozen=True, slots=True)
class Sample:
    """One request.

    Attributes:
        seconds: From sent to the last byte.
        first: From sent to the first token; None where none came.
        gaps: Between each piece with text and the next.
        tokens: Of the answer, by the server's own count; None where it does not say.
        error: Why it failed; empty when it did not.
    """

    seconds: float
    first: float | None = None
    gaps: tuple[float, ...] = ()
    tokens: int | None = None
    error: str = ""


def requests(model: str, file: GateFile, seed: str) -> Iterator[Request]:
    """The requests of a load; the seed makes them others than those of any run before."""
    chance = random.Random(seed)  # noqa: S311  nothing secret
    for number in range(file.requests):
        words = " ".join(chance.choices(_WORDS, k=file.prompt_words))
        content = f"{seed}-{number}: {words}\nTell a long story in which these words occur."
        body = {
            "model": model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": file.output_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        yield Request("/chat/completions", body)


def sample_of(exchange: Exchange) -> Sample:
    """What is measured of an exchange; one that is not whole has failed."""
    answer = read(exchange)
    error = exchange.failure
    if not error and exchange.status != 200:  # noqa: PLR2004  HTTP: OK
        error = f"answered {exchange.status}"
    elif not error and answer.error:
        error = f"answered 200 with an error: {answer.error}"
    elif not error and answer.flaw:
        error = answer.flaw
    elif not error and not answer.times:
        error = "no token came"
    elif not error and not (answer.done and answer.finish):
        error = "the stream has no end"
    return Sample(
        seconds=exchange.seconds,
        first=answer.times[0] if answer.times else None,
        gaps=tuple(after - before for before, after in pairwise(answer.times)),
        tokens=answer.tokens,
        error=error,
    )
