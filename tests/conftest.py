"""What every test may stand on."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the flag that accepts what is rendered now as what should be rendered."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew, for review with git"
    )
