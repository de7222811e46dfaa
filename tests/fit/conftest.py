"""The hub's double, for the tests that ask it."""

from tests.hub.conftest import hub

__all__ = ["hub"]
