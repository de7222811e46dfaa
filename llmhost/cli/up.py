"""`up` and `plan`: the same flags, and `plan` stops before anything is touched."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.oneplace import foreseen, raised
from llmhost.cli.options import Asked, ForceFlag, Shown, Where
from llmhost.cli.proofflags import ProofFlags
from llmhost.cli.runnerflags import RunnerFlags
from llmhost.cli.termflags import TermFlags
from llmhost.errors import ExitStatus

if TYPE_CHECKING:
    from llmhost.cli.asking import Wish
    from llmhost.workflows.place import Place


def up(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    asked: Asked,
    where: Where,
    terms: TermFlags,
    shown: Shown,
    *,
    runner: RunnerFlags,
    proof: ProofFlags,
    force: ForceFlag = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
) -> None:
    """Bring a model up on a host until it answers.

    Makes the machine, sets up the host, fetches image and weights, starts the provider and
    waits for a real completion. What is there already is left as it is, so that a second up
    changes nothing and an interrupted one goes on. The endpoint goes to stdout.

    Examples:
        llmhost up vllm --gpus 2
        llmhost up ollama --model qwen2.5:7b --cloud sandbox --yes
        llmhost up llamacpp --gpus 0 --host debian@192.0.2.7
        llmhost up ollama --runner github:OWNER/REPO --yes
        llmhost up vllm --smoke --gate --cloud sandbox
    """
    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    wanted, places = _wanted(invocation, asked, where, terms, runner=runner, force=force)
    asked_proof = proof.proof(invocation)
    if len(places) > 1:
        from llmhost.cli.uphosts import up_everywhere

        raise typer.Exit(up_everywhere(invocation, wanted, places, yes=yes, proof=asked_proof))
    served = raised(invocation, wanted, places[0], yes=yes, proof=asked_proof)
    from llmhost.ui.paint import line
    from llmhost.ui.served import served as view

    invocation.say(view(served))
    invocation.deliver(served, [line(served.endpoint)])


def plan(  # noqa: PLR0913  flags are parameters
    ctx: typer.Context,
    asked: Asked,
    where: Where,
    terms: TermFlags,
    shown: Shown,
    *,
    runner: RunnerFlags,
    force: ForceFlag = False,
    check: Annotated[
        bool, typer.Option("--check", help="exit with status 3 when something would change")
    ] = False,
) -> None:
    """Show what up would change, and touch nothing.

    Examples:
        llmhost plan vllm --gpus 2
        llmhost plan -f deployment.yaml --check
        llmhost plan vllm --host root@192.0.2.7 --host root@192.0.2.8 -o json
    """
    from llmhost.cli.sidebyside import each
    from llmhost.ui.plan import planned as view

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    wanted, places = _wanted(invocation, asked, where, terms, runner=runner, force=force)
    work = partial(foreseen, invocation, wanted, several=len(places) > 1)
    planned, status = each(invocation, places, work, view)
    if status == ExitStatus.OK and check and any(one.changes for one in planned):
        status = ExitStatus.CHANGES_PENDING
    raise typer.Exit(status)


def _wanted(  # noqa: PLR0913  every group of flags
    invocation: Invocation,
    asked: Asked,
    where: Where,
    terms: TermFlags,
    *,
    runner: RunnerFlags,
    force: bool,
) -> "tuple[Wish, tuple[Place, ...]]":
    from llmhost.cli.asking import wish
    from llmhost.cli.places import settled

    environ = invocation.terminal.environ
    wanted = wish(environ, asked, where, terms, runner, force=force)
    return wanted, settled(wanted.where, environ)
