"""The way to an API: of a deployment through the connection to its host, or of a URL from here."""

from llmhost.endpoint.endpoint import Endpoint, at_url, on_host
from llmhost.endpoint.exchange import Request
from llmhost.errors import ServingError
from llmhost.events import Progress
from llmhost.host import script
from llmhost.probes.observation import definitions
from llmhost.secret import Secret
from llmhost.smoke.reading import models
from llmhost.spec.deployment import Deployment
from llmhost.transport.base import Transport
from llmhost.workflows.session import Session

URL_KEY = "OPENAI_API_KEY"  # where clients of OpenAI's API look for a key
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


def first_model(endpoint: Endpoint) -> str:
    """The first model that an API lists.

    Raises:
        ServingError: It lists none.
    """
    answer = endpoint.ask(Request("/models"), seconds=30.0)
    listed = models(answer)
    if listed:
        return listed[0]
    said = answer.failure or f"answered {answer.status}"
    raise ServingError(
        f"{endpoint.url}/models lists no model",
        why=said,
        hint=f"name the model with --model, and check the URL; a key is taken from {URL_KEY}",
    )


def warm_up(session: Session, endpoint: Endpoint, model: str) -> None:
    """Lets a model load that is loaded by its first request, whatever comes of it."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    session.report(Progress("load", text="waiting for a first answer"))
    endpoint.ask(Request("/chat/completions", body), seconds=_LOADING_SECONDS)


def _key(transport: Transport, deployment: Deployment) -> Secret:
    if deployment.profile.api_key not in deployment.secrets:
        return Secret("")
    source = script.library("facts", "observe") + definitions(deployment) + "api_key\n"
    return Secret(transport.run(source).stdout.strip())
