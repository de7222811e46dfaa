"""Writes the reference pages from what the program itself says: `python -m docs.generate`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generate.commands import commands_page
from docs.generate.failures import failures_page
from docs.generate.files import deployment_page, documents_page, profile_page
from docs.generate.providers import providers_page

REFERENCE = Path(__file__).parents[1] / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "providers.md": providers_page,
    "profile.md": profile_page,
    "deployment-file.md": deployment_page,
    "documents.md": documents_page,
    "failures.md": failures_page,
}
