"""Where profiles and templates lie: in the user's directory first, then in llmhost itself.

This is the one module that knows a wheel from a checkout.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import llmhost


@cache
def packaged_root() -> Path:
    """The folder that holds llmhost's own `profiles/` and `templates/`.

    A wheel carries them as `llmhost/_data`; in a checkout, editable installs included, they are the
    top-level folders.
    """
    data = Path(llmhost.__file__).parent / "_data"
    return data if data.is_dir() else data.parents[1]


def user_root(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's own directory; it adds to the packaged folders and overrides them by file."""
    if home := environ.get("LLMHOST_HOME"):
        return Path(home).expanduser()
    return Path(environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "llmhost"


def asset_roots(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders to look in, the first that has a file wins."""
    return (user_root(environ), packaged_root())
