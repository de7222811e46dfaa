"""What every test may stand on."""

import signal

import pytest

# A shell starts what it puts in the background with Ctrl-C ignored, nohup with SIGHUP, and children
# inherit that; some tests send them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGTERM, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the flag that accepts what is rendered now as what should be rendered."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew, for review with git"
    )
