"""The sandbox as a cloud: the same protocol, workflow and SSH, on a machine that is a container."""

from collections.abc import Sequence
from dataclasses import replace

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.offers import Offer
from llmhost.cloud.sandbox.base import ensure_base, registry_answers
from llmhost.cloud.sandbox.engine import Engine, ensure_engine, running_engine
from llmhost.cloud.sandbox.fresh import Ground, boot_fresh
from llmhost.cloud.sandbox.gpu.models import DEFAULT_MODEL, gpu_model
from llmhost.cloud.sandbox.infra import ensure_infra
from llmhost.cloud.sandbox.infra.services import CONTAINER
from llmhost.cloud.sandbox.keys import login_key
from llmhost.cloud.sandbox.machine import containers, inspect, wait_for_ssh
from llmhost.cloud.sandbox.network import ensure_network, upstream_resolvers
from llmhost.cloud.sandbox.recorded import record, recorded
from llmhost.cloud.sandbox.records import MACHINE_FILTER, container_of, machine_of
from llmhost.cloud.sandbox.served import sources
from llmhost.cloud.sandbox.state import locked
from llmhost.errors import CloudError, UsageError
from llmhost.events import Notice, Progress, Reporter
from llmhost.spec.sources import Sources


class SandboxDriver:
    """Machines on this computer, for trying llmhost out and for testing it; see `CloudDriver`."""

    name = "sandbox"

    def sources(self, request: MachineRequest, /) -> Sources:
        """Official names everywhere; where the sandbox answers for them, digests cannot hold."""
        machine = self.find(request.name)
        # A machine keeps what it was made with, whether or not the net is there today.
        return sources(served=bool(machine.simulated) if machine else _serves_itself(request))

    def offers(self, request: MachineRequest, /) -> tuple[Offer, ...]:
        """The one there is: this computer, without a bill."""
        asked = _settled(request)
        here = Offer("container", "this computer", gpu=asked.gpu, gpus=asked.gpus)
        return (replace(here, simulated=_simulated(asked)),)

    def find(self, name: str, /) -> Machine | None:
        """The machine of that deployment; None where there is no Docker engine either."""
        engine = running_engine()
        return _find(engine, name) if engine else None

    def machines(self) -> Sequence[Machine]:
        """Every sandbox machine on this computer's engine, of whichever user."""
        engine = running_engine()
        if engine is None:
            return ()
        key = login_key()[0]
        known = recorded()
        return tuple(machine_of(found, key, known) for found in containers(engine, MACHINE_FILTER))

    def create(self, request: MachineRequest, report: Reporter, /) -> Machine:
        """A running machine with sshd on a loopback address of its own.

        Its disk is the computer's, so `disk_gb` has no effect here.
        """
        request = _settled(request)
        simulated = _simulated(request)
        engine = ensure_engine(report)
        image = ensure_base(engine, report)
        network = ensure_network(engine)
        if simulated:
            ensure_infra(request.images, request.models, report)
        nameservers = (network.infra,) if simulated else upstream_resolvers(engine, image)
        report(Progress("machine", text=f"booting {request.name}"))
        with locked("numbers"):
            if not _resumed(engine, request.name):
                boot_fresh(Ground(engine, network, image, nameservers), request, simulated)
        return _answering(engine, request.name, report)

    def stock(self, request: MachineRequest, report: Reporter, /) -> None:
        """Has what the machine is going to fetch, where it fetches from stand-ins at all."""
        machine = self.find(request.name)
        if machine and machine.simulated:
            ensure_infra(request.images, request.models, report)

    def record(self, machine: Machine, request: MachineRequest, /) -> None:
        """Keeps what a machine carries now, for this user; see `Recorder`."""
        there = {one.id for one in self.machines()}
        if machine.id in there:
            record(machine.id, request.labels, there)

    def delete(self, machine: Machine, report: Reporter, /) -> None:
        """Removes the container with its volumes; returns when Docker does not know it any more."""
        engine = running_engine()
        if engine is None or not inspect(engine, machine.id):
            return
        report(Progress("machine", text=f"deleting {machine.name}"))
        engine.answer("rm", "--force", "--volumes", machine.id)
        if inspect(engine, machine.id):
            raise CloudError(
                f"Docker still knows the machine `{machine.name}`",
                hint=f"`docker rm --force --volumes {machine.id}` says why",
            )


def _serves_itself(request: MachineRequest) -> bool:
    """Whether images, packages and models come from the sandbox: GPUs are simulated, or no net."""
    return request.gpus > 0 or not registry_answers()


def _settled(request: MachineRequest) -> MachineRequest:
    """The request with a GPU model; refused where the name is that of what serves machines."""
    if container_of(request.name) == CONTAINER:
        raise UsageError(
            f"a sandbox machine cannot be called `{request.name}`",
            why="that is the one which serves all others packages, images and models",
            hint="take another --name",
        )
    return replace(request, gpu=(request.gpu or DEFAULT_MODEL) if request.gpus else "")


def _simulated(request: MachineRequest) -> str:
    """One line that says what of the machine is not real; empty where everything is."""
    stock = "packages, images and models come from stand-ins on this computer"
    if request.gpus:
        gpus = f"{request.gpus} x {gpu_model(request.gpu).name}"
        return f"{gpus}, the driver and what computes on them; {stock}"
    return stock if _serves_itself(request) else ""


def _find(engine: Engine, name: str) -> Machine | None:
    found = containers(engine, f"{MACHINE_FILTER}={name}")
    return machine_of(found[0], login_key()[0], recorded()) if found else None


def _resumed(engine: Engine, name: str) -> bool:
    """Whether the machine exists; it is started, or cleared away if it never booted."""
    machine = _find(engine, name)
    if machine and machine.state == "creating":
        engine.run("rm", "--force", "--volumes", machine.id)
        return False
    if machine and machine.state != "running":
        engine.run("start", machine.id)
    return machine is not None


def _answering(engine: Engine, name: str, report: Reporter) -> Machine:
    machine = _find(engine, name)
    if machine is None or machine.address is None:
        raise CloudError(
            f"the machine `{name}` vanished while it was made",
            hint="another command may have deleted it; try again",
        )
    wait_for_ssh(machine.address.host, machine.address.port)
    if machine.simulated:
        report(Notice(f"simulated: {machine.simulated}"))
    return machine
