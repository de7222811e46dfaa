"""The story in a log: every finished step, and progress now and then."""

from llmhost.events import (
    LogLine,
    Notice,
    PhaseFinished,
    PhaseStarted,
    Progress,
    StepFinished,
    StepStarted,
)
from llmhost.ui.plain import Plain
from tests.ui.screens import Clock, on_paper

GB = 10**9


def test_every_event_that_matters_is_a_line() -> None:
    terminal, paper = on_paper()
    story = Plain(terminal)
    story.tell(PhaseStarted("steps", "host steps"))
    story.tell(StepStarted("docker"))
    story.tell(StepFinished("docker", "changed", "29.1", 12.3))
    story.tell(StepFinished("users", "ok"))
    story.tell(StepFinished("unit", "failed", "no such image", 0.2))
    story.tell(Notice("nothing to see"))
    story.pause()
    story.tell(PhaseFinished("steps", 131.0))
    assert paper.getvalue() == (
        "host steps\n"
        "  changed  docker: 29.1  12s\n"
        "  ok       users\n"
        "  failed   unit: no such image\n"
        "note: nothing to see\n"
        "  took 2m11s\n"
    )


def test_progress_is_told_every_few_seconds_and_at_its_end() -> None:
    terminal, paper = on_paper()
    clock = Clock()
    story = Plain(terminal, clock)
    for quarter in range(1, 41):
        clock.now += 0.25
        story.tell(Progress("image", quarter * GB // 4, 10 * GB))
        story.tell(LogLine("vllm", f"line {quarter}"))
    assert paper.getvalue() == (
        "  ...      image: 250 MB of 10.0 GB\n"
        "  ...      vllm: line 1\n"
        "  ...      image: 5.2 GB of 10.0 GB, 1.0 GB/s, 4.8s left\n"
        "  ...      vllm: line 21\n"
        "  ...      image: 10.0 GB of 10.0 GB, 1.0 GB/s\n"
    )


def test_hosts_are_named_and_have_clocks_of_their_own() -> None:
    terminal, paper = on_paper()
    story = Plain(terminal, Clock())
    story.tell(Progress("image", 1, 10), host="a")
    story.tell(Progress("image", 1, 10), host="b")
    story.tell(Progress("image", 2, 10), host="b")
    assert (
        paper.getvalue() == "a    ...      image: 1 B of 10 B\nb    ...      image: 1 B of 10 B\n"
    )


def test_colour_in_a_log_has_to_be_asked_for() -> None:
    for environ, painted in (({}, False), ({"FORCE_COLOR": "1"}, True)):
        terminal, paper = on_paper(**environ)
        Plain(terminal).tell(StepFinished("docker", "ok"))
        assert ("\x1b[32m" in paper.getvalue()) is painted
