"""`schema`: the JSON Schemas of what llmhost reads and prints."""

from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Mapping


def schema(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="deployment, profile, served, planned, ...; all of them when left out",
            show_default=False,
            autocompletion=completion.schemas,
        ),
    ] = None,
) -> None:
    """Print the JSON Schemas of files and documents.

    Of the -f file (deployment), of a provider's file (profile), of what commands print with
    -o json, and of a line of --events (event).

    Examples:
        llmhost schema deployment > deployment.schema.json
        llmhost schema served
    """
    from llmhost.cli.schemas import schema_of, schemas

    invocation = Invocation.of(ctx, "json")
    document: Mapping[str, object] = schemas() if name is None else schema_of(name)
    invocation.deliver(document, ())
