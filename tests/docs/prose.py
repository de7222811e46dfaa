"""The project's own Markdown, and what stands in it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
# What a shell reads by itself: a redirection, a pipe, the background.
_AFTER = re.compile(r" (?:2?>|\||&)")
_SUBSTITUTION = re.compile(r"\$\((llmhost [^)]*)\)")


def pages() -> list[Path]:
    """Every Markdown page a reader may open."""
    folders = [ROOT / "docs", ROOT / "examples"]
    return [*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))]


def links(page: Path) -> list[str]:
    """The targets of links to other files."""
    found = (link["target"] for link in _LINK.finditer(page.read_text(encoding="utf-8")))
    return [target for target in found if "://" not in target and not target.startswith("#")]


def blocks(page: Path, *languages: str) -> list[str]:
    """Blocks of code in those languages."""
    text = page.read_text(encoding="utf-8")
    return [found["text"] for found in _FENCE.finditer(text) if found["language"] in languages]


def commands(text: str) -> Iterator[list[str]]:
    """The words after `llmhost` of each command line in a block or script."""
    for line in text.replace("\\\n", " ").splitlines():
        typed = line.strip().removeprefix("$ ")
        for command in [*_SUBSTITUTION.findall(typed), typed]:
            if command.startswith("llmhost "):
                yield shlex.split(_AFTER.split(command)[0], comments=True)[1:]
