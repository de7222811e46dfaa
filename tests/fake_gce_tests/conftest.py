"""A double and Google's clients for it."""

from collections.abc import Iterator

import pytest

from tests.fake_gce import FakeGce
from tests.fake_gce_tests.clients import Google


@pytest.fixture
def gce() -> Iterator[FakeGce]:
    with FakeGce() as double:
        yield double


@pytest.fixture
def google(gce: FakeGce) -> Google:
    return Google(gce)
