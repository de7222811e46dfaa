"""Lines: styles on a terminal, text elsewhere, and nothing in them that steers a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.ui.paint import Span, ansi, harmless, line, plain


def test_a_line_is_text_without_a_terminal_and_painted_with_one() -> None:
    of = line(Span("ok", "good"), "  ", Span("docker", "strong"), " ")
    assert plain(of) == "ok  docker"
    assert ansi(of) == "\x1b[32mok\x1b[0m  \x1b[1mdocker\x1b[0m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://x\x1b\\link", "link"),
        ("a\rb\x08c\x00", "abc"),
        ("tab\there", "tab    here"),
        ("\u202egnp.exe", "gnp.exe"),
        ("[bold]kept[/bold] [/etc/x]", "[bold]kept[/bold] [/etc/x]"),
        ("größer 模型 ✓", "größer 模型 ✓"),
    ],
)
def test_text_is_shown_as_it_is_less_what_steers(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text())
def test_no_text_whatever_leaves_a_control_character(text: str) -> None:
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in harmless(text))


@pytest.mark.parametrize(
    "text",
    [
        "::set-output name=a::b",
        "  ::error file=x::boom",
        "\x1b[0m::add-mask::x",
        "\u200b::stop-commands::x",
        "said ##[set-output name=a]b",
        "#\x00#[group]x",
    ],
)
def test_no_runner_of_ci_jobs_takes_a_line_for_a_command(text: str) -> None:
    for of in (line(text), line(Span(text, "bad")), line(" ", text), line("#", f"#[{text}")):
        assert not plain(of).strip().startswith("::")
        assert "##[" not in plain(of)
        assert "##[" not in ansi(of)


@given(st.text(alphabet=":#[ \t\x1bm\u200b"))
def test_no_text_whatever_becomes_a_command(text: str) -> None:
    assert not plain(line(text)).strip().startswith("::")
    assert "##[" not in plain(line(text))
    assert "##[" not in ansi(line(text))
