"""What a machine needs before it is made, looked at one by one; each finding has its remedy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmhost.cloud.gcp.door import FROM, caller
from llmhost.cloud.gcp.ending import waste
from llmhost.cloud.gcp.insert import LEAST_DISK_GB
from llmhost.cloud.gcp.parts import Parts
from llmhost.cloud.gcp.quotas import ADDRESSES, ALL_REGIONS, DISKS, METRICS, Quotas
from llmhost.cloud.gcp.survey import network_name
from llmhost.cloud.keeping import Finding
from llmhost.errors import LlmhostError

_REGIONS_SHOWN = 4


def examine(parts: Parts) -> tuple[Finding, ...]:
    """Every finding; what cannot be looked at because of an earlier one is skipped."""
    return tuple(_findings(parts))


def _findings(parts: Parts) -> Iterator[Finding]:
    try:
        account = parts.account
    except LlmhostError as error:
        yield Finding("credentials", "failed", f"{error.message}: {error.why}", error.hint)
        return
    where = f"a double at {account.endpoint}" if account.doubled else "found"
    yield Finding("credentials", "ok", where)
    project = _asked(parts, "project", parts.compute.project)
    if isinstance(project, Finding):
        yield project
        return
    yield Finding("project", "ok", f"{account.project}, Compute Engine API enabled")
    yield _network(parts)
    yield _outlets(parts)
    yield _image(parts)
    yield from _quotas(parts, project)
    yield _address(parts)
    yield Finding("ssh key", "ok", f"{parts.state.key} ({parts.state.public_key()[-12:]})")
    yield _leftovers(parts)


def _network(parts: Parts) -> Finding:
    name = network_name(parts.environ)
    found = _asked(parts, "network", lambda: parts.compute.network(name))
    if isinstance(found, Finding):
        return found
    regions = len(parts.survey.subnets(found))
    return Finding("network", "ok", f"{name}, with subnets in {regions} regions")


def _outlets(parts: Parts) -> Finding:
    """Where machines without an external address could download anything."""
    name, project = network_name(parts.environ), parts.account.project
    found = _asked(parts, "Cloud NAT", parts.survey.outlets)
    if isinstance(found, Finding):
        return Finding("Cloud NAT", "skipped", found.seen, found.remedy)
    if found:
        return Finding("Cloud NAT", "ok", f"{name} has it in {', '.join(sorted(found))}")
    # cloud.google.com/nat/docs/set-up-manage-network-address-translation, 2026-11
    nat = (
        f"gcloud compute routers create llmhost --network={name} --region=REGION "
        f"--project={project} && gcloud compute routers nats create llmhost --router=llmhost "
        f"--region=REGION --auto-allocate-nat-external-ips --nat-all-subnet-ip-ranges "
        f"--project={project}"
    )
    return Finding("Cloud NAT", "skipped", f"{name} has none: --iap, and that alone, needs it", nat)


def _image(parts: Parts) -> Finding:
    image = parts.survey.image("")
    found = _asked(parts, "image", lambda: parts.compute.image(image.project, image.family))
    if isinstance(found, Finding):
        return found
    return Finding("image", "ok", found.get("name", image.family))


def _quotas(parts: Parts, project: Mapping[str, Any]) -> Iterator[Finding]:
    regions = _asked(parts, "quotas", parts.compute.regions)
    if isinstance(regions, Finding):
        yield regions
        return
    quotas = Quotas.read(project, regions)
    remedy = (
        "ask for more: https://console.cloud.google.com/iam-admin/quotas?project="
        f"{parts.account.project}"
    )
    everywhere = quotas.project.get(ALL_REGIONS)
    if everywhere is None:
        yield Finding("GPUs in all", "skipped", f"the project tells no {ALL_REGIONS}")
    elif everywhere < 1:
        yield Finding("GPUs in all", "failed", f"{ALL_REGIONS} is 0", remedy)
    else:
        yield Finding("GPUs in all", "ok", f"{everywhere:g} ({ALL_REGIONS})")
    for metric in METRICS.values():
        yield _quota(quotas, metric, remedy)
    for disk in ("pd-balanced", "hyperdisk-balanced"):  # what the machine types take
        yield _quota(quotas, DISKS[disk], remedy, least=LEAST_DISK_GB)
    yield _quota(quotas, ADDRESSES, remedy)


def _quota(quotas: Quotas, metric: str, remedy: str, *, least: float = 1) -> Finding:
    limits = {region: found[metric] for region, found in quotas.regions.items() if metric in found}
    some = sorted(region for region, limit in limits.items() if limit >= least)
    if not limits:
        return Finding(metric, "skipped", "no region tells it")
    if not some:
        seen = f"less than {least:g} in every region"
        return Finding(metric, "skipped", seen, remedy)
    shown = ", ".join(f"{region} {limits[region]:g}" for region in some[:_REGIONS_SHOWN])
    more = f" and {len(some) - _REGIONS_SHOWN} more" if len(some) > _REGIONS_SHOWN else ""
    return Finding(metric, "ok", f"{shown}{more}")


def _address(parts: Parts) -> Finding:
    try:
        source = caller(parts.environ, doubled=parts.account.doubled)
    except LlmhostError as error:
        return Finding("own address", "failed", error.why, error.hint)
    return Finding(
        "own address", "ok", f"SSH would be let in from {source}", f"{FROM} says another"
    )


def _leftovers(parts: Parts) -> Finding:
    found = _asked(parts, "left over", lambda: waste(parts))
    if isinstance(found, Finding):
        return found
    if not found:
        return Finding("left over", "ok", "nothing")
    return Finding("left over", "failed", f"{len(found)} things nobody needs", "llmhost gc")


def _asked(parts: Parts, name: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401  what it answers
    """The answer, or the finding that there is none."""
    try:
        with parts.told():
            return ask()
    except LlmhostError as error:
        return Finding(name, "failed", f"{error.message}: {error.why}", error.hint)
