"""What the tests of workflows stand on."""

from pathlib import Path

import pytest

from tests.workflows.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(home=tmp_path)
