"""How long Google is waited for, in seconds of wall time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Patience and pauses.

    Attributes:
        making: Until an operation that does not end is given up; machines come within 30 to 60 s,
            a refusal within 30 s (dstack, 2026-08).
        queue: The same for a flex-start machine that waits for its turn: it asks for 15 minutes.
        hidden: The same for an operation whose machine is not seen: it cannot be swept.
        vouching: Until a machine has published its host keys; its first boot takes a minute.
        login: Until it lets us in.
        pause: Between two looks.
    """

    making: float = 300.0
    queue: float = 1000.0
    hidden: float = 1800.0
    vouching: float = 180.0
    login: float = 240.0
    pause: float = 2.0

    def looks(self, patience: float) -> Iterator[None]:
        """Once now, then after each pause, until patience ends."""
        end = time.monotonic() + patience
        yield
        while time.monotonic() < end:
            time.sleep(self.pause)
            yield
