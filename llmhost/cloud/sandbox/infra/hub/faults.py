"""How a repository fails: its `fault.json` is read at every request, so a test can change it live.

Every fault is one key of the document, and several can be given at once:

    {"gated": ["hf_granted"]}                   401 without a token, 403 with any other token
    {"missing": true}                           as if the repository were not there
    {"throttled": {"times": 2, "seconds": 1}}   429 with Retry-After, that many times
    {"cut": {"after": 65536, "times": 1}}       the connection breaks after so many bytes of a file
    {"rate": 100000}                            files arrive at so many bytes per second
"""

import json
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .catalog import FAULT_FILE

ALWAYS = 1 << 30


@dataclass(frozen=True, slots=True)
class Fault:
    """How one repository fails; the default does not.

    Attributes:
        gated: Tokens that were granted access; None when everybody has it.
        missing: Whether the repository is to be denied.
        throttled: How many requests are refused with 429.
        retry_after: Seconds to wait, as told with a 429.
        cut: Bytes of a file after which the connection breaks; 0 for never.
        cuts: How many times it breaks.
        rate: Bytes per second; 0 for as fast as can be.
    """

    gated: tuple[str, ...] | None = None
    missing: bool = False
    throttled: int = 0
    retry_after: int = 1
    cut: int = 0
    cuts: int = ALWAYS
    rate: int = 0


def fault(home: Path) -> Fault:
    """The fault described beside a repository's files; none where there is no description."""
    try:
        said = json.loads((home / FAULT_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Fault()
    throttled = said.get("throttled", {"times": 0})
    cut = said.get("cut", {})
    return Fault(
        gated=tuple(said["gated"]) if "gated" in said else None,
        missing=bool(said.get("missing", False)),
        throttled=int(throttled.get("times", ALWAYS)),
        retry_after=int(throttled.get("seconds", 1)),
        cut=int(cut.get("after", 0)),
        cuts=int(cut.get("times", ALWAYS)),
        rate=int(said.get("rate", 0)),
    )


class Tally:
    """Counts how often a fault has struck, for those that strike only a few times."""

    def __init__(self) -> None:
        self._struck: Counter[str] = Counter()
        self._lock = threading.Lock()

    def strikes(self, what: str, times: int) -> bool:
        """Whether `what` strikes once more, having been asked `times` in all; counts the strike."""
        with self._lock:
            if self._struck[what] >= times:
                return False
            self._struck[what] += 1
            return True
