"""The flags of `up` that say what a deployment has to show before it counts as up."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from llmhost.cli.invocation import Invocation
    from llmhost.workflows.proof import Gated, Smoked
    from llmhost.workflows.proving import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFlags:
    """What has to be shown; a deployment that does not show it fails and goes on running."""

    smoke: Annotated[
        bool, typer.Option("--smoke", help="ask it real questions, and fail when an answer is bad")
    ] = False
    gate: Annotated[
        bool, typer.Option("--gate", help="put a load on it, and fail when a limit is broken")
    ] = False
    gate_file: Annotated[
        Path | None,
        typer.Option("--gate-file", metavar="FILE", help="what --gate goes by; implies it"),
    ] = None

    def proof(self, invocation: "Invocation") -> "Proof | None":
        """What has to be shown; None where nothing does.

        Raises:
            ProfileError: A file is wrong; file, line and key are named.
        """
        if not (self.smoke or self.gate or self.gate_file):
            return None
        from llmhost.spec.catalog import Catalog
        from llmhost.spec.document import read_document
        from llmhost.spec.gatefile import GateFile
        from llmhost.workflows.proving import Proof

        def shows(result: "Smoked | Gated") -> None:
            from llmhost.ui.gate import gated
            from llmhost.ui.smoke import smoked
            from llmhost.workflows.proof import Smoked

            lines = smoked(result) if isinstance(result, Smoked) else gated(result)
            invocation.say(lines)

        suites = Catalog.default(invocation.terminal.environ).checks() if self.smoke else {}
        gate = GateFile() if self.gate else None
        if self.gate_file:
            gate = read_document(self.gate_file, GateFile)
        return Proof(shows, suites, gate)
