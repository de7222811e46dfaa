"""Looks at a host for a deployment: all facts in one exec, files for that host, the changes."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from llmhost.errors import UsageError
from llmhost.facts.files import File as FileFact
from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.services import Apply, Applying
from llmhost.facts.weights import Weights
from llmhost.planning import host, preflight
from llmhost.planning.plan import Change
from llmhost.planning.site import QUESTIONS, site
from llmhost.probes.observation import Observation, Serving, definitions
from llmhost.render import RECORD
from llmhost.secret import Kept, Secret
from llmhost.spec.deployment import Deployment, Site
from llmhost.spec.record import runner_in, secrets_in
from llmhost.steps.base import Step
from llmhost.steps.files import File
from llmhost.steps.service import Service
from llmhost.transport.base import Transport
from llmhost.workflows.wanted import Wanted

if TYPE_CHECKING:
    from llmhost.facts.base import AnyFact, FactReader


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        deployment: The deployment, rendered for this host.
        steps: Its steps.
        changes: What each step would do.
        facts: Everything the host answered.
    """

    deployment: Deployment
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    facts: Facts

    @property
    def applying(self) -> Apply | None:
        """An apply that is under way on the host."""
        return self.facts(Applying())

    @property
    def observation(self) -> Observation:
        """How the service was."""
        return self.facts(Serving(self.deployment.name))

    @property
    def new(self) -> bool:
        """Whether the host does not carry this very deployment yet: its record is to be written."""
        record = f"{self.deployment.directory}/{RECORD}"
        return any(isinstance(step, File) and step.path == record for step, _ in self.pending)

    @property
    def pending(self) -> tuple[tuple[Step, Change], ...]:
        """What would really change, each with its step."""
        pairs = zip(self.steps, self.changes, strict=True)
        return tuple((step, change) for step, change in pairs if change.action != "none")

    @property
    def weights_gb(self) -> float:
        """Size of the weights on the host in GB; 0 where the provider fetches them itself."""
        model = self.deployment.model
        if model.source != "hub":
            return 0.0
        state = self.facts(Weights(model.directory))
        return state.size / 10**9 if state else 0.0


def _as_there(step: Step, read: "FactReader") -> Step:
    """The step, with contents that hold secrets as they lie on the host."""

    def kept(path: str) -> Kept:
        there = read(FileFact(path, secret=True))
        return Kept(there.content if there else "")

    match step:
        case File(path, Secret()):
            return replace(step, content=kept(path))
        case Service(_, inputs):
            pairs = ((path, kept(path) if isinstance(it, Secret) else it) for path, it in inputs)
            return replace(step, inputs=tuple(pairs))
        case _:
            return step


def inquiry(wanted: Wanted, *more: "AnyFact") -> Inquiry:
    """Everything there is to ask about a deployment, and `more`.

    Files are named before the host is known; what they should hold is settled by the answers.
    """
    deployment = wanted.deployment
    facts: list[AnyFact] = [*QUESTIONS, *preflight.QUESTIONS, Applying(), *more]
    for step in wanted.at(deployment.site)[1]:
        facts += step.facts()
    facts.append(Serving(deployment.name))
    return Inquiry(tuple(facts), definitions(deployment))


def look(transport: Transport, wanted: Wanted, *more: "AnyFact") -> Look:
    """Asks the host everything, and `more`, in one exec, and compares.

    Raises:
        HostError: The host cannot be reached, or cannot carry the deployment.
        UsageError: It runs with a secret that is not known here.
    """
    asked = inquiry(wanted, *more)
    return judged(transport, wanted, asked.read(transport, transport.run(asked.script)))


def judged(transport: Transport, wanted: Wanted, facts: Facts) -> Look:
    """Compares what a host answered with what is wanted."""
    if not wanted.standing:
        preflight.refuse_misfit(transport.name, wanted.deployment, facts, wanted.known)
    deployment, steps = wanted.at(_site(wanted, facts))
    if wanted.lost:
        steps = tuple(_as_there(step, facts) for step in steps)
    missing = tuple(fact for step in steps for fact in step.facts() if fact not in facts)
    if missing:
        # The host decides on something that was not asked, such as another image for its driver.
        more = Inquiry(missing)
        facts = facts.merged(more.read(transport, transport.run(more.script)))
    seen = Look(deployment, steps, host.changes(steps, facts), facts)
    if not wanted.standing:
        preflight.refuse_full_disk(transport.name, [step for step, _ in seen.pending], facts)
        refuse_lost_secrets(transport.name, wanted, facts)
        refuse_lost_runner(transport.name, wanted, facts)
    return seen


def _site(wanted: Wanted, facts: Facts) -> Site:
    there = site(facts, wanted.deployment, wanted.known)
    if wanted.standing and not there.driver:
        # A driver that is gone is for the checks to tell; the files were rendered with one.
        return replace(there, driver=Site().driver)
    return there


def refuse_lost_secrets(host_name: str, wanted: Wanted, facts: Facts) -> None:
    """Refuses to take a secret away from a service only because it is not known here."""
    deployment = wanted.deployment
    record = facts(FileFact(f"{deployment.directory}/{RECORD}"))
    given = secrets_in(record.content) if record else ()
    lost = [name for name in given if name not in (*deployment.secrets, *wanted.dropped)]
    if lost:
        raise UsageError(
            f"`{deployment.name}` on {host_name} runs with {lost[0]}, which is not set here",
            why="without it the service would go on with that secret taken away",
            hint=f"export {lost[0]}=..., or take it away: --drop-secret {lost[0]}",
        )


def refuse_lost_runner(host_name: str, wanted: Wanted, facts: Facts) -> None:
    """Refuses to forget a CI runner only because it is not named this time."""
    deployment = wanted.deployment
    record = facts(FileFact(f"{deployment.directory}/{RECORD}"))
    there = runner_in(record.content) if record else ""
    if there and deployment.runner is None and not wanted.no_runner:
        raise UsageError(
            f"`{deployment.name}` on {host_name} has a runner at {there}, which is not named now",
            why="without it the deployment would go on, and the runner be forgotten",
            hint=f"say --runner {there}, or take it away: --no-runner",
        )
