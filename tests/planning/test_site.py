"""What of a host decides how files are rendered for it."""

from llmhost.planning.site import QUESTIONS, site
from llmhost.spec.deployment import Site
from tests.planning.answered import answered
from tests.workflows.machine import Machine


def test_a_site_is_read_off_the_host_and_takes_the_first_gpus() -> None:
    facts = answered(Machine(gpus=4, driver="550.163.01", mtu="1460"), *QUESTIONS)
    devices = ("nvidia.com/gpu=0", "nvidia.com/gpu=1")
    assert site(facts, 2) == Site(driver=550, mtu=1460, devices=devices, memory_gb=16)


def test_a_host_without_gpus_has_no_driver_and_no_devices() -> None:
    assert site(answered(Machine(), *QUESTIONS), 0) == Site(
        driver=0, mtu=1500, devices=(), memory_gb=16
    )
