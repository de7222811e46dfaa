"""One script over llmhost's transport, against the same script over plain ssh."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.target import Target
from benchmarks.timing import Comparison, Contender, take_turns

CHECKS = Path(__file__).with_name("checks.bash")

# Largest ratio to plain ssh, by round-trip time in ms. They hold for a whole unchanged `up`; the
# transport alone must stay well below.
AT_MOST = {0: 2.5, 50: 1.3, 150: 1.0}


def compare(target: Target, runs: int) -> Iterator[Comparison]:
    """The transport alone: connect, log in, run forty checks, end."""
    once = str(Path(__file__).with_name("exchange_once.py"))
    mine = Contender(
        "transport", (sys.executable, once, target.names[0], str(CHECKS)), environ=target.environ
    )
    plain = Contender("ssh bash -s", (*target.ssh, "bash", "-s"), CHECKS, target.environ)
    subject, yardstick = take_turns((mine, plain), runs)
    at_most = AT_MOST.get(target.rtt_ms)
    yield Comparison("exchange", target.rtt_ms, subject, yardstick, at_most)
