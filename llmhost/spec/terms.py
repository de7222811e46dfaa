"""On what terms a machine is wanted: for how long, where, at what price, of which kind."""

import re
from dataclasses import dataclass

from llmhost.errors import UsageError

DEFAULT_TTL_SECONDS = 8 * 3600
"""A working day: long enough for an afternoon with a model, short enough to be forgotten."""

# What Compute Engine accepts as maxRunDuration ends at 120 days (limit-vm-runtime, 2026-04); below
# ten minutes no model has been loaded.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 600, 120 * 86400

_PART = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a cloud besides GPUs; clouds without a bill have no use for most of it.

    Attributes:
        ttl_seconds: After this long the cloud itself deletes the machine; None for never.
        spot: Takes a machine that may be taken away at any time, for less.
        regions: Regions it may be in; empty for all.
        zone: The one zone it may be in; empty for all.
        max_usd_per_hour: The most it may cost; None for any price.
        iap: Reached through Identity-Aware Proxy, without an external address.
    """

    ttl_seconds: int | None = DEFAULT_TTL_SECONDS
    spot: bool = False
    regions: tuple[str, ...] = ()
    zone: str = ""
    max_usd_per_hour: float | None = None
    iap: bool = False


def read_ttl(text: str) -> int | None:
    """Seconds of a duration such as `90m`, `8h`, `1d12h`; None for `none`.

    Raises:
        UsageError: It is neither, or too short or too long.
    """
    typed = text.strip().lower()
    if typed == "none":
        return None
    parts = _PART.findall(typed)
    if not parts or "".join(number + unit for number, unit in parts) != typed:
        raise UsageError(
            f"`{text}` is not a duration",
            why="a TTL is written with s, m, h and d, such as 90m, 8h or 1d12h",
            hint="`--ttl none` makes a machine that nobody ends but you",
        )
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise UsageError(
            f"a TTL of {text} cannot be",
            why="it is between 10 minutes and 120 days",
            hint="`--ttl none` makes a machine that nobody ends but you",
        )
    return seconds
