"""A host that cannot carry a deployment is refused with the reason, before anything is touched."""

from typing import Any

import pytest

from llmhost.errors import HostError, LlmhostError, UsageError
from llmhost.planning.preflight import (
    ARCHITECTURES,
    QUESTIONS,
    ROOM,
    SUPPORTED,
    refuse_full_disk,
    refuse_misfit,
)
from llmhost.spec.deployment import Deployment
from llmhost.steps.base import Step
from llmhost.steps.docker import PulledImage
from llmhost.steps.files import Directory
from llmhost.steps.weights import HubClient
from tests.deployments import CATALOG, PROVIDERS, deployment
from tests.planning.answered import answered
from tests.workflows.machine import Machine

DEBIAN_11 = "ID=debian\nVERSION_ID=11\nPRETTY_NAME='Debian GNU/Linux 11 (bullseye)'\n"
ROLLING = "ID=arch\nPRETTY_NAME='Arch Linux'\n"
NO_INIT = "LLMHOST_ARCH=x86_64\n"
ARM = "LLMHOST_ARCH=armv7l\nLLMHOST_SYSTEMD=1\n"


def refused(machine: Machine, wanted: Deployment) -> LlmhostError | None:
    """Why a host is refused; None when it is taken."""
    try:
        refuse_misfit("box", wanted, answered(machine, *QUESTIONS), CATALOG.gpus())
    except LlmhostError as error:
        return error
    return None


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("gpus", [0, 2])
def test_a_host_that_fits_is_taken(provider: str, gpus: int) -> None:
    assert refused(Machine(gpus=gpus), deployment(provider, gpus)) is None


@pytest.mark.parametrize("name", SUPPORTED)
def test_every_release_that_the_vendors_publish_for_is_taken(name: str) -> None:
    for version in SUPPORTED[name]:
        for arch in ARCHITECTURES:
            system = f"ID={name}\nVERSION_ID={version:g}\n"
            kernel = f"LLMHOST_ARCH={arch}\nLLMHOST_SYSTEMD=1\n"
            assert refused(Machine(system=system, kernel=kernel), deployment("vllm")) is None


MISFITS: list[tuple[dict[str, Any], int, str, str]] = [
    ({"kernel": NO_INIT}, 0, "box does not run systemd as its init", "not a container"),
    ({"system": DEBIAN_11}, 0, "box runs Debian GNU/Linux 11 (bullseye)", "Debian 12, Debian 13"),
    ({"system": ROLLING}, 0, "box runs Arch Linux, which is not supported", "Ubuntu 24.04"),
    ({"kernel": ARM}, 0, "box is a armv7l machine", "x86_64, aarch64"),
    ({"gpus": 0}, 1, "box has no NVIDIA driver", "--gpus 0"),
    ({"gpus": 1}, 2, "box has 1 GPU(s), and 2 are asked for", "ask for --gpus 1"),
]


@pytest.mark.parametrize(("machine", "gpus", "message", "hint"), MISFITS)
def test_a_host_that_does_not_fit_is_told_what_to_do(
    machine: dict[str, Any], gpus: int, message: str, hint: str
) -> None:
    error = refused(Machine(**machine), deployment("vllm", gpus))
    assert isinstance(error, HostError)
    assert message in error.message
    assert hint in error.hint


def test_gpus_that_nobody_asks_for_need_no_driver() -> None:
    assert refused(Machine(gpus=0), deployment("vllm", 0)) is None


def test_a_driver_that_does_not_run_says_so_in_its_own_words() -> None:
    class Broken(Machine):
        def ask(self, argv: tuple[str, ...]) -> tuple[int, str]:
            failed = "NVIDIA-SMI has failed because it couldn't communicate with the driver."
            return (9, failed) if argv == ("gpus",) else super().ask(argv)

    error = refused(Broken(), deployment("vllm", 1))
    assert error
    assert error.message == "the NVIDIA driver on box does not run"
    assert error.why.startswith("NVIDIA-SMI has failed")
    assert "dkms status" in error.hint


def test_a_driver_too_old_for_every_image_is_refused_with_the_one_to_install() -> None:
    error = refused(Machine(gpus=2, driver="470.256.02"), deployment("vllm", 2))
    assert isinstance(error, UsageError)
    assert "driver 525 or newer, and the host has driver 470" in error.message
    assert "580" in error.hint


@pytest.mark.parametrize("large", [PulledImage("engine:1"), HubClient("")])
def test_a_full_disk_is_refused_where_something_large_is_to_come(large: Step) -> None:
    facts = answered(Machine(free=ROOM - 1), *QUESTIONS)
    with pytest.raises(HostError) as raised:
        refuse_full_disk("box", [Directory("/x"), large], facts)
    assert raised.value.message == "box has 2.0 GB free at /var/lib/llmhost/models"
    assert large.title in raised.value.why
    assert "free some space" in raised.value.hint
    refuse_full_disk("box", [large], answered(Machine(free=ROOM), *QUESTIONS))


def test_a_disk_that_is_full_of_what_is_wanted_is_large_enough() -> None:
    refuse_full_disk("box", [Directory("/x")], answered(Machine(free=1000), *QUESTIONS))
