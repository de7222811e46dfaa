"""The driver for Google Compute Engine: its place is here, its work is not done yet."""

from collections.abc import Sequence
from typing import NoReturn

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.errors import CloudError
from llmhost.events import Reporter
from llmhost.spec.sources import Sources


class GcpDriver:
    """Answers clearly that machines on GCP cannot be had from this version."""

    name = "gcp"

    def sources(self, _request: MachineRequest, /) -> Sources:
        """Machines on GCP take everything from where it is published."""
        return Sources()

    def find(self, _name: str, /) -> Machine | None:
        """Refuses."""
        _refuse()

    def machines(self) -> Sequence[Machine]:
        """Refuses."""
        _refuse()

    def create(self, _request: MachineRequest, _report: Reporter, /) -> Machine:
        """Refuses."""
        _refuse()

    def delete(self, _machine: Machine, _report: Reporter, /) -> None:
        """Refuses."""
        _refuse()


def _refuse() -> NoReturn:
    raise CloudError(
        "this version of llmhost does not create machines on GCP yet",
        hint="use a machine you have with --host USER@ADDR, this one with --local, "
        "or a simulated one with --cloud sandbox",
    )
