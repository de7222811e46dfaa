"""One call to Compute Engine: JSON in, JSON out, the same request again when nobody answered.

The `*_unary` methods answer with the operation itself. The friendlier ones poll it with a client of
their own that ignores the endpoint (measured with google-cloud-compute 1.56.0, 2026-11-20).
"""

import random
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from llmhost.cloud.gcp.refusal import Refusal, RefusedError, of_answer
from llmhost.cloud.gcp.trouble import passes
from llmhost.errors import CloudError

if TYPE_CHECKING:
    from llmhost.cloud.gcp.account import Account

Body = Mapping[str, Any]

# Seconds between tries. Every change carries a requestId, so asking again never does it twice.
_PAUSES = (0.2, 0.8, 2.0, 5.0)

# Seconds an answer may take; operations.wait holds it back for up to two minutes (2026-11).
_PATIENCE = 30.0
_LONG_PATIENCE = 150.0


class Calls:
    """Calls the methods of google-cloud-compute by name.

    Args:
        account: Where calls go.
        credentials: What they are signed with, once they are made.
        pace: Factor of the pauses; a double on this computer needs next to none.
    """

    def __init__(self, account: "Account", credentials: Callable[["Account"], Any]) -> None:
        self.account = account
        self._credentials = credentials
        self._pace = 0.02 if account.doubled else 1.0
        self._clients: dict[str, Any] = {}
        self._lock = Lock()
        self._signed: Any = None

    def one(self, service: str, method: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """The answer of a method; `fields` as in Google's reference, `project` is added.

        Raises:
            RefusedError: Compute Engine refused it, or did not answer however often it was asked.
        """
        answer: dict[str, Any] = self._patiently(service, method, fields, _as_json)
        return answer

    def all(self, service: str, method: str, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Everything a listing has, over all pages; of an aggregated one, over all scopes."""

        def read(pages: Any) -> list[dict[str, Any]]:  # noqa: ANN401  a pager of the library
            if method != "aggregated_list":
                return [_as_json(item) for item in pages]
            # Most scopes are empty and carry a warning; what they list is named like the service.
            field = _snake(service)
            return [_as_json(item) for _scope, scoped in pages for item in getattr(scoped, field)]

        found: list[dict[str, Any]] = self._patiently(service, method, fields, read)
        return found

    def _patiently(
        self, service: str, method: str, fields: Body, read: Callable[[Any], Any]
    ) -> Any:  # noqa: ANN401  what `read` makes of it
        for pause in _PAUSES:
            try:
                return self._call(service, method, fields, read)
            except RefusedError as refused:
                if not passes(refused.refusal):
                    raise
            # Some disorder, so that those who were refused together do not come back together.
            time.sleep(pause * self._pace * random.uniform(0.7, 1.3))  # noqa: S311  no secret
        return self._call(service, method, fields, read)

    def _call(self, service: str, method: str, fields: Body, read: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        client = self._client(service)
        from google.api_core import exceptions as api  # noqa: PLC0415  imported by the client
        from google.auth import exceptions as auth  # noqa: PLC0415  the same
        from requests import exceptions as http  # noqa: PLC0415  the same

        request = _request(service, method, {"project": self.account.project, **fields})
        patience = _LONG_PATIENCE if method == "wait" else _PATIENCE
        try:
            return read(getattr(client, method)(request=request, timeout=patience, retry=None))
        except api.GoogleAPICallError as error:
            raise RefusedError(_refusal(error)) from error
        except auth.TransportError as error:
            raise RefusedError(Refusal(0, "TransportError", str(error), {})) from error
        except auth.GoogleAuthError as error:
            raise RefusedError(Refusal(401, type(error).__name__, str(error), {})) from error
        except http.RequestException as error:
            # Not wrapped by the library: no connection, or one that broke before the answer.
            raise RefusedError(Refusal(0, type(error).__name__, str(error), {})) from error

    def _client(self, service: str) -> Any:  # noqa: ANN401  one of forty classes
        """The client of a service; making the first one imports the library (1.1-2.7 s)."""
        with self._lock:
            if service not in self._clients:
                try:
                    from google.api_core.client_options import ClientOptions  # noqa: PLC0415  above
                    from google.cloud import compute_v1  # noqa: PLC0415  the same
                except ImportError as error:
                    raise CloudError(
                        "google-cloud-compute is not installed",
                        why=str(error),
                        hint="pip install 'llmhost[gcp]'",
                    ) from error

                self._signed = self._signed or self._credentials(self.account)
                options = ClientOptions(api_endpoint=self.account.endpoint or None)
                kind = getattr(compute_v1, f"{service}Client")
                self._clients[service] = kind(credentials=self._signed, client_options=options)
            return self._clients[service]


def _request(service: str, method: str, fields: Body) -> Any:  # noqa: ANN401  a message class
    """The request message: `Instances`, `insert_unary` take an InsertInstanceRequest."""
    from google.cloud import compute_v1  # noqa: PLC0415  imported already, by the client
    from google.protobuf import json_format  # noqa: PLC0415  the same

    verb = "".join(word.capitalize() for word in method.removesuffix("_unary").split("_"))
    noun = service if verb.endswith("List") else _SINGULAR.get(service, service[:-1])
    kind = getattr(compute_v1, f"{verb}{noun}Request")
    request = kind()
    json_format.ParseDict(dict(fields), kind.pb(request))
    return request


_SINGULAR = {"Addresses": "Address", "GlobalAddresses": "GlobalAddress"}


def _as_json(message: Any) -> dict[str, Any]:  # noqa: ANN401  a message of the library
    from google.protobuf import json_format  # noqa: PLC0415  imported already

    made: dict[str, Any] = json_format.MessageToDict(type(message).pb(message))
    return made


def _refusal(error: Any) -> Refusal:  # noqa: ANN401  GoogleAPICallError carries no types
    """The refusal in an exception of the library, whose `response` is Google's answer."""
    status = int(error.code or 0)
    try:
        body = error.response.json()
    except (AttributeError, ValueError):
        body = {"error": {"message": error.message, "errors": list(error.errors or ())}}
    return of_answer(status, body if isinstance(body, dict) else {})


def _snake(service: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in service).lstrip("_")
