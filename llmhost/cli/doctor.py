"""`doctor`: what a machine needs before it is made."""

import typer

from llmhost.cli.invocation import Invocation
from llmhost.cli.options import CloudFlags, Shown
from llmhost.errors import ExitStatus


def doctor(ctx: typer.Context, *, where: CloudFlags, shown: Shown) -> None:
    """Look at what a machine needs before it is made.

    Credentials, project, network, image, quotas; each finding has its remedy.

    Examples:
        llmhost doctor
        llmhost doctor --cloud gcp --project my-project
    """
    from llmhost.cli.documents import Diagnosis
    from llmhost.cli.places import clouds
    from llmhost.cli.wiring import session
    from llmhost.ui.order import examined as view
    from llmhost.workflows.doctor import doctor as workflow

    invocation = Invocation.of(ctx, shown.output, events=shown.events)
    found = workflow(session(invocation), clouds(where))
    invocation.deliver(Diagnosis(found), [part for cloud in found for part in view(cloud)])
    if any(finding.outcome == "failed" for cloud in found for finding in cloud.findings):
        raise typer.Exit(ExitStatus.FAILED)
