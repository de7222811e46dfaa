"""What is asked of a project before anything is made in it: zones, quotas, network, image."""

import getpass
import os
import platform
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.gcp import market
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.insert import Ground, boot_gb
from llmhost.cloud.gcp.market import Known, Wish
from llmhost.cloud.gcp.messages import remedy_for_quotas
from llmhost.cloud.gcp.nowhere import refuse_nowhere
from llmhost.cloud.gcp.places import last, part
from llmhost.cloud.gcp.quotas import Quotas
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.state import State
from llmhost.cloud.gcp.trouble import classified
from llmhost.cloud.offers import Offer
from llmhost.errors import CloudError, UsageError
from llmhost.spec.machines import Gpu, Image, MachineTable

NETWORK = "LLMHOST_GCE_NETWORK"
OUTLET = "LLMHOST_GCE_OUTLET"
"""Names another way out of the network than Cloud NAT; whatever it says, it is believed."""

# networks.insert, `name` (discovery document, revision 20261106).
_NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")

Answer = TypeVar("Answer")


def network_name(environ: Mapping[str, str] = os.environ) -> str:
    """The network machines are put into.

    Raises:
        CloudError: What is said can be no network's name.
    """
    name = environ.get(NETWORK) or "default"
    if _NAME.fullmatch(name):
        return name
    raise CloudError(
        f"`{name}` is no name of a network",
        why=f"a name has up to 63 lower-case letters, digits and hyphens; {NETWORK} says that one",
        hint="gcloud compute networks list shows those there are",
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """Asks before anything is made.

    Attributes:
        compute: Compute Engine.
        state: Our key.
        table: The machine catalogue.
        gpus: The GPU models there are.
        network: Name of the network machines are put into.
        other_outlet: Whether machines without an external address get out without Cloud NAT.
    """

    compute: Compute
    state: State
    table: MachineTable
    gpus: Mapping[str, Gpu]
    network: str
    other_outlet: bool = False

    def offers(self, request: MachineRequest) -> tuple[Offer, ...]:
        """Every way to have that machine in this project.

        Raises:
            UsageError: No machine type has those GPUs, or a zone or region that is asked for is
                none.
            RefusedError: The project cannot be asked at all.
        """
        table = self.table
        wish = self._wish(request)
        kinds = [
            name
            for name, kind in table.machines.items()
            if (kind.gpu, kind.gpus) == (request.gpu, request.gpus)
        ]
        with ThreadPoolExecutor(4) as pool:
            network = pool.submit(self.compute.network, self.network)
            project = pool.submit(_if_allowed, self.compute.project)
            regions = pool.submit(_if_allowed, self.compute.regions)
            zones = pool.submit(_if_allowed, lambda: self._zones(kinds))
            outlets = pool.submit(self._outlets, request)
            subnets = self.subnets(network.result())
            limits = project.result(), regions.result()
            listed = zones.result()
        refuse_nowhere(request.terms, limits[1], table)
        quotas = Quotas.read(limits[0] or {}, limits[1] or ())
        known = Known(listed, quotas, frozenset(subnets) or None, outlets.result())
        more = remedy_for_quotas(self.compute.calls.account)
        offers = market.offers(table, wish, known)
        return tuple(replace(one, remedy=more) if one.lacks else one for one in offers)

    def ground(self, gpu: str) -> Ground:
        """What a machine will stand on, with its image resolved."""
        image = self.image(gpu)
        network = self.compute.network(self.network)
        found = self.compute.image(image.project, image.family)
        manual = not network.get("autoCreateSubnetworks", False)
        return Ground(
            image=part_from_projects(found["selfLink"]),
            user=image.user,
            network=f"global/networks/{self.network}",
            public_key=self.state.public_key(),
            owner=owner(),
            subnets=self.subnets(network) if manual else {},
        )

    def image(self, gpu: str) -> Image:
        """The image family for a GPU model."""
        images = self.table.images
        return images.get(gpu) or images["default"]

    def subnets(self, network: Mapping[str, Any]) -> Mapping[str, str]:
        """The network's subnets by region, as partial links."""
        links = network.get("subnetworks", ())
        return {
            part(link, "regions"): f"regions/{part(link, 'regions')}/subnetworks/{last(link)}"
            for link in links
        }

    def outlets(self) -> frozenset[str]:
        """Regions in which Cloud NAT lets machines without an external address out."""
        return frozenset(
            last(router.get("region", ""))
            for router in self.compute.routers()
            if router.get("nats") and last(router.get("network", "")) == self.network
        )

    def _outlets(self, request: MachineRequest) -> frozenset[str] | None:
        """The same, or None where it does not matter or cannot be told."""
        if not request.terms.iap or self.other_outlet:
            return None
        return _if_allowed(self.outlets)

    def _zones(self, kinds: list[str]) -> Mapping[str, frozenset[str]]:
        return {name: self._zones_of(name) for name in kinds}

    def _zones_of(self, name: str) -> frozenset[str]:
        """Where a machine type can be had with its GPUs; many zones have an N1 and no T4."""
        zones, kind = self.compute.zones_of(name), self.table.machines[name]
        return zones & self.compute.zones_with(kind.accelerator) if kind.attach else zones

    def _wish(self, request: MachineRequest) -> Wish:
        table = self.table
        if not request.gpus:
            raise UsageError(
                "machines without GPUs are not in the catalogue of GCP",
                hint="say --gpus 1, or take a host of your own with --host",
            )
        there = market.counts(table, request.gpu)
        if request.gpus not in there:
            raise UsageError(
                f"no machine of GCP has {request.gpus} x {request.gpu}",
                why=f"there are machines with {', '.join(map(str, there))}"
                if there
                else f"GCP has no {request.gpu} at all",
                hint="say another number with --gpus"
                if there
                else "other models: " + ", ".join(sorted({k.gpu for k in table.machines.values()})),
            )
        memory = self.gpus[request.gpu].memory_gb
        return Wish(request.gpu, request.gpus, memory, request.terms, boot_gb(request))


def owner() -> str:
    """Who makes machines here."""
    return f"{getpass.getuser()}-{platform.node()}"


def part_from_projects(link: str) -> str:
    """A link without the address of the API it came from: images belong to other projects."""
    return f"projects/{link.partition('/projects/')[2]}" if "/projects/" in link else link


def _if_allowed(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None where we may not ask: the table has to do then."""
    try:
        return ask()
    except RefusedError as refused:
        if classified(refused.refusal).kind in {"permission", "not-found"}:
            return None
        raise
