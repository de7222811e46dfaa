"""Each kind of trouble as a message with its cause and its remedy: one table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmhost.cloud.gcp.account import Account
from llmhost.cloud.gcp.hunt import FATAL, Tried
from llmhost.cloud.gcp.trouble import Kind, Trouble
from llmhost.cloud.offers import Offer
from llmhost.errors import CloudError


@dataclass(frozen=True, slots=True)
class _Message:
    """What is said; `{project}` and what the refusal's details name are filled in."""

    message: str
    hint: str


_QUOTAS = "https://console.cloud.google.com/iam-admin/quotas?project={project}"

_MESSAGES: Mapping[Kind, _Message] = {
    "credentials": _Message(
        "Google Cloud does not accept the credentials any more",
        "log in again: gcloud auth application-default login; then repeat the command, "
        "which goes on where it is",
    ),
    "api-disabled": _Message(
        "the Compute Engine API is not enabled in project {project}",
        "enable it, which takes a minute: gcloud services enable compute.googleapis.com "
        "--project={project}",
    ),
    "no-project": _Message(
        "there is no project {project}, or these credentials may not see it",
        "list yours: gcloud projects list; name one with --project or gcloud config set project "
        "PROJECT_ID; if it is there, log in as somebody who may see it: gcloud auth "
        "application-default login",
    ),
    "permission": _Message(
        "these credentials may not do that in project {project}",
        "ask for the role Compute Instance Admin (v1) and, for the firewall rule, Compute Security "
        "Admin: gcloud projects add-iam-policy-binding {project} --member=user:YOU "
        "--role=roles/compute.instanceAdmin.v1",
    ),
    "no-address-allowed": _Message(
        "a policy of the organisation forbids external addresses in project {project}",
        "do without one: --iap reaches the machine through Identity-Aware Proxy; or have the "
        "project exempted from constraints/compute.vmExternalIpAccess (or its managed form), or "
        "name another one with --project",
    ),
    "os-login": _Message(
        "a policy of the organisation forces OS Login, which ignores the machine's own SSH keys",
        "have the project exempted from constraints/compute.requireOsLogin, or name another one "
        "with --project",
    ),
    "policy": _Message(
        "a policy of the organisation forbids that machine in project {project}",
        "the policy is named above; its administrator can exempt the project, or name another one "
        "with --project",
    ),
    "place-forbidden": _Message(
        "a policy of the organisation forbids all the regions that were tried in project {project}",
        "say regions that it allows: --region europe-west4 (repeatable); its administrator knows "
        "them: constraints/gcp.resourceLocations",
    ),
    "no-network": _Message(
        "project {project} has no network `{network}`",
        "make one: gcloud compute networks create default --subnet-mode=auto --project={project}; "
        "or name another one with LLMHOST_GCE_NETWORK",
    ),
    "no-image": _Message(
        "the boot image that llmhost takes is not there any more",
        "Google retires images: list them with gcloud compute images list "
        "--project=ubuntu-os-accelerator-images, and use a newer llmhost",
    ),
    "quota": _Message(
        "{quota} of project {project} leaves no room for this machine",
        f"ask for more at {_QUOTAS}, ask for less (other GPUs, another --region), or wait until "
        "others are gone",
    ),
    "quota-project": _Message(
        "project {project} may not have so many GPUs in all: its quota GPUS_ALL_REGIONS",
        f"ask for more at {_QUOTAS} (new projects have 0), or take machines down: llmhost ls",
    ),
    "unavailable": _Message(
        "Compute Engine does not answer",
        "repeat the command: it goes on where it is; https://status.cloud.google.com tells of "
        "outages",
    ),
    "invalid": _Message(
        "Compute Engine refuses the request as it is",
        "this is a defect of llmhost or of its machine table: please report it with these words",
    ),
}
_OTHER = _Message("Compute Engine refuses", "`llmhost doctor --cloud gcp` looks at the project")


def explained(trouble: Trouble, account: Account, *, network: str = "default") -> CloudError:
    """The error for one kind of trouble."""
    told = _MESSAGES.get(trouble.kind, _OTHER)
    facts = {"project": account.project, "network": network, "quota": _quota(trouble)}
    url = trouble.refusal.url
    return CloudError(
        told.message.format(**facts),
        why=trouble.words,
        hint=told.hint.format(**facts) + (f"\n{url}" if url else ""),
    )


def _quota(trouble: Trouble) -> str:
    """The quota a refusal names, such as `the quota SSD_TOTAL_GB`."""
    named = re.search(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", trouble.words)
    return f"the quota {named[0]}" if named else "a quota"


def remedy_for_quotas(account: Account) -> str:
    """Where a project gets more quota."""
    return f"ask for more at {_QUOTAS.format(project=account.project)}"


def remedy(trouble: Trouble, account: Account) -> str:
    """What to do about one kind of trouble; empty where nobody knows."""
    return explained(trouble, account).hint if trouble.kind in _MESSAGES else ""


def nothing_had(
    name: str, offers: Sequence[Offer], tried: Sequence[Tried], account: Account
) -> CloudError:
    """The error for a hunt that found nothing."""
    last = tried[-1].trouble if tried else None
    details = tuple(f"{one.offer.title}: {one.trouble.words}" for one in tried)
    if last and last.kind in _MESSAGES and _speaks_for_all(last, tried):
        told = explained(last, account)
        return CloudError(told.message, why=told.why, hint=told.hint, details=details)
    places = len({one.offer.place for one in tried})
    return CloudError(
        f"no machine for {name} can be had: {len(tried)} of {len(offers)} offers in {places} zones "
        "were tried in vain",
        why=last.words if last else "there was no offer to try",
        hint="try again later, or ask for less: --spot, other GPUs (--gpu), more regions "
        "(without --region), a higher --max-price",
        details=details,
    )


def _speaks_for_all(last: Trouble, tried: Sequence[Tried]) -> bool:
    """Whether the hunt ended because of it, not merely with it."""
    alike = all(one.trouble.kind == last.kind for one in tried)
    return alike or last.kind in FATAL or last.kind == "unavailable"
