"""Image pull and weights side by side: how much longer than the longer of the two alone.

`up` repairs a machine on which the image, the weights, or both are missing. Registry and hub are
slowed down for this machine, so that waiting counts as it does with real sizes. The two rates do
not share one line, as they would where the machine's own network is the narrowest place.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.startup import LLMHOST
from benchmarks.timing import Comparison, FailedRunError, Timing
from benchmarks.unchanged import NAME, WHAT
from llmhost.cloud.sandbox.infra.services import CONTAINER
from llmhost.cloud.sandbox.records import container_of

AT_MOST = 1.15

# Bytes per second: 42 MB of image and 1.4 MB of weights (the sandbox's stand-ins, 2026-11-20) then
# take some ten seconds each.
_IMAGE_RATE, _WEIGHTS_RATE = 4_000_000, 140_000

_INFRA, _MACHINE = CONTAINER, container_of(NAME)
_IMAGE_FAULT = "/etc/nginx/faults/bench.conf"
_WEIGHTS_FAULT = "/srv/hub/Qwen/Qwen2.5-0.5B-Instruct-GGUF/fault.json"

_LOSE_IMAGE = "docker rm --force $(docker ps -aq); docker rmi --force $(docker images -q)"
_LOSE_WEIGHTS = "rm -rf /var/lib/llmhost/models/*"


@dataclass(frozen=True, slots=True)
class _Span:
    """When the steps that load something began and ended, in seconds of the epoch."""

    begun: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


def compare(runs: int) -> Iterator[Comparison]:
    """Both at once against the slower one alone, each as `up` does it on a running machine."""
    _slow_down()
    try:
        image: list[float] = []
        weights: list[float] = []
        both: list[float] = []
        for _ in range(runs):
            image.append(_repaired(_LOSE_IMAGE).seconds)
            weights.append(_repaired(_LOSE_WEIGHTS).seconds)
            both.append(_repaired(_LOSE_IMAGE, _LOSE_WEIGHTS).seconds)
    finally:
        _bash(_INFRA, f"rm -f {_IMAGE_FAULT} {_WEIGHTS_FAULT}; nginx -s reload")
    alone = (Timing("image alone", tuple(image)), Timing("weights alone", tuple(weights)))
    longer = max(alone, key=lambda timing: timing.median)
    together = Timing("image and weights", tuple(both))
    yield Comparison("side by side", None, together, longer, AT_MOST)


def _slow_down() -> None:
    where = subprocess.run(
        ["docker", "exec", _MACHINE, "hostname", "-I"], check=True, capture_output=True, text=True
    ).stdout.split()[0]
    rule = f"if ($remote_addr = {where}) {{ set $limit_rate {_IMAGE_RATE}; }}"
    _bash(_INFRA, f"echo '{rule}' > {_IMAGE_FAULT} && nginx -s reload")
    _bash(_INFRA, f"echo '{json.dumps({'rate': _WEIGHTS_RATE})}' > {_WEIGHTS_FAULT}")


def _repaired(*losses: str) -> _Span:
    """Loses things, brings them back, and says when that was."""
    _bash(_MACHINE, "; ".join((f"systemctl stop llmhost-{NAME}", *losses)))
    argv = [LLMHOST, *WHAT, "--cloud", "sandbox", "--events"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedRunError(f"{' '.join(argv)}: exit status {done.returncode}\n{done.stderr}")
    loading = [
        event
        for event in map(json.loads, done.stderr.splitlines())
        if event.get("title", "").startswith(("image ", "weights "))
        and (event["event"] == "StepStarted" or event.get("outcome") == "changed")
    ]
    moments = [datetime.fromisoformat(event["time"]).timestamp() for event in loading]
    return _Span(min(moments), max(moments))


def _bash(container: str, script: str) -> None:
    argv: Sequence[str] = ("docker", "exec", container, "bash", "-c", script)
    subprocess.run(argv, check=True, stdout=sys.stderr)
