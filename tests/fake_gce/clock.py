"""The double's time: one that stands still until it is moved, and one that runs."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

# Google writes the local time of California; an offset that never changes is enough for a double,
# and keeps clients from taking every time for UTC.
_ZONE = timezone(timedelta(hours=-8))


class Clock(Protocol):
    """What the double asks of a clock; seconds since 1970."""

    def now(self) -> float:
        """The time."""
        ...

    def advance(self, seconds: float, /) -> None:
        """Moves the time forward."""
        ...

    def tick(self) -> None:
        """Told at each call."""
        ...

    def sleep_until(self, moment: float, /) -> None:
        """Returns at that time, or a little earlier."""
        ...


class ManualClock:
    """Stands still; whoever waits for a moment makes it come.

    Args:
        start: Where it stands at first; now by default.
        per_call: How far each call moves it, for clients that poll.
    """

    def __init__(self, start: float | None = None, per_call: float = 0.0) -> None:
        self._now = time.time() if start is None else start
        self._per_call = per_call
        self._lock = threading.Lock()

    def now(self) -> float:
        """Where it stands."""
        return self._now

    def advance(self, seconds: float, /) -> None:
        """Moves it forward."""
        with self._lock:
            self._now += seconds

    def tick(self) -> None:
        """Moves it by what a call takes."""
        self.advance(self._per_call)

    def sleep_until(self, moment: float, /) -> None:
        """Jumps there at once, never back."""
        with self._lock:
            self._now = max(self._now, moment)


class RealClock:
    """Runs, at `rate` seconds a second.

    Args:
        rate: 60 makes a second a minute.
        start: What it shows at first; now by default.
    """

    # How long nobody looks whether something else ended the wait, in real seconds.
    _SLICE = 0.05

    def __init__(self, rate: float = 1.0, start: float | None = None) -> None:
        self._rate = rate
        self._start = time.time() if start is None else start
        self._began = time.monotonic()
        self._moved = 0.0

    def now(self) -> float:
        """What it shows."""
        return self._start + self._moved + (time.monotonic() - self._began) * self._rate

    def advance(self, seconds: float, /) -> None:
        """Sets it forward; it runs on."""
        self._moved += seconds

    def tick(self) -> None:
        """It needs no calls to run."""

    def sleep_until(self, moment: float, /) -> None:
        """Sleeps, at most a moment."""
        time.sleep(max(0.001, min(self._SLICE, (moment - self.now()) / self._rate)))


def rfc3339(moment: float) -> str:
    """The way Google writes a time: milliseconds and an offset that is not UTC's."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_ZONE).isoformat(timespec="milliseconds")


def seconds_of(text: str) -> float:
    """The time that an RFC 3339 text means."""
    return datetime.fromisoformat(text).timestamp()
