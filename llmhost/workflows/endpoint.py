"""The way to an API: of a deployment through the connection to its host, or of a URL from here."""

from llmhost.endpoint.endpoint import Endpoint, at_url, on_host
from llmhost.endpoint.exchange import Request
from llmhost.errors import ExitStatus, ServingError
from llmhost.events import Progress
from llmhost.host import script
from llmhost.probes.observation import definitions
from llmhost.secret import Secret
from llmhost.smoke.reading import models
from llmhost.spec.deployment import Deployment
from llmhost.transport.base import Transport
from llmhost.workflows.session import Session

URL_KEY = "OPENAI_API_KEY"  # where clients of OpenAI's API look for a key
_LISTING_SECONDS = 30.0  # our own
_LOADING_SECONDS = 300.0  # a model that is loaded by its first request; our own


def endpoint_of(transport: Transport, deployment: Deployment) -> Endpoint:
    """The API of a deployment. It listens on 127.0.0.1 of its host and nowhere else.

    The key is read where it lies, since it may not be known here; it is held in memory alone.
    """
    return on_host(transport, deployment.endpoint, _key(transport, deployment))


def url_endpoint(session: Session, url: str) -> Endpoint:
    """An API that is reached from here; its key is taken from the environment.

    Raises:
        UsageError: It is not a URL of HTTP.
    """
    return at_url(url, Secret(session.environ.get(URL_KEY, "")))


class UnaskedError(ServingError):
    """An API could not be asked, so that nothing can be said of it, good or bad."""

    exit_status = ExitStatus.UNASKED


def asked_model(endpoint: Endpoint, model: str) -> str:
    """The model to ask for: the one that is said, or the first that an API lists.

    Raises:
        UnaskedError: Nobody answers there, or no model is said and it lists none.
    """
    answer = endpoint.ask(Request("/models"), seconds=_LISTING_SECONDS)
    said = answer.failure or f"answered {answer.status}"
    if not answer.status:
        raise UnaskedError(
            f"{endpoint.url} cannot be asked", why=said, hint="check the URL, and that it serves"
        )
    if model := model or next(iter(models(answer)), ""):
        return model
    raise UnaskedError(
        f"{endpoint.url}/models lists no model",
        why=said,
        hint=f"name the model with --model, and check the URL; a key is taken from {URL_KEY}",
    )


def warm_up(session: Session, endpoint: Endpoint, model: str) -> None:
    """Lets a model load that is loaded by its first request, whatever it answers.

    Raises:
        UnaskedError: It does not answer.
    """
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    most = f"up to {_LOADING_SECONDS:g} s, while its model loads"
    session.report(Progress("load", text=f"waiting for a first answer, {most}"))
    answer = endpoint.ask(Request("/chat/completions", body), seconds=_LOADING_SECONDS)
    if not answer.status:
        raise UnaskedError(
            f"{endpoint.url} gives no first answer",
            why=answer.failure,
            hint="what serves there has hung, or is loading still: look at its log",
        )


def _key(transport: Transport, deployment: Deployment) -> Secret:
    if deployment.profile.api_key not in deployment.secrets:
        return Secret("")
    source = script.library("facts", "observe") + definitions(deployment) + "api_key\n"
    return Secret(transport.run(source).stdout.strip())
