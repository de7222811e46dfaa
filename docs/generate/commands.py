"""The page of commands: from the same functions whose `--help` the program prints."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Literal, get_args, get_origin

from typer.models import ArgumentInfo, OptionInfo

from docs.generate.markdown import code, literal, page, table
from llmhost.cli.flags import spread
from llmhost.cli.verbs import VERBS, Verb
from llmhost.errors import ExitStatus

_STATUSES = {
    ExitStatus.OK: "It is done; what `up`, `status`, `smoke` and `gate` say was observed.",
    ExitStatus.FAILED: "It failed. What happened, why and what to do next is on stderr.",
    ExitStatus.USAGE: "What was asked for cannot be: a flag, a file, a name.",
    ExitStatus.CHANGES_PENDING: "Of `plan --check` and `status --check`: something would change.",
    ExitStatus.NOT_ENOUGH_DATA: "Of `gate`: nothing failed, and it takes more requests to be sure.",
    ExitStatus.UNASKED: "Of `smoke` and `gate`: what was to be judged could not be asked.",
    ExitStatus.HUNG_UP: "Its terminal went away (SIGHUP). The host goes on as after Ctrl-C.",
    ExitStatus.INTERRUPTED: "Ctrl-C. The host goes on with what it was given.",
    ExitStatus.TERMINATED: "It was told to end (SIGTERM), as a CI job that is cancelled is.",
}
_STREAMS = """\
stdout carries the product: an endpoint, a table, or one JSON document with `-o json`
([documents](documents.md)). Everything else goes to stderr: progress, questions, errors; as JSON
lines with `--events`."""


def commands_page() -> str:
    """All commands, in the order of `--help`."""
    statuses = ((literal(int(status)), text) for status, text in _STATUSES.items())
    return page(
        "Commands",
        _STREAMS,
        table(("exit status", "means"), statuses),
        *(part for name, verb in VERBS.items() for part in _verb(name, verb)),
    )


def _verb(name: str, verb: Verb) -> Iterator[str]:
    module, _, function = verb.function.partition(":")
    command = getattr(import_module(f"llmhost.cli.{module}"), function)
    text, _, examples = inspect.cleandoc(command.__doc__ or "").partition("Examples:\n")
    parameters = inspect.signature(spread(command)).parameters.values()
    words = [_word(parameter) for parameter in parameters if parameter.name != "ctx"]
    yield f"## {name}"
    yield text.strip()
    yield code(inspect.cleandoc(examples), "console")
    yield table(("argument", "is"), (row for kind, *row in words if kind == "argument"))
    yield table(("flag", "means"), (row for kind, *row in words if kind == "flag"))


def _word(parameter: inspect.Parameter) -> tuple[str, str, str]:
    """Kind, what is typed, and what it means."""
    annotation, *extras = get_args(parameter.annotation)
    info = next(extra for extra in extras if isinstance(extra, ArgumentInfo | OptionInfo))
    means = info.help or ""
    if isinstance(info, ArgumentInfo):
        return "argument", literal(info.metavar or parameter.name.upper()), means
    names = _names(info) or (f"--{parameter.name.replace('_', '-')}",)
    value = "" if annotation is bool else f" {info.metavar or _choices(annotation)}"
    return "flag", literal(", ".join(names) + value), means


def _names(option: OptionInfo) -> tuple[str, ...]:
    """What was declared; inside Annotated the first name lies where a default would be."""
    declared = (option.default, *(option.param_decls or ()))
    return tuple(name for name in declared if isinstance(name, str) and name.startswith("-"))


def _choices(annotation: Any) -> str:  # noqa: ANN401  any type expression
    return "|".join(get_args(annotation)) if get_origin(annotation) is Literal else "VALUE"
