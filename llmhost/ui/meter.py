"""How fast long work goes, from what its program reports."""

from collections import deque
from dataclasses import dataclass, field

from llmhost.events import Progress
from llmhost.ui.units import duration, size

# Long enough to be calm, short enough to notice a stall.
_WINDOW_SECONDS = 10.0


@dataclass(slots=True)
class Meter:
    """Remembers the last reports of one job and says where it is and how fast it goes."""

    latest: Progress
    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, progress: Progress, now: float) -> None:
        """Takes a report made at `now`, in seconds of a monotonic clock."""
        if progress.done < self.latest.done:
            self._samples.clear()
        self.latest = progress
        self._samples.append((now, progress.done))
        while now - self._samples[0][0] > _WINDOW_SECONDS:
            self._samples.popleft()

    @property
    def rate(self) -> float:
        """Bytes per second over the last seconds; 0 while that is not known."""
        if len(self._samples) < 2:  # noqa: PLR2004  a rate needs two points
            return 0.0
        (first, before), (last, after) = self._samples[0], self._samples[-1]
        return (after - before) / (last - first) if last > first else 0.0

    @property
    def fraction(self) -> float | None:
        """How much is done, 0 to 1; None while the total is not known."""
        return min(1.0, self.latest.done / self.latest.total) if self.latest.total else None

    @property
    def words(self) -> str:
        """Such as `3.1 GB of 8.2 GB, 212 MB/s, 24s left`."""
        done, total = self.latest.done, self.latest.total
        amount = f"{size(done)} of {size(total)}" if total else size(done) if done else ""
        rate = self.rate
        speed = f"{size(rate)}/s" if rate > 0 else ""
        left = f"{duration((total - done) / rate)} left" if rate > 0 and total > done else ""
        return ", ".join(part for part in (amount, speed, left, self.latest.text) if part)
