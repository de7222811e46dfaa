"""`gate`: a load on a deployment, or on any API, and limits that must hold under it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import Shown, Somewhere
from llmhost.cli.target import NameOrUrl, TargetFlags
from llmhost.errors import ExitStatus

if TYPE_CHECKING:
    from llmhost.spec.gatefile import GateFile
    from llmhost.workflows.proof import Gated

_STATUSES = {
    "pass": ExitStatus.OK,
    "fail": ExitStatus.FAILED,
    "not enough data": ExitStatus.NOT_ENOUGH_DATA,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFlags:
    """What load is made, and by whom."""

    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="load and limits as YAML: llmhost schema gate"
        ),
    ] = None
    requests: Annotated[
        int | None, typer.Option(metavar="N", help="how many requests [default: 300]")
    ] = None
    concurrency: Annotated[
        int | None, typer.Option(metavar="N", help="how many at a time [default: 8]")
    ] = None
    tool: Annotated[
        Literal["llmhost", "guidellm"],
        typer.Option("--with", help="who makes the load; guidellm has to be installed"),
    ] = "llmhost"


def gate(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    name: NameOrUrl = None,
    *,
    where: Somewhere,
    target: TargetFlags,
    flags: GateFlags,
    shown: Shown,
) -> None:
    """Put a load on a deployment, and say whether its limits hold.

    Measures errors, latency, time to first token and tokens per second. Without a file: fewer
    than 1 % of requests fail, and 95 of 100 end within 10 seconds, both with 95 % confidence. The
    exit status is 1 when a limit is broken, 4 when it takes more requests to be sure, and 5 when
    the API could not be asked.

    Examples:
        llmhost gate vllm --cloud sandbox
        llmhost gate vllm -f gate.yaml -o json
        llmhost gate --url http://127.0.0.1:8000/v1 --requests 1000 --concurrency 32
    """
    from llmhost.ui.gate import gated as view

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    done = _gated(invocation, target.of(name), where, target, flags)
    invocation.deliver(done, view(done, width=invocation.terminal.width))
    raise typer.Exit(_STATUSES[done.verdict])


def wanted(flags: GateFlags) -> "GateFile":
    """The file with the flags laid over it.

    Raises:
        UsageError: A flag is out of bounds, or (ProfileError) the file is wrong.
    """
    from pydantic import ValidationError

    from llmhost.errors import UsageError
    from llmhost.spec.document import read_document
    from llmhost.spec.gatefile import GateFile

    file = read_document(flags.file, GateFile) if flags.file else GateFile()
    said = {"requests": flags.requests, "concurrency": flags.concurrency}
    update = {key: value for key, value in said.items() if value is not None}
    try:
        return GateFile.model_validate({**file.model_dump(), **update})
    except ValidationError as error:
        (wrong, *_) = error.errors()
        flag, bound = wrong["loc"][0], wrong["msg"].removeprefix("Input should be ")
        raise UsageError(f"--{flag} takes a number {bound}, not {wrong['input']}") from error


def _gated(
    invocation: Invocation, name: str, where: Somewhere, target: TargetFlags, flags: GateFlags
) -> "Gated":
    from llmhost.cli.places import one
    from llmhost.cli.wiring import session
    from llmhost.workflows import gate as workflow

    file, guidellm = wanted(flags), flags.tool == "guidellm"
    with_story = session(invocation, trust_host_key=where.trust_host_key)
    if target.url:
        model = target.model or ""
        return workflow.gate_url(with_story, target.url, model, file, guidellm=guidellm)
    place = one(where, invocation.terminal.environ)
    return workflow.gate(with_story, place, name, file, guidellm=guidellm)
