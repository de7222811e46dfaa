"""The program as a whole: help, misuse, and every kind of failure with its exit status."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from llmhost import __version__, errors
from llmhost.cli.verbs import VERBS
from tests.cli.front import Front

Workflow = Callable[[str, Callable[..., Any]], None]

KINDS = [
    (errors.LlmhostError, 1),
    (errors.UsageError, 2),
    (errors.ProfileError, 2),
    (errors.HostError, 1),
    (errors.CloudError, 1),
    (errors.StepError, 1),
    (errors.ServingError, 1),
]


def test_every_kind_of_error_is_in_the_list() -> None:
    kinds = {kind for kind, _ in KINDS}
    assert {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LlmhostError)
    } == kinds


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_an_expected_failure_is_prose_and_an_exit_status(
    llmhost: Front, workflow: Workflow, kind: type[errors.LlmhostError], status: int
) -> None:
    def fail(*_: object) -> None:
        raise kind(
            "it [red]broke[/red]",
            why="because\nof this",
            hint="first\nthen",
            details=("evidence 1", "\x1b[2Jevidence 2"),
        )

    workflow("ls.ls", fail)
    ended = llmhost("ls", "-o", "json")
    assert ended.status == status
    assert ended.stderr == (
        "error: it [red]broke[/red]\n"
        "  why   because\n"
        "  why   of this\n"
        "        | evidence 1\n"
        "        | evidence 2\n"
        "  hint  first\n"
        "  hint  then\n"
    )
    assert ended.document == {
        "error": "it [red]broke[/red]",
        "why": "because\nof this",
        "hint": "first\nthen",
        "details": ["evidence 1", "\x1b[2Jevidence 2"],
        "exit_status": status,
        "attempts": [],
        "machines": [],
    }


def test_a_defect_keeps_its_traceback(llmhost: Front, workflow: Workflow) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    workflow("ls.ls", crash)
    with pytest.raises(ZeroDivisionError):
        llmhost("ls")


def test_a_defect_on_one_of_several_hosts_keeps_its_traceback(
    llmhost: Front, workflow: Workflow
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    workflow("up.plan", crash)
    with pytest.raises(ZeroDivisionError):
        llmhost("plan", "vllm", "--host", "root@a", "--host", "root@b")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            ("upp",),
            "error: there is no command `upp`\n  hint  did you mean `llmhost up`? commands: ",
        ),
        (("vllm",), "error: there is no command `vllm`\n  hint  did you mean `llmhost up vllm`? "),
        (("qqq",), "error: there is no command `qqq`\n  hint  commands: "),
        (("up", "--gpuz"), "error: no such option: --gpuz"),
        (("up", "vllm", "--gpus", "two"), "error: invalid value for '--gpus'"),
        (("status",), "error: missing argument 'NAME'\n  hint  llmhost status --help\n"),
        (("ls", "-o", "yaml"), "error: invalid value for '--output' / '-o'"),
    ],
)
def test_misuse_is_named_and_ends_with_2(
    llmhost: Front, typed: tuple[str, ...], message: str
) -> None:
    ended = llmhost(*typed)
    assert ended.status == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(message)


def llmhost_process(*args: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "llmhost", *args]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def test_help_lists_every_command_and_nothing_goes_to_stderr() -> None:
    ended = llmhost_process("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for name, verb in VERBS.items():
        assert f"  {name.ljust(9)}  {verb.summary}\n" in ended.stdout
    assert llmhost_process().stdout == ended.stdout


def test_the_version_is_the_same_in_front_of_and_behind_the_parser(
    llmhost: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    assert llmhost_process("--version").stdout == f"llmhost {__version__}\n"
    assert llmhost("--version", "ls").status == 0
    assert capsys.readouterr().out == f"llmhost {__version__}\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    argv = [sys.executable, "-m", "llmhost", "schema"]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing) as closed:
        ended = subprocess.run(
            argv, stdout=closed, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert ended.returncode == 1
    assert ended.stderr == ""
