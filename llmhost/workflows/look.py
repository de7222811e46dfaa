"""Looks at a host for a deployment: all facts in one exec, files for that host, the changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.services import Apply, Applying
from llmhost.facts.weights import Weights
from llmhost.planning import host, preflight
from llmhost.planning.plan import Change
from llmhost.planning.site import QUESTIONS, site
from llmhost.probes.observation import Observation, Serving, definitions
from llmhost.render import render
from llmhost.secret import Secret
from llmhost.spec.deployment import Deployment
from llmhost.steps.base import Step
from llmhost.transport.base import Transport

if TYPE_CHECKING:
    from llmhost.facts.base import AnyFact


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment with the secrets that belong to it.

    Attributes:
        deployment: What is wanted.
        secrets: Secrets of the service by name.
        hub_token: The user's token for the model hub; empty without one.
    """

    deployment: Deployment
    secrets: Mapping[str, str]
    hub_token: Secret

    def steps(self, deployment: Deployment) -> tuple[Step, ...]:
        """The steps, with files rendered for the site the deployment is at."""
        return host.steps(deployment, render(deployment, self.secrets), self.hub_token)


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
    def weights_gb(self) -> float:
        """Size of the weights on the host in GB; 0 where the provider fetches them itself."""
        model = self.deployment.model
        if model.source != "hub":
            return 0.0
        state = self.facts(Weights(model.directory))
        return state.size / 10**9 if state else 0.0


def inquiry(wanted: Wanted) -> Inquiry:
    """Everything there is to ask about a deployment.

    Files are named before the host is known; what they should hold is settled by the answers.
    """
    deployment = wanted.deployment
    facts: list[AnyFact] = [*QUESTIONS, *preflight.questions(deployment), Applying()]
    for step in wanted.steps(deployment):
        facts += step.facts()
    facts.append(Serving(deployment.name))
    return Inquiry(tuple(facts), definitions(deployment))


def look(transport: Transport, wanted: Wanted) -> Look:
    """Asks the host everything in one exec, and compares.

    Raises:
        HostError: The host cannot be reached, or cannot carry the deployment.
    """
    asked = inquiry(wanted)
    return judged(transport, wanted, asked.read(transport, transport.run(asked.script)))


def judged(transport: Transport, wanted: Wanted, facts: Facts) -> Look:
    """Compares what a host answered with what is wanted."""
    preflight.refuse_misfit(transport.name, wanted.deployment, facts)
    deployment = wanted.deployment.at(site(facts, wanted.deployment.gpus))
    steps = wanted.steps(deployment)
    missing = tuple(fact for step in steps for fact in step.facts() if fact not in facts)
    if missing:
        # The host decides on something that was not asked, such as another image for its driver.
        more = Inquiry(missing)
        facts = facts.merged(more.read(transport, transport.run(more.script)))
    return Look(deployment, steps, host.changes(steps, facts), facts)
