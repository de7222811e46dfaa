"""An apply runs steps in order or side by side, and tells what happens."""

import time
from pathlib import Path

import pytest

from llmhost.host import script
from llmhost.host.script import Job
from tests.host.shell import Shell


def applied(shell: Shell, *jobs: Job) -> tuple[int, list[list[str]]]:
    """Runs an apply; answers with its exit status and its events."""
    root = shell.path("/run/llmhost/apply/script").parent
    done = shell.run(script.apply(jobs, "me@laptop, process 7"))
    events = (root / "events").read_text().splitlines()
    return done.returncode, [line.split("\t") for line in events]


def job(number: int, *calls: tuple[str, ...], lane: str = "") -> Job:
    return Job(number, f"step {number}", lane, calls)


def bash(source: str) -> tuple[str, ...]:
    return ("bash", "-c", source)


def of(kind: str, events: list[list[str]]) -> list[list[str]]:
    return [fields for event, *fields in events if event == kind]


def test_steps_run_in_order_and_each_is_told(tmp_path: Path, shell: Shell) -> None:
    out = tmp_path / "out"
    status, events = applied(
        shell,
        job(0, bash(f"echo a >>{out}"), bash(f"echo b >>{out}")),
        job(1, bash(f"echo c >>{out}")),
    )
    assert status == 0
    assert out.read_text() == "a\nb\nc\n"
    assert of("title", events) == [["0", "step 0"], ["1", "step 1"]]
    told = [fields[:2] for fields in of("step", events)]
    assert told == [["0", "started"], ["0", "changed"], ["1", "started"], ["1", "changed"]]
    assert events[-1] == ["end", "0"]


def test_it_says_who_it_is_while_it_works_and_leaves_nothing_secret_behind(
    tmp_path: Path, shell: Shell
) -> None:
    root = shell.path("/run/llmhost/apply/script").parent
    (root / "script").write_text("hf_0123456789")
    applied(shell, job(0, ("cp", "/run/llmhost/apply/holder", str(tmp_path / "seen"))))
    assert (tmp_path / "seen").read_text() == "me@laptop, process 7\n"
    assert not (root / "holder").exists()
    assert not (root / "script").exists()


def test_the_first_failure_ends_it(tmp_path: Path, shell: Shell) -> None:
    status, events = applied(
        shell,
        job(0, bash("echo why >&2; exit 9"), ("touch", str(tmp_path / "second"))),
        job(1, ("touch", str(tmp_path / "third"))),
    )
    assert status == 9
    assert of("step", events)[-1] == ["0", "failed", "9"]
    assert of("evidence", events) == [["0", "why"]]
    assert events[-1] == ["end", "9"]
    assert not list(tmp_path.glob("*d"))


def test_evidence_is_the_last_lines_one_event_each(shell: Shell) -> None:
    noisy = r"for i in {1..30}; do echo $i; done; printf '  \n\nbar\r\rbaz\tqux\n'; exit 1"
    _, events = applied(shell, job(0, bash(noisy)))
    told = [text for _, text in of("evidence", events)]
    assert told[0] == "14"
    assert told[-3:] == ["30", "bar", "baz qux"]


def test_a_failure_without_a_word_has_no_evidence(shell: Shell) -> None:
    _, events = applied(shell, job(0, ("false",)))
    assert of("evidence", events) == []


def test_an_event_is_one_line_whatever_is_in_it(shell: Shell) -> None:
    _, events = applied(shell, job(0, ("progress", "packages", "0", "0", "a\tb\nend\t0")))
    assert of("progress", events) == [["packages", "0", "0", "a b end 0"]]


def test_a_steps_output_is_kept_apart_from_the_events(shell: Shell) -> None:
    _, events = applied(shell, job(0, ("echo", "end\t0")))
    assert of("end", events) == [["0"]]
    assert shell.path("/run/llmhost/apply/step.0").read_text() == "end\t0\n"


def test_a_step_has_nothing_to_read(shell: Shell) -> None:
    status, _ = applied(shell, job(0, bash("! read -r line")))
    assert status == 0


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


def test_the_first_lane_that_fails_ends_the_others_with_all_they_started(
    tmp_path: Path, shell: Shell
) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    status, events = applied(
        shell,
        job(
            0, bash(f"sleep 300 & echo $! $$ >'{pids}~'; mv '{pids}~' '{pids}'; wait"), lane="image"
        ),
        job(1, wait_for(pids), bash("echo broken; exit 5"), lane="weights"),
        job(2, ("touch", str(tmp_path / "later"))),
    )
    assert status == 5
    assert time.monotonic() - begun < 10
    assert events[-1] == ["end", "5"]
    assert ["1", "failed", "5"] in of("step", events)
    assert not (tmp_path / "later").exists()
    assert not [pid for pid in pids.read_text().split() if alive(int(pid))]


def test_a_lane_that_fails_at_once_while_another_ends_well_is_a_failure(shell: Shell) -> None:
    for _ in range(5):
        status, _ = applied(shell, job(0, ("true",), lane="a"), job(1, ("false",), lane="b"))
        assert status == 1


@pytest.mark.parametrize("word", ["it's", '"', "$(touch x)", "a b", "-n", "*", "é\n"])
def test_the_words_of_an_effect_arrive_as_they_are(tmp_path: Path, shell: Shell, word: str) -> None:
    write = f"printf %s \"$1\" >'{tmp_path}/w'"
    status, _ = applied(shell, job(0, ("bash", "-c", write, "x", word)))
    assert status == 0
    assert (tmp_path / "w").read_text() == word
