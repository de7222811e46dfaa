"""Fixtures of the command line: the front door, and workflows that are replaced by a function."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.front import Front


@pytest.fixture
def llmhost() -> Front:
    """Runs command lines."""
    return Front()


@pytest.fixture
def workflow(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], None]:
    """Replaces a workflow, such as `up.plan`, by a function of the test's own."""

    def replace(name: str, function: Callable[..., Any]) -> None:
        monkeypatch.setattr(f"llmhost.workflows.{name}", function)

    return replace
