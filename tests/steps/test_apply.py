"""What an apply tells while it works, and what it comes to."""

from collections.abc import Iterable

import pytest

from llmhost.errors import HostError, StepError
from llmhost.events import Progress, StepFinished, StepStarted
from llmhost.facts.base import AnyFact, FactReader
from llmhost.secret import Secret
from llmhost.steps.apply import Pending, Work, apply, follow, still_drifting
from llmhost.steps.base import Drift, Effect
from llmhost.transport.base import Answer
from tests.fakes import Listener, ScriptedTransport

TOKEN = Secret("hf_0123456789")


class Fetching:
    """A step with a secret among its words."""

    title = "weights"
    lane = ""

    def facts(self) -> tuple[AnyFact, ...]:
        return ()

    def check(self, _read: FactReader, /) -> tuple[Drift, ...]:
        return ()

    def apply(self, _drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        yield Effect(("weights", TOKEN))


WORK = Work("llmhost up x", "me@laptop", (Pending(Fetching(), ()),))


def said(*lines: str, status: int = 0, stderr: str = "") -> ScriptedTransport:
    return ScriptedTransport(Answer(status, "".join(f"{line}\n" for line in lines), stderr))


def test_steps_and_progress_are_told_as_they_come() -> None:
    heard = Listener()
    host = said(
        "title\t0\tweights",
        "step\t0\tstarted",
        "progress\tweights\t5\t10\tdownloading",
        "progress\tpackages\t0\t0",
        "step\t0\tchanged\t1500",
        "a word of a newer llmhost",
        "end\t0",
        "what comes",
        "after",
    )
    answer = apply(host, WORK, heard, then="gather\n")
    assert heard.heard == [
        StepStarted("weights"),
        Progress("weights", 5, 10, "downloading"),
        Progress("packages", 0, 0, ""),
        StepFinished("weights", "changed", seconds=1.5),
    ]
    assert answer.stdout == "what comes\nafter\n"
    assert host.sent[0].endswith("gather\n")


def test_a_secret_is_in_the_script_and_in_no_event() -> None:
    heard = Listener()
    host = said("title\t0\tweights", "step\t0\tstarted", "step\t0\tchanged\t1", "end\t0")
    apply(host, WORK, heard)
    assert TOKEN.value in host.sent[0]
    assert TOKEN.value not in repr((heard.heard, WORK))


def test_a_failed_step_raises_with_its_programs_last_lines() -> None:
    heard = Listener()
    host = said(
        "title\t0\tweights",
        "step\t0\tstarted",
        "evidence\t0\tgated: 403",
        "evidence\t0",
        "step\t0\tfailed\t1",
        "end\t1",
        status=1,
    )
    with pytest.raises(StepError) as raised:
        apply(host, WORK, heard)
    assert raised.value.details == ("gated: 403", "")
    assert "gated" in raised.value.why
    assert heard.heard[-1] == StepFinished("weights", "failed", "exit status 1")


def test_the_first_of_several_failures_is_the_one_that_is_told() -> None:
    host = said(
        "title\t0\timage",
        "title\t1\tweights",
        "step\t1\tfailed\t1",
        "step\t0\tfailed\t143",
        "end\t1",
        status=1,
    )
    with pytest.raises(StepError, match="weights: failed"):
        apply(host, WORK, Listener())


def test_what_a_failure_left_undone_is_told_as_skipped() -> None:
    heard = Listener()
    host = said(
        *(f"title\t{number}\t{title}" for number, title in enumerate(("image", "weights", "unit"))),
        "step\t0\tstarted",
        "step\t1\tstarted",
        "step\t1\tfailed\t1",
        "end\t1",
        status=1,
    )
    with pytest.raises(StepError, match="weights: failed"):
        apply(host, WORK, heard)
    assert heard.heard[2:] == [
        StepFinished("weights", "failed", "exit status 1"),
        StepFinished("image", "skipped", "an earlier step failed"),
        StepFinished("unit", "skipped", "an earlier step failed"),
    ]


def test_a_step_that_ends_as_a_taken_lock_does_is_a_step_that_failed() -> None:
    host = said("title\t0\tweights", "step\t0\tfailed\t75", "end\t75", status=75)
    with pytest.raises(StepError, match="weights: failed"):
        apply(host, WORK, Listener())


@pytest.mark.parametrize("lines", [("lost",), ("title\t0\tweights", "step\t0\tstarted")])
def test_work_that_stopped_without_a_word_is_told_as_that(lines: tuple[str, ...]) -> None:
    with pytest.raises(HostError) as raised:
        apply(said(*lines, status=1, stderr="Failed to start"), WORK, Listener())
    assert "ended before its last step" in raised.value.message
    assert raised.value.details == ("Failed to start",)


def test_work_that_systemd_refused_has_not_begun() -> None:
    refusal = "Failed to start transient service unit: Access denied"
    with pytest.raises(HostError, match="test-host did not begin") as raised:
        apply(said(status=1, stderr=f"{refusal}\n"), WORK, Listener())
    assert raised.value.why == refusal
    assert "went down" not in raised.value.why + raised.value.hint


def test_a_taken_lock_names_its_holder_and_how_to_break_it() -> None:
    with pytest.raises(HostError) as raised:
        apply(said("busy\tyou@desk, process 7", status=75), WORK, Listener())
    assert raised.value.message == "another llmhost is at work on test-host"
    assert raised.value.why == "you@desk, process 7"
    assert "systemctl stop llmhost-apply" in raised.value.hint


def test_a_lock_whose_holder_is_unknown_is_a_lock_all_the_same() -> None:
    with pytest.raises(HostError, match="another llmhost is at work"):
        apply(said("busy", status=75), WORK, Listener())


def test_following_tells_the_events_and_judges_nothing() -> None:
    heard = Listener()
    follow(said("title\t0\timage", "step\t0\tfailed\t1", "end\t1", status=1), heard)
    assert heard.heard == [StepFinished("image", "failed", "exit status 1")]


@pytest.mark.parametrize(
    ("actual", "word"), [("", "absent"), ("0644", "0644"), ("a\nb\n", "other than written")]
)
def test_what_still_differs_afterwards_is_named(actual: str, word: str) -> None:
    error = still_drifting("file /etc/x", (Drift("content", actual, "c"),))
    assert error.why == f"content is {word}"
