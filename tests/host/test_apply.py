"""An apply runs steps in order or side by side, and tells what happens."""

from pathlib import Path

import pytest

from tests.host.applied import applied, bash, job, of
from tests.host.shell import Shell


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


@pytest.mark.parametrize("word", ["it's", '"', "$(touch x)", "a b", "-n", "*", "é\n"])
def test_the_words_of_an_effect_arrive_as_they_are(tmp_path: Path, shell: Shell, word: str) -> None:
    write = f"printf %s \"$1\" >'{tmp_path}/w'"
    status, _ = applied(shell, job(0, ("bash", "-c", write, "x", word)))
    assert status == 0
    assert (tmp_path / "w").read_text() == word
