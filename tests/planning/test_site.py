"""What of a host decides how files are rendered for it."""

from dataclasses import replace

from llmhost.planning.site import QUESTIONS, site
from llmhost.spec.deployment import Deployment, Site
from tests.deployments import CATALOG, deployment
from tests.planning.answered import answered, record
from tests.workflows.machine import Machine

KNOWN = CATALOG.gpus()
FIRST, SECOND = "nvidia.com/gpu=0", "nvidia.com/gpu=1"


def site_of(machine: Machine, wanted: Deployment) -> Site:
    return site(answered(machine, *QUESTIONS), wanted, KNOWN)


def test_a_site_is_read_off_the_host_and_takes_the_first_gpus() -> None:
    found = site_of(Machine(gpus=4, driver="550.163.01", mtu="1460"), deployment("vllm", 2))
    assert (found.driver, found.mtu) == (550, 1460)
    assert (found.devices, found.gpu) == ((FIRST, SECOND), "l4")


def test_a_host_without_gpus_has_no_driver_and_no_devices() -> None:
    found = site_of(Machine(), deployment("vllm", 0))
    assert (found.driver, found.mtu, found.devices, found.gpu) == (0, 1500, (), "")


def test_gpus_of_another_deployment_are_left_to_it() -> None:
    machine = Machine(gpus=2)
    record(machine, deployment("vllm", 1))
    assert site_of(machine, deployment("vllm", 1, name="b")).devices == (SECOND,)


def test_a_deployment_keeps_its_own_gpus_whatever_else_is_free() -> None:
    machine = Machine(gpus=4)
    mine = deployment("vllm", 1)
    record(machine, mine.at(Site(devices=("nvidia.com/gpu=2",))))
    assert site_of(machine, mine).devices == ("nvidia.com/gpu=2",)
    more = site_of(machine, replace(mine, gpus=2)).devices
    assert more == (FIRST, "nvidia.com/gpu=2")


def test_a_deployment_without_gpus_and_a_record_nobody_can_read_claim_none() -> None:
    machine = Machine(gpus=1)
    record(machine, deployment("vllm", 0, name="cpu"))
    record(machine, deployment("vllm", 1, name="torn"), text="{")
    assert site_of(machine, deployment("vllm", 1)).devices == (FIRST,)


def test_a_driver_that_is_gone_leaves_a_deployment_the_gpus_of_its_record() -> None:
    machine = Machine(gpus=0)
    record(machine, deployment("vllm", 1).at(Site(devices=(SECOND,))))
    assert site_of(machine, deployment("vllm", 1)).devices == (SECOND,)


def test_the_model_is_the_one_the_driver_names_be_it_known_or_not() -> None:
    anything = replace(deployment("vllm", 1), gpu="")
    for product, model in (("Tesla T4", "t4"), ("NVIDIA GeForce RTX 3090",) * 2):
        assert site_of(Machine(gpus=1, gpu=product), anything).gpu == model
        assert anything.at(site_of(Machine(gpus=1, gpu=product), anything)).gpu == model
