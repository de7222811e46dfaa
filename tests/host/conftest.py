"""What the tests of the host's bash stand on."""

from pathlib import Path

import pytest

from tests.host.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
