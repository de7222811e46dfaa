"""`python -m benchmarks`: measures, prints, and with `--check` fails where a target is missed."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import exchange, manyhosts, sidebyside, startup, unchanged
from benchmarks.report import document, table
from benchmarks.target import at_distance
from benchmarks.timing import Comparison
from tests.transport.sshd import Sshd

# The exit status of a missed target, so that a program that breaks is not taken for a slow one.
_MISSED = 3


def main() -> int:
    """Runs the cases asked for and returns the exit status."""
    options = _parser().parse_args()
    if options.smoke:
        options.case, options.runs, options.rtt = ["startup", "exchange"], 3, [0, 50]
    comparisons: list[Comparison] = []
    with tempfile.TemporaryDirectory(prefix="llmhost-bench-") as folder:
        for name in options.case or CASES:
            for comparison in CASES[name](options, Path(folder)):
                comparisons.append(comparison)
                sys.stderr.write(f"{_progress(comparison)}\n")
    shown = document(comparisons) if options.output == "json" else table(comparisons)
    sys.stdout.write(f"{shown}\n")
    return _MISSED if options.check and not all(c.met for c in comparisons) else 0


def _exchange(options: argparse.Namespace, folder: Path) -> Iterator[Comparison]:
    with Sshd(folder / "exchange") as sshd:
        for rtt in options.rtt:
            with at_distance(sshd.address(), rtt, folder) as target:
                yield from exchange.compare(target, options.runs)


def _unchanged(options: argparse.Namespace, folder: Path) -> Iterator[Comparison]:
    with unchanged.machine() as address:
        for rtt in options.rtt:
            with at_distance(address, rtt, folder) as target:
                recorded = folder / f"recorded-{rtt}"
                unchanged.record(target, recorded)
                yield from unchanged.compare(target, recorded, options.runs)
                if options.full:
                    yield from unchanged.compare_rivals(target, min(options.runs, 3))


def _many_hosts(options: argparse.Namespace, folder: Path) -> Iterator[Comparison]:
    with unchanged.machine() as address, at_distance(address, 0, folder) as target:
        unchanged.record(target, folder / "recorded")
    yield from manyhosts.compare(folder / "recorded", options.rtt, options.runs, folder / "many")


def _side_by_side(options: argparse.Namespace, _folder: Path) -> Iterator[Comparison]:
    with unchanged.machine():
        yield from sidebyside.compare(min(options.runs, 3))


def _startup(options: argparse.Namespace, folder: Path) -> Iterator[Comparison]:
    return startup.compare(options.runs, folder)


CASES: dict[str, Callable[[argparse.Namespace, Path], Iterator[Comparison]]] = {
    "startup": _startup,
    "exchange": _exchange,
    "unchanged": _unchanged,
    "manyhosts": _many_hosts,
    "sidebyside": _side_by_side,
}


def _progress(comparison: Comparison) -> str:
    subject, yardstick = comparison.subject, comparison.yardstick
    return f"{comparison.case}: {subject.name} / {yardstick.name} = {comparison.ratio:.2f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", help=f"some of {', '.join(CASES)}; default: all")
    parser.add_argument("-n", "--runs", type=int, default=5, help="counted runs of each program")
    parser.add_argument("--rtt", type=int, nargs="+", default=[0, 50, 150], help="in ms")
    parser.add_argument("--full", action="store_true", help="also against pyinfra and Ansible")
    parser.add_argument("--smoke", action="store_true", help="half a minute's worth, for CI")
    parser.add_argument("--check", action="store_true", help="exit 3 when a target is missed")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
