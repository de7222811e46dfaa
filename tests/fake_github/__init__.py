"""A double of GitHub's API for self-hosted runners; see README.md."""

from tests.fake_github.double import FakeGitHub
from tests.fake_github.world import Fault, Token

__all__ = ["FakeGitHub", "Fault", "Token"]
