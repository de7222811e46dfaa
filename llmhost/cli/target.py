"""What `smoke` and `gate` ask: a deployment by its name, or an API by its URL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from llmhost.cli import completion
from llmhost.errors import UsageError

NameOrUrl = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME",
        help="name of the deployment; none with --url",
        show_default=False,
        autocompletion=completion.deployments,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFlags:
    """An API that is none of llmhost's."""

    url: Annotated[
        str | None,
        typer.Option(
            "--url", metavar="URL", help="any API instead, reached from here [key: $OPENAI_API_KEY]"
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(metavar="ID", help="with --url: the model to ask for [default: the first]"),
    ] = None

    def of(self, name: str | None) -> str:
        """The name of the deployment that is meant; empty where a URL is.

        Raises:
            UsageError: Neither is said, or both are.
        """
        if bool(name) == bool(self.url):
            raise UsageError(
                "say what to ask: either the name of a deployment or --url",
                hint="`llmhost ls` lists what exists",
            )
        return name or ""


def write(path: Path, text: str, *, add: bool = False) -> None:
    """Writes a file, or adds to it.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        with path.open("a" if add else "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written", why=error.strerror or str(error)) from error
