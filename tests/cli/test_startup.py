"""Start-up: what is imported before anything is asked for."""

import subprocess
import sys

import pytest

HEAVY = ("paramiko", "google", "rich", "jinja2", "yaml", "pydantic", "cryptography", "asyncio")
RUN = """
import sys
sys.argv = ["llmhost", *{args!r}]
from llmhost.__main__ import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted(sys.modules)))
"""


def imported(*args: str) -> set[str]:
    """The modules a command line has imported when it is done."""
    code = RUN.format(args=args)
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert "llmhost" in ended.stderr
    return set(ended.stderr.split())


def heavy(modules: set[str], *allowed: str) -> set[str]:
    return {name for name in HEAVY if name in modules} - set(allowed)


def test_the_version_is_answered_before_anything_is_imported() -> None:
    modules = imported("--version")
    assert {name for name in modules if name.startswith("llmhost")} == {
        "llmhost",
        "llmhost.__main__",
    }
    assert "typer" not in modules
    assert "argparse" not in modules


def test_help_imports_typer_and_nothing_that_takes_time() -> None:
    modules = imported("--help")
    assert heavy(modules) == set()
    assert not {name for name in modules if name.startswith("llmhost.workflows")}


@pytest.mark.parametrize(
    "args", [("providers", "list"), ("providers", "show", "vllm"), ("schema",)]
)
def test_commands_that_contact_nothing_import_no_connection_and_no_renderer(
    args: tuple[str, ...],
) -> None:
    assert heavy(imported(*args), "pydantic", "yaml") == set()


def test_render_imports_the_renderer_besides(tmp_path: object) -> None:
    args = ("render", "vllm", "--out", str(tmp_path))
    for where in ((), ("--host", "root@192.0.2.1"), ("--cloud", "gcp"), ("--cloud", "sandbox")):
        assert heavy(imported(*args, *where), "pydantic", "yaml", "jinja2") == set()


def test_misuse_is_noticed_without_heavy_imports() -> None:
    assert heavy(imported("up", "--local", "--cloud", "gcp", "vllm"), "pydantic") == set()
