"""What people read: its links lead somewhere, its commands exist, its errors are llmhost's own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.cli.verbs import VERBS, built
from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from tests.docs.prose import ROOT, blocks, commands, links, pages

GUIDE = ROOT / "docs" / "guides" / "troubleshooting.md"
TREE = ROOT / "docs" / "architecture.md"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    missing = [link for link in links(page) if not (page.parent / link.partition("#")[0]).exists()]
    assert not missing


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_on_a_page_can_be_typed(page: Path) -> None:
    for block in blocks(page, "console", "sh", "bash"):
        for verb, *rest in commands(block):
            if not verb.startswith("-"):
                built(VERBS[verb]).make_context(verb, rest)


def test_the_pages_hold_commands_at_all() -> None:
    found = [
        line for page in pages() for text in blocks(page, "console") for line in commands(text)
    ]
    assert len(found) > 40


def test_every_error_of_the_guide_is_one_that_llmhost_raises() -> None:
    raised = list(messages())
    headings = re.findall(r"^### (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    unknown = [text for text in headings if not any(one.fullmatch(text) for one in raised)]
    assert headings
    assert not unknown


def messages() -> Iterator[re.Pattern[str]]:
    """The first argument of everything that is called, where it is text with a few holes."""
    for path in (ROOT / "llmhost").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(args=[ast.JoinedStr(values=values), *_]) if _mostly_text(values):
                    yield re.compile("".join(map(_pattern, values)))
                case ast.Call(args=[ast.Constant(value=str(text)), *_]):
                    yield re.compile(re.escape(text))


def _mostly_text(values: list[ast.expr]) -> bool:
    text = "".join(str(part.value) for part in values if isinstance(part, ast.Constant))
    return len(text) >= len(": failed")


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"


def test_the_tree_of_the_architecture_page_is_the_tree() -> None:
    (tree,) = blocks(TREE, "text")
    told = set(tree_paths(tree))
    assert not [path for path in told if not (ROOT / path).exists()]
    packages = {path.parent for path in (ROOT / "llmhost").glob("*/__init__.py")}
    assert not [path for path in packages if str(path.relative_to(ROOT)) not in told]


def tree_paths(tree: str) -> Iterator[str]:
    """Paths of a tree that is drawn by indentation; names beside each other share a line."""
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.split(r"  +", line.strip())[0].split(", "):
            above[depth:] = [name.rstrip("/")]
            yield "/".join(above)


def test_the_readme_lists_every_provider_with_the_models_of_its_profile() -> None:
    catalog = Catalog((packaged_root(),))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = {
        row[0]: row[1:]
        for row in re.findall(r"^\| `(\w+)` \| `([^`]+)`(.*)$", readme, re.MULTILINE)
    }
    assert set(told) == set(catalog.names())
    for name, (model, rest) in told.items():
        profile = catalog.profile(name)
        assert profile.models.gpu.endswith(model)
        assert "the same" in rest or profile.models.cpu in rest
