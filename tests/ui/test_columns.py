"""Columns: aligned whatever is in them, and no wider than the terminal."""

from llmhost.ui.columns import cells, columns, cut
from llmhost.ui.paint import Span, plain

ROWS = [
    (Span("a"), Span("模型"), Span("the last one is long")),
    (Span("bbb"), Span("x"), Span("y")),
]


def test_cells_stand_below_each_other_by_the_width_they_take() -> None:
    assert [plain(row) for row in columns(ROWS, header=("one", "two", "three"))] == [
        "ONE  TWO   THREE",
        "a    模型  the last one is long",
        "bbb  x     y",
    ]


def test_the_widest_cells_are_cut_to_fit_the_terminal() -> None:
    assert [plain(row) for row in columns(ROWS, width=23)] == [
        "a    模型  the last on…",
        "bbb  x     y",
    ]


def test_a_terminal_that_is_much_too_narrow_still_shows_something() -> None:
    assert plain(columns(ROWS, width=3)[0]) == "a    模型  the last on…"


def test_no_rows_are_no_lines_and_a_header_alone_stands_alone() -> None:
    assert columns([]) == ()
    assert [plain(row) for row in columns([], header=("one",))] == ["ONE"]


def test_width_is_counted_in_columns_of_a_terminal() -> None:
    assert [cells("abc"), cells("模型"), cells("e\u0301"), cells("\x1b[1ma")] == [3, 4, 1, 1]
    assert cut("模型模型", 5) == "模型…"
