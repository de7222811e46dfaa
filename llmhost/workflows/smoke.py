"""See `status`: the same look, with real questions besides."""

from llmhost.workflows.status import smoke

__all__ = ["smoke"]
