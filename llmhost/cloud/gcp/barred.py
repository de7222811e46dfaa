"""Why no tunnel comes about: each refusal of Identity-Aware Proxy with its cause and its remedy.

Codes: `SshRelayCloseCode` of GoogleCloudPlatform/iap-desktop; that a handshake refused with 40x
often is a missing permission, and 4003 a port nobody listens on or a firewall: gcloud's client.
Both read on 2026-11-20. The role: cloud.google.com/iap/docs/using-tcp-forwarding.
"""

from llmhost.cloud.gcp.relay import Target
from llmhost.errors import HostError
from llmhost.transport.refusals import BarredError, UnansweredError

# cloud.google.com/iap/docs/using-tcp-forwarding, 2026-11
RANGE = "35.235.240.0/20"
"""Where Identity-Aware Proxy connects to machines from."""

_NOT_REACHED, _LOGIN_AGAIN, _NOT_ALLOWED = 4003, 4004, 4033
_NOT_FOUND = frozenset({4047, 4051})
_UNAUTHORIZED, _SERVER_ERRORS, _TOO_MANY = 401, 500, 429  # HTTP

_LOGIN = "gcloud auth application-default login"


def closed(code: int, reason: str, target: Target) -> HostError:
    """The error for a tunnel that the relay closed before it stood."""
    said = f"Identity-Aware Proxy says {code}{f': {reason}' if reason else ''}"
    if code == _NOT_ALLOWED:
        return _not_allowed(target.project, said)
    if code == _LOGIN_AGAIN:
        return _not_known(said)
    if code == _NOT_REACHED:
        return UnansweredError(
            f"Identity-Aware Proxy does not reach port {target.port} of {target.instance}",
            why=f"{said}; it may be booting, or a firewall drops what comes from {RANGE}",
            hint=f"see which rules let {RANGE} in: gcloud compute firewall-rules list "
            f"--project={target.project}",
        )
    if code in _NOT_FOUND:
        return UnansweredError(
            f"Identity-Aware Proxy finds no machine {target.instance} in {target.zone}",
            why=said,
            hint=f"see whether it runs: gcloud compute instances list --project={target.project}",
        )
    return unanswered(target, said)


def handshake(status: int, target: Target) -> HostError:
    """The error for a tunnel that was refused as an HTTP request."""
    said = f"Identity-Aware Proxy answers with HTTP {status}"
    if status == _UNAUTHORIZED:
        return _not_known(said)
    if status >= _SERVER_ERRORS or status == _TOO_MANY:
        return unanswered(target, said)
    return _not_allowed(target.project, said)


def unanswered(target: Target, why: str) -> HostError:
    """The error for a relay that cannot be talked to; later may be better."""
    return UnansweredError(
        f"no tunnel to {target.instance} through Identity-Aware Proxy comes about",
        why=why,
        hint="check that WebSockets to tunnel.cloudproxy.app, port 443, are let out of this "
        "network; https://status.cloud.google.com tells of outages",
    )


def _not_allowed(project: str, said: str) -> HostError:
    # Tunnels work while the API is off, but the role cannot be given then (iap/docs/faq, 2026-11).
    return BarredError(
        f"Identity-Aware Proxy does not let these credentials through in project {project}",
        why=f"{said}; most likely the role IAP-secured Tunnel User is missing",
        hint="ask for it: gcloud services enable iap.googleapis.com "
        f"--project={project}; gcloud projects add-iam-policy-binding {project} "
        "--member=user:YOU --role=roles/iap.tunnelResourceAccessor",
    )


def _not_known(said: str) -> HostError:
    return BarredError(
        "Identity-Aware Proxy does not accept the Google Cloud credentials",
        why=said,
        hint=f"log in again: {_LOGIN}",
    )
