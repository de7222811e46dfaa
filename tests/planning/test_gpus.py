"""No deployment takes another one's GPUs or port, and none gets GPUs its provider cannot use."""

from dataclasses import replace

import pytest

from llmhost.errors import HostError, LlmhostError, UsageError
from llmhost.planning.preflight import QUESTIONS, refuse_misfit
from llmhost.spec.deployment import Deployment
from tests.deployments import CATALOG, deployment
from tests.planning.answered import answered, record
from tests.workflows.machine import Machine


def two_t4() -> Machine:
    return Machine(gpus=2, gpu="Tesla T4", capability="7.5")


def refused(machine: Machine, wanted: Deployment) -> LlmhostError | None:
    """Why a host is refused; None when it is taken."""
    try:
        refuse_misfit("box", wanted, answered(machine, *QUESTIONS), CATALOG.gpus())
    except LlmhostError as error:
        return error
    return None


def beside(there: Deployment, gpus: int = 2) -> Machine:
    """A host that carries a deployment."""
    machine = Machine(gpus=gpus)
    record(machine, there)
    return machine


def test_a_port_that_another_deployment_has_is_refused_by_its_name() -> None:
    machine = beside(deployment("vllm", 0))
    error = refused(machine, deployment("vllm", 0, name="b"))
    assert isinstance(error, UsageError)
    assert error.message == "port 8000 on box belongs to the deployment `vllm`"
    assert "--port" in error.hint
    assert refused(machine, replace(deployment("vllm", 0, name="b"), port=8001)) is None
    assert refused(machine, deployment("vllm", 0)) is None, "its own port is its own"


def test_gpus_that_others_have_are_not_there_to_be_asked_for() -> None:
    machine = beside(deployment("vllm", 1))
    second = replace(deployment("vllm", 1, name="b"), port=8001)
    assert refused(machine, second) is None
    error = refused(machine, replace(second, gpus=2))
    assert isinstance(error, HostError)
    assert error.message == "box has 1 GPU(s) left, and 2 are asked for"
    assert error.why == "`vllm` has nvidia.com/gpu=0"
    assert "--gpus 1" in error.hint


def test_software_that_is_installed_once_serves_one_deployment() -> None:
    machine = beside(deployment("lmstudio", 1))
    error = refused(machine, replace(deployment("lmstudio", 1, name="b"), port=1235))
    assert isinstance(error, UsageError)
    assert error.message == "box carries a deployment of LM Studio already: `lmstudio`"
    assert refused(machine, deployment("lmstudio", 1)) is None


def test_gpus_of_another_model_than_was_asked_for_are_refused() -> None:
    error = refused(two_t4(), deployment("vllm", 2))
    assert isinstance(error, UsageError)
    assert error.message == "box has 0 GPU(s) of the model l4, and 2 are asked for"
    assert error.why == "Tesla T4, Tesla T4"
    assert refused(two_t4(), replace(deployment("vllm", 2), gpu="")) is None


def test_a_gpu_that_llmhost_does_not_know_may_be_any() -> None:
    assert refused(Machine(gpus=1, gpu="NVIDIA L4 Special"), deployment("vllm", 1)) is None


@pytest.mark.parametrize(
    ("product", "capability"), [("Tesla P100-PCIE-16GB", "6.0"), ("NVIDIA TITAN V", "7.0")]
)
def test_gpus_too_old_for_the_providers_kernels_are_refused_by_what_the_driver_tells(
    product: str, capability: str
) -> None:
    error = refused(
        Machine(gpus=1, gpu=product, capability=capability), replace(deployment("vllm", 1), gpu="")
    )
    assert isinstance(error, UsageError)
    assert error.message == f"vLLM cannot use {product}, which box has"
    assert f"this GPU has {capability}" in error.why


def test_what_the_profile_excludes_is_refused_where_the_host_has_it() -> None:
    wanted = replace(deployment("vllm", 1), gpu="")
    gpus = wanted.profile.gpus
    assert gpus
    excluding = gpus.model_copy(update={"exclude": {"t4": "no kernels"}})
    wanted = replace(wanted, profile=wanted.profile.model_copy(update={"gpus": excluding}))
    error = refused(Machine(gpus=1, gpu="Tesla T4", capability="7.5"), wanted)
    assert isinstance(error, UsageError)
    assert error.why == "no kernels"
