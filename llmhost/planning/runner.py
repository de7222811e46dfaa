"""The ordered list of what a CI runner needs, applied once the provider has answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmhost.facts.files import File as FileFact
from llmhost.facts.runner import RunnerLog
from llmhost.facts.services import Unit, UnitState
from llmhost.facts.system import OsRelease
from llmhost.planning.plan import Change
from llmhost.runners.base import Registered, Software
from llmhost.secret import Secret
from llmhost.spec.assets import asset_roots
from llmhost.spec.deployment import Deployment
from llmhost.spec.runner import Runner, all_labels
from llmhost.steps import runner as places
from llmhost.steps.base import Step
from llmhost.steps.files import File, UnitFile
from llmhost.steps.runner import RunnerProgram, RunnerService
from llmhost.steps.system import Account
from llmhost.templating import templates

# Waiting for the job and the job: what GitHub allows a job on its own runners (2026-11-20).
LONGEST_SECONDS = 6 * 3600
MACHINE_ID = FileFact("/etc/machine-id")
# What each forge's program is made of, and what it is told besides its credential. GitHub's keys:
# actions/runner at 258d6c8, Constants.cs and run.sh, 2026-08-17.
_PROGRAMS = {
    "github": ("run.sh", "bin/installdependencies.sh"),
    "gitlab": ("gitlab-runner", ""),
}
_ENVIRONMENT = {
    "github": (
        "ACTIONS_RUNNER_HOOK_JOB_STARTED={directory}/job-started.sh",
        # Otherwise run.sh ends with 0 whatever happened, and does not hand on signals.
        "ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE=1",
        "RUNNER_MANUALLY_TRAP_SIG=1",
    ),
    "gitlab": (),
}
# What a runner leaves in its folder: credentials that are spent, and what jobs made.
_LEFTOVERS = (".credentials", ".credentials_rsaparams", ".runner", "_work", "home")


@dataclass(frozen=True, slots=True)
class Post:
    """A runner as it is to be, on a host that is known.

    Attributes:
        deployment: The deployment it works beside.
        runner: Where jobs come from.
        name: What it is called there.
        server: Where it connects to, where its credential does not say so.
    """

    deployment: Deployment
    runner: Runner
    name: str
    server: str = ""

    @property
    def unit(self) -> str:
        """Its unit."""
        return places.unit_of(self.deployment.name)

    @property
    def labels(self) -> tuple[str, ...]:
        """All of its labels."""
        of = self.deployment
        return all_labels(self.runner, of.name, of.profile.name, gpus=of.gpus > 0)

    @property
    def description(self) -> str:
        """What its unit says of itself: who it is, and where."""
        return f"{self.name} at {self.runner}"

    def stands(self, unit: UnitState, there: Registered | None) -> bool:
        """Whether it is at work already, and registered as it should be."""
        if there is None or not unit.running or unit.description != self.description:
            return False
        has = {label.lower() for label in there.labels}
        return (there.online or there.busy) and {label.lower() for label in self.labels} <= has


def registered_at(unit: UnitState) -> tuple[str, str]:
    """Name and place of the runner a unit was made for; empty where it is none of ours."""
    name, at, place = unit.description.partition(" at ")
    return (name, place) if at and unit.loaded else ("", "")


def questions(name: str) -> tuple[Unit, FileFact, OsRelease, FileFact, RunnerLog]:
    """What has to be known of a host before its runner can be judged."""
    unit = places.unit_of(name)
    return Unit(unit), MACHINE_ID, OsRelease(), FileFact(places.mark_of(name)), RunnerLog(unit)


def steps(post: Post, software: Software, credential: Secret, *, anew: bool) -> tuple[Step, ...]:
    """Every step of a runner in order, the unit last."""
    start, prepare = _PROGRAMS[post.runner.forge]
    name, token = post.deployment.name, software.token
    return (
        Account(places.USER, places.HOME),
        RunnerProgram(software.version, software.url, software.sha256, token, start, prepare),
        *_files(post),
        RunnerService(name, software.version, credential, anew),
    )


def creations(deployment: Deployment) -> tuple[Change, ...]:
    """What there is to do about the runner on a machine that does not exist yet."""
    if deployment.runner is None:
        return ()
    title = title_of(deployment.name, deployment.runner)
    return (Change(title, "create", reason="new machine"),)


def title_of(name: str, runner: Runner) -> str:
    """What a plan calls all that a runner needs."""
    return f"runner {name} at {runner}"


def _files(post: Post) -> Sequence[Step]:
    available = templates(asset_roots())
    sets = ("_runner", f"_runner_{post.runner.forge}")
    variables = _variables(post)
    made: list[Step] = []
    for path, template in sorted(available.paths(sets, post.deployment.name).items()):
        text = available.text(template, variables)
        unit = path.endswith(".service")
        made.append(UnitFile(path, text, post.unit) if unit else File(path, text, 0o755))
    return made


def _variables(post: Post) -> dict[str, object]:
    name = post.deployment.name
    root = f"{places.ROOTS}/{name}"
    return {
        "deployment": post.deployment,
        "registered_as": post.name,
        "runner": str(post.runner),
        "server": post.server,
        "program": _PROGRAMS[post.runner.forge][0],
        "user": places.USER,
        "root": root,
        "credential": places.credential_of(name),
        "marks": places.mark_of(name).split("/")[2],
        "leftovers": [f"{root}/{one}" for one in _LEFTOVERS],
        "environment": [
            line.format(directory=post.deployment.directory)
            for line in _ENVIRONMENT[post.runner.forge]
        ],
        "longest_seconds": LONGEST_SECONDS,
    }
