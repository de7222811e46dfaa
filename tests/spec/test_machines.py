"""The tables of GPUs and machine types."""

import pytest

from llmhost.spec.gpuchoice import recognised
from llmhost.spec.machines import as_numbers
from tests.spec.shared import CATALOG, GPUS

TABLE = CATALOG.machines("gcp")


@pytest.mark.parametrize(
    "gpu", ["l4", "a100", "a100-80gb", "h100", "h200", "b200", "t4", "rtx-pro-6000"]
)
def test_every_gpu_users_have_can_be_rented(gpu: str) -> None:
    assert gpu in GPUS
    assert any(machine.gpu == gpu for machine in TABLE.machines.values())


@pytest.mark.parametrize("name", TABLE.machines)
def test_a_machine_type_is_complete(name: str) -> None:
    machine = TABLE.machines[name]
    assert machine.gpu in GPUS
    assert TABLE.zones[machine.zones]
    if machine.price is not None:
        assert machine.price.source in TABLE.sources
        assert (machine.price.on_demand is not None) == ("on_demand" in machine.buy)
        assert machine.price.spot is not None


def test_the_price_of_the_first_machine_anybody_will_rent_is_the_listed_one() -> None:
    machine = TABLE.machines["g2-standard-24"]
    assert (machine.gpu, machine.gpus, machine.vcpu, machine.ram_gb) == ("l4", 2, 24, 96)
    assert machine.price is not None
    assert machine.price.on_demand == 2.000833


def test_compute_capabilities_compare_as_numbers() -> None:
    assert as_numbers("10.0") > as_numbers("8.9") > as_numbers("8.6") > as_numbers("7.5")
    assert GPUS["b200"].kernels == (10, 0)


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("Tesla T4", "t4"),
        ("NVIDIA L4", "l4"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA A10G", "a10g"),
        ("NVIDIA A100-SXM4-40GB", "a100"),
        ("A100-PCIE-40GB", "a100"),
        ("NVIDIA A100-SXM4-80GB", "a100-80gb"),
        ("NVIDIA A100 80GB PCIe", "a100-80gb"),
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H100 PCIe", "h100"),
        ("NVIDIA H200", "h200"),
        ("NVIDIA B200", "b200"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000"),
        ("NVIDIA GH200 480GB", ""),
        ("NVIDIA L40", ""),
        ("NVIDIA GeForce RTX 3090", ""),
    ],
)
def test_a_gpu_is_recognised_by_the_name_its_driver_has_for_it(product: str, name: str) -> None:
    assert recognised(product, GPUS) == name
