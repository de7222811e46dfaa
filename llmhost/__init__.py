"""One command from a laptop or a CI job to a GPU host that serves a verified endpoint."""

__version__ = "0.1.0"
