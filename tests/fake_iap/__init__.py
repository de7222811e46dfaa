"""A double of Identity-Aware Proxy's relay; see README.md."""

from tests.fake_iap.double import FakeIap
from tests.fake_iap.instances import behind
from tests.fake_iap.meeting import ClosedError, Target

__all__ = ["ClosedError", "FakeIap", "Target", "behind"]
