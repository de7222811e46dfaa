"""`gate`: a load on an API, measured, and judged by limits."""

import secrets
from dataclasses import dataclass

from llmhost.endpoint.endpoint import Endpoint
from llmhost.endpoint.exchange import Exchange
from llmhost.errors import ServingError
from llmhost.events import Notice, Progress
from llmhost.gate import judge as judging
from llmhost.gate.measures import measures
from llmhost.gate.sample import Sample, requests, sample_of
from llmhost.gate.verdict import hopeless, judge, overall
from llmhost.spec.deployment import Deployment
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.endpoint import asked_model, endpoint_of, url_endpoint, warm_up
from llmhost.workflows.guidellm import benchmarked
from llmhost.workflows.judging import judge_of, score
from llmhost.workflows.load import load
from llmhost.workflows.place import Found, Place
from llmhost.workflows.proof import Gated
from llmhost.workflows.recorded import opened
from llmhost.workflows.session import Session
from llmhost.workflows.status import status_on


@dataclass(frozen=True, slots=True)
class Gate:
    """What is gated, and how it is reached."""

    name: str
    model: str
    endpoint: Endpoint
    host: str = ""
    simulated: str = ""


def gate(
    session: Session, place: Place | None, name: str, file: GateFile, *, guidellm: bool = False
) -> Gated:
    """Puts a load on a deployment, and judges what is measured.

    Raises:
        LlmhostError: There is none of that name, it does not serve, or its host is out of reach.
    """
    with opened(session, place, name) as (found, deployment):
        status = status_on(session, found, deployment)
        if status.health != "serving":
            raise ServingError(
                f"{name} on {status.host} does not serve, so there is nothing to measure",
                why=status.why,
                hint=f"`llmhost status {name}` says more",
            )
        return gate_on(session, found, deployment, file, guidellm=guidellm)


def gate_on(
    session: Session,
    found: Found,
    deployment: Deployment,
    file: GateFile,
    *,
    guidellm: bool = False,
) -> Gated:
    """Puts a load on a deployment that serves, on a host that one is connected to."""
    endpoint = endpoint_of(found.transport, deployment)
    model, host = deployment.model.id, found.transport.name
    of = Gate(deployment.name, model, endpoint, host, found.simulated)
    return gated(session, of, file, guidellm=guidellm)


def gate_url(
    session: Session, url: str, model: str, file: GateFile, *, guidellm: bool = False
) -> Gated:
    """Puts a load on an API that is reached from here.

    Raises:
        UnaskedError: It cannot be asked at all.
    """
    endpoint = url_endpoint(session, url)
    of = Gate(url, asked_model(endpoint, model), endpoint)
    return gated(session, of, file, guidellm=guidellm)


def gated(session: Session, of: Gate, file: GateFile, *, guidellm: bool) -> Gated:
    """The load, the measures, the verdict."""
    judge_at = judge_of(session, file.judge) if file.judge else None
    warm_up(session, of.endpoint, of.model)
    if guidellm:
        samples, seconds = benchmarked(session, of.endpoint, of.model, file)
    else:
        samples, seconds = _loaded(session, of, file)
    measured = measures(samples, seconds)
    limits = tuple(judge(samples, measured, file))
    cases: tuple[judging.Scored, ...] = ()
    if file.judge and judge_at:
        cases = tuple(score(session, of.endpoint, of.model, judge_at, file.judge))
        limits = (*limits, judging.judged(cases, file.judge))
    return Gated(
        name=of.name,
        model=of.model,
        endpoint=of.endpoint.url,
        host=of.host,
        verdict=overall(limits),
        judged=limits,
        measures=measured,
        tool="guidellm" if guidellm else "llmhost",
        concurrency=file.concurrency,
        confidence=file.confidence,
        cases=cases,
        simulated=of.simulated,
    )


def _loaded(session: Session, of: Gate, file: GateFile) -> tuple[list[Sample], float]:
    samples: list[Sample] = []

    def hear(exchange: Exchange) -> bool:
        samples.append(sample_of(exchange))
        failed = sum(bool(sample.error) for sample in samples)
        done = f"{len(samples)} of {file.requests} requests"
        session.report(Progress("gate", text=f"{done}, {failed} failed" if failed else done))
        return not hopeless(failed, len(samples), file)

    seed = secrets.token_hex(4)
    asked = requests(of.model, file, seed)
    seconds = load(of.endpoint, asked, file.concurrency, file.seconds, hear)
    if len(samples) < file.requests:
        session.report(Notice(f"ended after {len(samples)} requests: too many of them failed"))
    return samples, seconds
