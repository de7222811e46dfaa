"""The commands whose start-up is measured are commands that work."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.startup import Pair, pairs

PAIRS = pairs(Path("unused"))


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=[pair.subject.name for pair in PAIRS])
def test_both_of_a_pair_end_well(number: int, tmp_path: Path) -> None:
    pair: Pair = pairs(tmp_path)[number]
    for one in (pair.subject, pair.yardstick):
        subprocess.run(one.argv, check=True, capture_output=True)
