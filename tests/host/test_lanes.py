"""Lanes of steps run side by side, and end together when one of them fails."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from llmhost.host import script
from tests.host.applied import applied, bash, job, of
from tests.host.shell import Shell, await_file


def wait_for(path: Path) -> tuple[str, ...]:
    return bash(f"for _ in {{1..500}}; do [[ -e '{path}' ]] && exit; sleep 0.01; done; exit 1")


def test_lanes_run_side_by_side(tmp_path: Path, shell: Shell) -> None:
    """Each waits for the other: one after the other they would never end."""
    one, two = tmp_path / "one", tmp_path / "two"
    status, events = applied(
        shell,
        job(0, ("touch", str(one)), wait_for(two), lane="image"),
        job(1, ("progress", "weights", "1", "2", "x"), wait_for(one), lane="weights"),
        job(2, ("touch", str(two)), lane="weights"),
    )
    assert status == 0
    assert of("progress", events) == [["weights", "1", "2", "x"]]


def test_what_comes_after_lanes_waits_for_both(tmp_path: Path, shell: Shell) -> None:
    status, _ = applied(
        shell,
        job(0, bash(f"sleep 0.2; touch '{tmp_path}/slow'"), lane="image"),
        job(1, ("true",), lane="weights"),
        job(2, ("test", "-e", f"{tmp_path}/slow")),
    )
    assert status == 0


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_after_a_failure_other_lanes_finish_the_step_in_hand_and_begin_none(
    tmp_path: Path, shell: Shell
) -> None:
    """Packages that are cut off half-way would leave the host broken."""
    begun, broken = tmp_path / "begun", tmp_path / "broken"
    status, events = applied(
        shell,
        job(0, ("touch", str(begun)), wait_for(broken), bash("sleep 0.3"), lane="image"),
        job(1, ("touch", str(tmp_path / "next")), lane="image"),
        job(2, wait_for(begun), ("touch", str(broken)), bash("exit 5"), lane="weights"),
        job(3, ("touch", str(tmp_path / "later"))),
    )
    assert status == 5
    assert [fields[:2] for fields in of("step", events)] == [
        *([number, "started"] for number in sorted(("0", "2"), key=order(events))),
        ["2", "failed"],
        ["0", "changed"],
    ]
    assert events[-1] == ["end", "5"]
    assert not (tmp_path / "next").exists()
    assert not (tmp_path / "later").exists()


def order(events: list[list[str]]) -> Callable[[str], int]:
    """Which of two lanes began first is chance."""
    begun = [fields[0] for fields in of("step", events) if fields[1] == "started"]
    return begun.index


def test_after_a_failure_a_download_of_another_lane_is_ended(tmp_path: Path, shell: Shell) -> None:
    pids = tmp_path / "pids"
    download = f"sleep 300 & echo $! $$ >'{pids}~'; mv '{pids}~' '{pids}'; wait"
    begun = time.monotonic()
    status, events = applied(
        shell,
        job(0, ("interruptible", *bash(download)), lane="image"),
        job(1, wait_for(pids), bash("echo broken; exit 5"), lane="weights"),
    )
    assert status == 5
    assert time.monotonic() - begun < 10
    assert [fields for fields in of("step", events) if fields[1] != "started"] == [
        ["1", "failed", "5"]
    ]
    assert not [pid for pid in pids.read_text().split() if alive(int(pid))]


def test_what_fails_by_itself_after_another_step_failed_is_told_as_well(
    tmp_path: Path, shell: Shell
) -> None:
    begun, broken = tmp_path / "begun", tmp_path / "broken"
    _, events = applied(
        shell,
        job(0, ("touch", str(begun)), wait_for(broken), bash("sleep 0.3; exit 6"), lane="image"),
        job(1, wait_for(begun), ("touch", str(broken)), bash("exit 5"), lane="weights"),
    )
    told = [fields for fields in of("step", events) if fields[1] != "started"]
    assert told == [["1", "failed", "5"], ["0", "failed", "6"]]


def test_an_apply_that_is_stopped_from_outside_begins_no_further_step(
    tmp_path: Path, shell: Shell
) -> None:
    pid, stopped = tmp_path / "pid", tmp_path / "stopped"
    one = job(0, bash(f"echo $PPID >'{pid}'"), wait_for(stopped), lane="image")
    two = job(1, ("touch", str(tmp_path / "next")), lane="image")
    source = script.apply([one, two, job(2, ("true",), lane="weights")], "me")
    root = shell.path("/run/llmhost/apply/script").parent
    with subprocess.Popen(["bash", "-c", shell.moved(source)], stdin=subprocess.DEVNULL) as apply:
        await_file(pid)
        apply.terminate()
        assert apply.wait(10) == 143
    lane = int(pid.read_text())
    stopped.touch()
    while alive(lane):
        time.sleep(0.01)
    assert not (tmp_path / "next").exists()
    assert "end" not in (root / "events").read_text()


def test_a_lane_that_fails_at_once_while_another_ends_well_is_a_failure(shell: Shell) -> None:
    for _ in range(5):
        status, _ = applied(shell, job(0, ("true",), lane="a"), job(1, ("false",), lane="b"))
        assert status == 1
