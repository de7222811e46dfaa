"""The command line as a whole: read, run, and end with prose and an exit status."""

import shlex
from collections.abc import Sequence
from signal import SIGHUP
from typing import TYPE_CHECKING, Annotated

import typer

from llmhost import __version__
from llmhost.cli.invocation import Invocation
from llmhost.cli.signals import Ending, heard
from llmhost.cli.verbs import Verbs
from llmhost.errors import ExitStatus, LlmhostError, UsageError

if TYPE_CHECKING:
    from llmhost.transport.base import Address, Transport

app = typer.Typer(
    name="llmhost",
    cls=Verbs,
    rich_markup_mode=None,  # rich takes longer to import than the command to run
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="llmhost COMMAND --help says more, with examples.",
)


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"llmhost {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def llmhost(
    ctx: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001  its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """From nothing to a GPU host that serves a verified, OpenAI-compatible endpoint, and back."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def run(
    args: Sequence[str],
    invocation: Invocation | None = None,
    *,
    connections: "dict[Address, Transport] | None" = None,
) -> int:
    """Runs one command line.

    Args:
        args: What was typed after `llmhost`.
        invocation: Streams and seams; tests bring their own.
        connections: What is on its way to hosts already.

    Returns:
        The exit status, one of `ExitStatus`.
    """
    invocation = invocation or Invocation(typed=shlex.join(["llmhost", *args]))
    invocation.connections.update(connections or {})
    with heard() as ending:
        try:
            return _ended(args, invocation, ending)
        except OSError:
            if ending.by != SIGHUP:
                raise
            return int(ExitStatus.HUNG_UP)  # with the terminal went whoever could read more


def _ended(args: Sequence[str], invocation: Invocation, ending: Ending) -> int:
    try:
        status = typer.main.get_command(app).main(
            list(args), prog_name="llmhost", standalone_mode=False, obj=invocation
        )
    except typer.TyperException as refused:
        return invocation.fail(_misuse(refused))
    except LlmhostError as error:
        return invocation.fail(error)
    finally:
        invocation.quieten()
    if status == ExitStatus.INTERRUPTED:
        return invocation.interrupted(ending.by)
    return int(status or ExitStatus.OK)


def _misuse(refused: typer.TyperException) -> UsageError:
    message = refused.format_message().rstrip(".")
    command = getattr(getattr(refused, "ctx", None), "command_path", "llmhost")
    return UsageError(message[:1].lower() + message[1:], hint=f"{command} --help")
