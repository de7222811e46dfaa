"""Help texts: short, with an example each, and the table of commands tells the truth."""

import inspect
import re
import shlex
from importlib import import_module

import pytest
import typer

from llmhost.cli.main import app
from llmhost.cli.verbs import VERBS, built
from tests.cli.front import Front

COMMANDS = {name: built(verb) for name, verb in VERBS.items()}


@pytest.mark.parametrize("name", VERBS)
def test_the_summary_in_the_table_is_the_first_line_of_the_docstring(name: str) -> None:
    module, _, function = VERBS[name].function.partition(":")
    documented = inspect.getdoc(getattr(import_module(f"llmhost.cli.{module}"), function))
    assert documented is not None
    first = documented.splitlines()[0]
    assert VERBS[name].summary == (first[0].lower() + first[1:]).rstrip(".")


@pytest.mark.parametrize("name", VERBS)
def test_every_example_is_a_command_line_that_can_be_read(name: str) -> None:
    epilog = COMMANDS[name].epilog or ""
    examples = [text.strip() for text in epilog.splitlines() if text.startswith("  llmhost")]
    assert examples
    for example in examples:
        program, verb, *args = shlex.split(example.partition(" > ")[0])
        assert (program, verb) == ("llmhost", name)
        with COMMANDS[name].make_context(name, args):
            pass


@pytest.mark.parametrize("name", VERBS)
def test_every_flag_is_explained_in_lower_case_without_a_full_stop(name: str) -> None:
    for parameter in COMMANDS[name].params:
        text = getattr(parameter, "help", None)
        assert text, f"{name} {parameter.name} has no help"
        if parameter.name != "help":
            assert not text.endswith(".") or text.endswith("..."), text
            assert re.match(r"[a-z]|GPU|-f", text), text


def test_help_of_a_command_fits_a_terminal(
    llmhost: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in VERBS:
        assert llmhost(name, "--help").status == 0
        assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_the_program_is_a_typer_application() -> None:
    assert isinstance(app, typer.Typer)
