"""The generated pages say what the program says."""

import pytest

from docs.generate import PAGES, REFERENCE


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_up_to_date(name: str) -> None:
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `python -m docs.generate` and commit what changed"


def test_there_is_no_reference_page_that_nobody_generates() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == set(PAGES)
