"""After a reboot or a power cut the model answers again, with no command in between."""

import time

import pytest

from llmhost.cloud.sandbox.power import cut_power, reboot
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox

PATIENCE = 90.0


@pytest.mark.parametrize("event", [reboot, cut_power], ids=["a reboot", "a power cut"])
def test_the_model_answers_again_after(served: Served, event: object) -> None:
    served.up()
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = served.host.check_output(boot)
    assert callable(event)
    event(served.name)
    assert served.host.check_output(boot) != before
    wait_for_answer(served)
    inside = served.host.check_output(f"docker exec {served.container} nvidia-smi -L")
    assert inside.count("NVIDIA L4") == 2
    assert served.up()["changed"] == 0


def wait_for_answer(served: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while '"role"' not in (said := served.completion()):
        assert time.monotonic() < deadline, f"still no answer: {said}"
        time.sleep(0.5)
