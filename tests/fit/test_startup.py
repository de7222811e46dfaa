"""What has to be imported to judge a model."""

import subprocess
import sys

HEAVY = ("paramiko", "rich", "jinja2", "asyncio", "google", "numpy", "huggingface_hub", "httpx")
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
    ended = subprocess.run(
        [sys.executable, "-c", RUN.format(args=args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    assert "llmhost" in ended.stderr
    return set(ended.stderr.split())


def test_a_judgement_imports_no_connection_no_renderer_and_no_client_library() -> None:
    modules = imported("fit", "Qwen/Qwen3-32B", "--gpu", "l4")
    assert {name for name in HEAVY if name in modules} == set()
    assert "llmhost.fit.judge" in modules


def test_help_imports_nothing_of_it() -> None:
    modules = imported("--help")
    assert not {name for name in modules if name.startswith(("llmhost.fit", "llmhost.hub"))}
