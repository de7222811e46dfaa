"""The commands by name, loaded when they are used: `--help` reads this table and nothing else."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from llmhost.cli.flags import spread
from llmhost.errors import UsageError

if TYPE_CHECKING:
    # Typer carries click inside itself and offers these types nowhere else (0.29).
    from typer._click.core import Command, Context
    from typer._click.formatting import HelpFormatter


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: where its function is, and its one line in `--help`."""

    function: str
    summary: str


SECTIONS: Mapping[str, Mapping[str, Verb]] = {
    "Before": {
        "fit": Verb("fit:fit", "say whether a model fits on GPUs, before anything is bought"),
        "capacity": Verb("capacity:capacity", "say how many GPUs a load needs, and at what cost"),
    },
    "Up and down": {
        "up": Verb("up:up", "bring a model up on a host until it answers"),
        "plan": Verb("up:plan", "show what up would change, and touch nothing"),
        "down": Verb("down:down", "take deployments away, with everything made for them"),
        "extend": Verb("extend:extend", "let a machine live longer"),
        "gc": Verb("gc:gc", "delete what nobody needs any more"),
    },
    "See": {
        "ls": Verb("ls:ls", "list every deployment and what it costs"),
        "status": Verb("status:status", "look at a deployment now"),
        "smoke": Verb("smoke:smoke", "ask a deployment real questions"),
        "gate": Verb("gate:gate", "put a load on a deployment, and say whether its limits hold"),
        "logs": Verb("logs:logs", "show what the provider says"),
        "doctor": Verb("doctor:doctor", "look at what a machine needs before it is made"),
    },
    "Get in": {
        "ssh": Verb("ssh:ssh", "open a shell on the host, or run a command there"),
        "forward": Verb("ssh:forward", "make the endpoint reachable from this computer"),
    },
    "Read": {
        "providers": Verb("providers:providers", "list the providers, or show one's profile"),
        "render": Verb("render:render", "write the files up would install, for review"),
        "schema": Verb("schema:schema", "print the JSON Schemas of files and documents"),
    },
}
VERBS: Mapping[str, Verb] = {
    name: verb for part in SECTIONS.values() for name, verb in part.items()
}


class Verbs(TyperGroup):
    """A group that imports a command's module when the command is typed."""

    def list_commands(self, ctx: "Context") -> list[str]:  # noqa: ARG002  click's signature
        """All names, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":  # noqa: ARG002  same
        """The command, built from its function; None where there is none of that name."""
        verb = VERBS.get(cmd_name)
        return built(verb) if verb else None

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """Splits the command off what was typed; says which one was meant where there is none."""
        if args[0] not in VERBS and not args[0].startswith("-"):
            raise UsageError(
                f"there is no command `{args[0]}`",
                hint=f"{_meant(args[0])}commands: {', '.join(VERBS)}",
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:  # noqa: ARG002  same
        """Writes the table, without importing what it names."""
        width = max(map(len, VERBS))
        for heading, verbs in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(width), verb.summary) for name, verb in verbs.items()]
                )


def built(verb: Verb) -> "Command":
    """The command of a verb: help and examples from the docstring, options from the signature."""
    module, _, name = verb.function.partition(":")
    function: Callable[..., Any] = getattr(import_module(f"llmhost.cli.{module}"), name)
    text, _, examples = inspect.cleandoc(function.__doc__ or "").partition("Examples:\n")
    lines = [f"  {line.strip()}" for line in examples.splitlines()]
    app = typer.Typer(
        rich_markup_mode=None,  # rich takes longer to import than the command to run
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    epilog = "\n".join(["\b", "Examples:", *lines]) if lines else None
    app.command(name, help=text.strip(), epilog=epilog)(spread(function))
    return typer.main.get_command(app)


def _meant(typed: str) -> str:
    from llmhost.spec.catalog import Catalog

    close = get_close_matches(typed, VERBS, n=1)
    verb = f"up {typed}" if typed in Catalog.default().names() else "".join(close)
    return f"did you mean `llmhost {verb}`? " if verb else ""
