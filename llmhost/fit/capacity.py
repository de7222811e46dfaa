"""How many GPUs a load needs, and what that costs beside a stated price."""

import math
from dataclasses import dataclass

from llmhost.errors import UsageError

_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60
_MILLION = 1_000_000

# Beyond these no load of 2026-11 lies: a million requests a minute, an answer that takes a day, the
# longest context that `up` takes, ten times as many machines more than are needed.
_BOUNDS = {
    "--rpm": (0.001, 1e6),
    "--peak": (0.001, 1e6),
    "--seconds": (0.001, 86_400),
    "--tokens": (1, 1 << 24),
    "--headroom": (0, 10),
}


def within(flag: str, number: float, *, least: float, most: float) -> None:
    """Refuses a number that is none, or that lies outside of what can be meant.

    Raises:
        UsageError: It is not finite, too small or too large.
    """
    if not math.isfinite(number) or not least <= number <= most:
        raise UsageError(f"{flag} takes a number from {least:,g} to {most:,.12g}, not {number:g}")


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be served.

    Attributes:
        average: Requests per minute over the day.
        peak: Requests per minute at the busiest.
        seconds: How long one request takes, from the first byte in to the last byte out.
        tokens: Tokens of one request, prompt and answer together.
        headroom: What is added for bursts and failing machines, as a share: 0.5 is half as much.
    """

    average: float
    peak: float
    seconds: float
    tokens: int
    headroom: float = 0.5

    def __post_init__(self) -> None:
        for name, number in self._numbers:
            least, most = _BOUNDS[name]
            within(name, number, least=least, most=most)
        if self.peak < self.average:
            raise UsageError(
                f"--peak {self.peak:g} is less than the average, --rpm {self.average:g}",
                hint="say a --peak of at least --rpm",
            )

    @property
    def _numbers(self) -> tuple[tuple[str, float], ...]:
        return (
            ("--rpm", self.average),
            ("--peak", self.peak),
            ("--seconds", self.seconds),
            ("--tokens", self.tokens),
            ("--headroom", self.headroom),
        )

    @property
    def at_once(self) -> int:
        """Requests under way at the busiest: arrivals per second times seconds each."""
        return math.ceil(round(self.peak * self.seconds / 60, 9))


@dataclass(frozen=True, slots=True)
class Count:
    """How many units a load needs.

    Attributes:
        least: Just enough at the busiest.
        wanted: With headroom.
    """

    least: int
    wanted: int


def count(demanded: float, each: float, headroom: float) -> Count:
    """How many units of so much hold what is demanded, and with headroom.

    Raises:
        UsageError: A unit holds nothing.
    """
    if each <= 0:
        raise UsageError("one of them holds not a single request")
    least = max(math.ceil(round(demanded / each, 9)), 1)
    return Count(least, math.ceil(round(least * (1 + headroom), 9)))


@dataclass(frozen=True, slots=True)
class Cost:
    """What serving a load costs.

    Attributes:
        usd_per_hour: All machines together.
        usd_per_million: Per million tokens at the average load.
        tokens_per_day: At the average load.
        even_per_day: Tokens per day from which on the machines cost less than the stated price;
            None where no price was stated.
    """

    usd_per_hour: float
    usd_per_million: float
    tokens_per_day: float
    even_per_day: float | None


def cost(load: Load, usd_per_hour: float, *, api_usd_per_million: float | None = None) -> Cost:
    """What machines cost per token, and from when on they cost less than a stated price.

    The machines cost the same however little they do, so more tokens cost less each: up to what
    they were counted for.
    """
    per_day = load.average * _DAY_MINUTES * load.tokens
    per_hour = load.average * _HOUR_MINUTES * load.tokens
    even = None
    if api_usd_per_million:
        even = usd_per_hour * 24 / api_usd_per_million * _MILLION
    return Cost(usd_per_hour, usd_per_hour / per_hour * _MILLION, per_day, even)
