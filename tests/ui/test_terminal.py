"""What a terminal can show, and what happens to text it cannot."""

import io

import pytest

from llmhost.ui.jsonlines import JsonLines
from llmhost.ui.live import Live
from llmhost.ui.paint import Span, line
from llmhost.ui.plain import Plain
from llmhost.ui.story import story
from llmhost.ui.terminal import Terminal
from tests.ui.screens import Screen, on_paper, on_screen


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_belongs_to_terminals_that_want_it(
    environ: dict[str, str], *, coloured: bool
) -> None:
    terminal, screen = on_screen(**environ)
    assert terminal.coloured(screen) is coloured
    terminal.say([line(Span("ok", "good"))])
    assert ("\x1b[" in screen.getvalue()) is coloured


def test_the_story_suits_the_terminal() -> None:
    assert isinstance(story(on_screen()[0], events=False), Live)
    assert isinstance(story(on_screen(TERM="dumb")[0], events=False), Plain)
    assert isinstance(story(on_paper()[0], events=False), Plain)
    assert isinstance(story(on_screen()[0], events=True), JsonLines)


def test_a_terminal_without_unicode_shows_question_marks_and_no_traceback() -> None:
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(io.StringIO(), stdout, io.StringIO(), {}).put([line("größer ✓")])
    assert raw.getvalue() == b"gr??er ?\n"


def test_only_a_yes_is_a_yes() -> None:
    for typed, agreed in (
        ("y\n", True),
        ("YES\n", True),
        ("\n", False),
        ("no\n", False),
        ("", False),
    ):
        terminal = Terminal(io.StringIO(typed), io.StringIO(), Screen(), {})
        assert terminal.ask("Go ahead?") is agreed


def test_somebody_is_there_only_if_they_can_type_and_read() -> None:
    for stdin, stderr, there in (
        (Screen(), Screen(), True),
        (io.StringIO(), Screen(), False),
        (Screen(), io.StringIO(), False),
    ):
        assert Terminal(stdin, io.StringIO(), stderr, {}).interactive is there
