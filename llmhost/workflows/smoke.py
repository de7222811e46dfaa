"""`smoke`: real questions to an API, and what was answered judged check by check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from llmhost.endpoint.endpoint import Endpoint
from llmhost.events import Notice, Progress, Reporter
from llmhost.smoke.judging import judged
from llmhost.smoke.subject import Subject, reason_to_skip, request_of
from llmhost.spec.catalog import Catalog
from llmhost.spec.checks import Check, CheckFile
from llmhost.spec.deployment import Deployment
from llmhost.spec.document import read_document
from llmhost.workflows.endpoint import (
    UnaskedError,
    asked_model,
    endpoint_of,
    url_endpoint,
    warm_up,
)
from llmhost.workflows.place import Found, Place
from llmhost.workflows.proof import Checked, Smoked
from llmhost.workflows.recorded import opened
from llmhost.workflows.results import Status
from llmhost.workflows.session import Session
from llmhost.workflows.status import status_on


def smoke(session: Session, place: Place | None, name: str, files: Sequence[Path] = ()) -> Smoked:
    """Looks at a deployment, and asks it what clients would ask.

    Raises:
        LlmhostError: There is none of that name, its host cannot be looked at, or a file of checks
            is wrong.
    """
    suites = suites_of(session, files)
    with opened(session, place, name) as (found, deployment):
        return smoke_on(session, found, deployment, suites)


def smoke_on(
    session: Session, found: Found, deployment: Deployment, suites: Mapping[str, CheckFile]
) -> Smoked:
    """Asks a deployment on a host that one is connected to."""
    status = status_on(session, found, deployment)
    if status.health != "serving":
        return _told(status)
    endpoint = endpoint_of(found.transport, deployment)
    subject = subject_of(deployment, endpoint, found.simulated)
    return _told(status, tuple(ask(session.report, endpoint, subject, suites)))


def smoke_url(
    session: Session, url: str, model: str = "", provider: str = "", files: Sequence[Path] = ()
) -> Smoked:
    """Asks an API that is reached from here.

    Args:
        session: The effects there are; the key is taken from its environment.
        url: Base of the API, such as `http://127.0.0.1:8000/v1`.
        model: The model to ask for; else the first that it lists.
        provider: Whose capabilities are to be expected; else what is not there is skipped.
        files: Further files of checks.

    Returns:
        What came of it; of one that cannot be asked, the check that would have been answered first.

    Raises:
        LlmhostError: It is no URL, or a file of checks is wrong.
    """
    suites, first = suites_of(session, files), "models"
    endpoint = url_endpoint(session, url)
    subject = Subject(model, key=bool(endpoint.key.value))
    if provider:
        profile = Catalog.default(session.environ).profile(provider)
        known = frozenset(profile.capabilities)
        subject = replace(subject, provider=profile.title, capabilities=known)
    status = Status(url, provider, model, endpoint.url, "", "serving", "", ())
    try:
        model = asked_model(endpoint, model)
        first = "chat"
        warm_up(session, endpoint, model)
    except UnaskedError as error:
        return _unasked(session, replace(status, model=model), first, error)
    subject, status = replace(subject, model=model), replace(status, model=model)
    return _told(status, tuple(ask(session.report, endpoint, subject, suites)))


def suites_of(session: Session, files: Sequence[Path]) -> Mapping[str, CheckFile]:
    """The checks that are always asked, then those in further files, by the names of files.

    Raises:
        ProfileError: A file is wrong; file, line and key are named.
    """
    own = {str(path): read_document(path, CheckFile) for path in files}
    return {**Catalog.default(session.environ).checks(), **own}


def subject_of(deployment: Deployment, endpoint: Endpoint, simulated: str) -> Subject:
    """A deployment as checks see it."""
    profile = deployment.profile
    return Subject(
        model=deployment.model.id,
        provider=profile.title,
        capabilities=frozenset(profile.capabilities),
        key=bool(endpoint.key.value),
        simulated=simulated,
    )


def ask(
    report: Reporter, endpoint: Endpoint, subject: Subject, suites: Mapping[str, CheckFile]
) -> Iterator[Checked]:
    """Asks one question after the other."""
    for suite, file in suites.items():
        for check in file.checks:
            report(Progress("smoke", text=check.name))
            yield _asked(endpoint, subject, suite, check)


def _asked(endpoint: Endpoint, subject: Subject, suite: str, check: Check) -> Checked:
    if reason := reason_to_skip(check, subject):
        return Checked(suite, check.name, "skipped", reason)
    exchange = endpoint.ask(request_of(check, subject), seconds=check.expect.seconds)
    seen = judged(check, subject, exchange)
    return Checked(suite, seen.name, seen.outcome, seen.seen, round(exchange.seconds, 3))


def _unasked(session: Session, status: Status, first: str, error: UnaskedError) -> Smoked:
    why = f"{error.message}: {error.why}"
    session.report(Notice(error.hint, warning=True))
    told = _told(status, (Checked("openai", first, "failed", why),))
    return replace(told, health="unknown", why=why)


def _told(status: Status, asked: tuple[Checked, ...] = ()) -> Smoked:
    observed = tuple(Checked("observed", one.name, one.outcome, one.seen) for one in status.checks)
    wrong = next((check for check in asked if check.outcome == "failed"), None)
    good = sum(check.outcome == "ok" for check in asked)
    return Smoked(
        name=status.name,
        provider=status.provider,
        model=status.model,
        endpoint=status.endpoint,
        host=status.host,
        health="failing" if wrong else status.health,
        why=f"{wrong.name}: {wrong.seen}"
        if wrong
        else (f"{good} checks passed" if asked else status.why),
        checks=observed + asked,
        simulated=status.simulated,
    )
