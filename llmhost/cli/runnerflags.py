"""The flags that ask for a CI runner beside the provider."""

from dataclasses import dataclass
from typing import Annotated

import typer

from llmhost.errors import UsageError
from llmhost.spec.runner import Runner, read_runner

RunnerFlag = Annotated[
    str | None,
    typer.Option(
        "--runner",
        metavar="PLACE",
        help="the place its CI runner is registered at, also where no host tells any more",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerFlags:
    """Which runner; whatever is not said comes from the file, then there is none."""

    runner: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="a CI runner beside it: github:OWNER/REPO, github:ORG, gitlab:GROUP/PROJECT",
        ),
    ] = None
    runner_group: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="runner group of the organisation [default: its own]"),
    ] = None
    labels: Annotated[
        str | None, typer.Option(metavar="A,B", help="further labels of the runner")
    ] = None
    public_repository: Annotated[
        bool,
        typer.Option("--public-repository", help="take jobs of a public repository, at your risk"),
    ] = False
    no_runner: Annotated[
        bool, typer.Option("--no-runner", help="take the runner away from a deployment")
    ] = False

    def over(self, below: Runner | None) -> Runner | None:
        """These flags laid over what a file says.

        Raises:
            UsageError: A flag says what cannot be.
        """
        if self.no_runner:
            if self.runner:
                raise UsageError("--runner and --no-runner cannot both be said")
            return None
        place = self.runner or (str(below) if below else "")
        if not place:
            if self.runner_group or self.labels or self.public_repository:
                raise UsageError(
                    "--runner-group, --labels and --public-repository go with --runner",
                    hint="add --runner github:OWNER/REPO",
                )
            return None
        same = below if below and str(below) == place else None
        labels = _listed(self.labels) or (below.labels if below else ())
        group = self.runner_group or (same.group if same else "")
        public = self.public_repository or bool(same and same.public)
        return read_runner(place, group, labels, public=public)


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(label.strip() for label in (text or "").split(",") if label.strip())
