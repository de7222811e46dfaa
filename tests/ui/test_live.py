"""The story on a terminal: what is finished stays, what runs is drawn with time, bytes and rate."""

import io

from rich.console import Console

from llmhost.events import (
    LogLine,
    Notice,
    PhaseFinished,
    PhaseStarted,
    Progress,
    StepFinished,
    StepStarted,
)
from llmhost.ui.live import Live
from tests.ui.screens import Clock, on_screen, words


def drawn(story: Live, width: int = 80) -> str:
    """What is drawn at this moment."""
    paper = io.StringIO()
    Console(file=paper, width=width, color_system=None).print(story._draw())  # noqa: SLF001
    return paper.getvalue()


def test_what_is_finished_stays_on_the_screen() -> None:
    terminal, screen = on_screen()
    story = Live(terminal, Clock())
    story.tell(PhaseStarted("steps", "host steps"))
    story.tell(StepStarted("docker"))
    story.tell(StepFinished("docker", "changed", "[bold]29.1[/bold]", 12.3))
    story.tell(Notice("slow", warning=True))
    story.tell(PhaseFinished("steps", 131.0))
    story.pause()
    lines = [text.rstrip() for text in words(screen.getvalue())]
    for kept in (
        "  changed  docker: [bold]29.1[/bold]  12s",
        "warning: slow",
        "host steps  2m11s",
    ):
        assert kept in lines


def test_what_runs_is_drawn_with_its_time_bytes_and_rate() -> None:
    clock = Clock()
    terminal, _screen = on_screen()
    story = Live(terminal, clock)
    story.tell(PhaseStarted("steps", "host steps"))
    story.tell(StepStarted("image"))
    story.tell(Progress("image", 0, 8_000_000_000))
    clock.now += 5
    story.tell(Progress("image", 1_000_000_000, 8_000_000_000))
    story.tell(Progress("load", text="loading [shards]"))
    story.tell(LogLine("vllm", "\x1b[31mINFO\x1b[0m [x] " + "long " * 40))
    shown = drawn(story)
    story.pause()
    assert "host steps  5.0s" in shown
    assert "image  5.0s" in shown
    assert "1.0 GB of 8.0 GB, 200 MB/s, 35s left" in shown
    assert "loading [shards]" in shown
    assert "vllm | INFO [x] long" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_narrow_terminal_is_not_overrun() -> None:
    terminal, _screen = on_screen()
    story = Live(terminal, Clock())
    story.tell(PhaseStarted("steps", "host steps"))
    story.tell(StepStarted("file /etc/systemd/system/docker.service.d/llmhost.conf"))
    story.tell(Progress("weights", 1, 8_000_000_000, "model-00001-of-00017.safetensors"))
    shown = drawn(story, width=30)
    story.pause()
    assert max(map(len, shown.splitlines())) <= 30
    assert len(shown.splitlines()) == 3


def test_several_hosts_are_drawn_below_each_other() -> None:
    terminal, _screen = on_screen()
    story = Live(terminal, Clock())
    story.tell(PhaseStarted("steps", "host steps"), host="root@a")
    story.tell(PhaseStarted("look", "facts"), host="root@b")
    shown = drawn(story)
    story.pause()
    assert "root@a  host steps" in shown
    assert "root@b  facts" in shown


def test_nothing_is_drawn_once_everything_is_finished() -> None:
    terminal, _screen = on_screen()
    story = Live(terminal, Clock())
    story.tell(PhaseStarted("look", "facts"))
    story.tell(PhaseFinished("look", 0.2))
    assert drawn(story).strip() == ""
    story.pause()


def test_no_color_leaves_no_colour() -> None:
    terminal, screen = on_screen(NO_COLOR="1")
    story = Live(terminal, Clock())
    story.tell(PhaseStarted("steps", "host steps"))
    story.tell(StepFinished("docker", "ok"))
    story.pause()
    assert "\x1b[32m" not in screen.getvalue()
