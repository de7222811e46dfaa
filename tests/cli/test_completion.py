"""Shell completion: names of commands, providers and deployments, and silence when it fails."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import typer

from llmhost.cli import completion
from llmhost.cli.verbs import VERBS
from llmhost.spec.catalog import Catalog
from tests.cli.samples import LISTING

Workflow = Callable[[str, Callable[..., Any]], None]
ANY: Any = None


def offered(*words: str) -> list[str]:
    """What bash is offered after these words."""
    environ = {
        **os.environ,
        "_LLMHOST_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    argv = [sys.executable, "-m", "llmhost"]
    ended = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=60, env=environ
    )
    assert ended.stderr == ""
    return ended.stdout.split()


def test_commands_complete() -> None:
    assert offered("llmhost", "") == list(VERBS)
    assert offered("llmhost", "s") == ["status", "smoke", "ssh", "schema"]


def test_providers_clouds_gpus_and_schemas_complete() -> None:
    assert offered("llmhost", "up", "") == list(Catalog.default({}).names())
    assert offered("llmhost", "up", "--cloud", "s") == ["sandbox"]
    assert "a100-80gb" in offered("llmhost", "up", "--gpu", "a100")
    assert offered("llmhost", "schema", "dep") == ["deployment"]


def test_deployments_that_exist_complete(workflow: Workflow) -> None:
    workflow("ls.ls", lambda _session: LISTING)
    assert completion.deployments(ANY, [], "") == ["tiny", "vllm"]
    assert completion.deployments(ANY, [], "v") == ["vllm"]


def test_a_failure_offers_nothing_and_says_nothing(
    workflow: Workflow, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(_session: object) -> None:
        raise typer.Abort

    workflow("ls.ls", crash)
    assert completion.deployments(ANY, [], "") == []
    assert capsys.readouterr() == ("", "")


def test_a_cloud_that_does_not_answer_offers_nothing(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_PATIENCE_SECONDS", 0.05)
    workflow("ls.ls", lambda _session: time.sleep(1))
    assert completion.deployments(ANY, [], "") == []
