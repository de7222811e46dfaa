"""`python -m tests.fake_gce`: the double as a process; its first line of output is the endpoint."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.fake_gce.clock import Clock, ManualClock, RealClock
from tests.fake_gce.double import FakeGce
from tests.fake_gce.machines import Machines
from tests.fake_gce.world import NO_LATENCY, Latency


def main() -> None:
    """Serves until it is told to stop."""
    options = _options()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    double = FakeGce(
        project=options.project,
        clock=_clock(options),
        latency=NO_LATENCY if options.instant else Latency(),
        machines=_machines(options.machines),
        port=options.port,
        state=options.state,
        strict=False,
    )
    with double:
        sys.stdout.write(f"{double.endpoint}\n")
        sys.stdout.flush()
        over.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("fake_gce", description="A double of Compute Engine v1.")
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0: any free port")
    parser.add_argument("--state", type=Path, help="file that keeps the world")
    parser.add_argument("--project", default="demo")
    parser.add_argument("--clock", choices=("manual", "real"), default="manual")
    parser.add_argument("--rate", type=float, default=1.0, help="speed of the real clock")
    parser.add_argument("--per-call", type=float, default=0.0, help="seconds a call takes, manual")
    parser.add_argument("--instant", action="store_true", help="nothing takes time")
    parser.add_argument("--machines", choices=("none", "sandbox"), default="none")
    return parser.parse_args()


def _clock(options: argparse.Namespace) -> Clock:
    if options.clock == "real":
        return RealClock(options.rate)
    return ManualClock(per_call=options.per_call)


def _machines(kind: str) -> Machines | None:
    if kind == "none":
        return None
    # Only here: it imports the sandbox, which a double without machines does not need.
    from tests.fake_gce.sandbox import SandboxMachines  # noqa: PLC0415

    return SandboxMachines()


if __name__ == "__main__":
    main()
