"""After a reboot or a power cut the model answers again, with no command in between."""

from collections.abc import Callable

import pytest

from llmhost.cloud.sandbox.power import cut_power, reboot
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("event", [reboot, cut_power], ids=["a reboot", "a power cut"])
def test_the_model_answers_again_after(served: Served, event: Callable[[str], None]) -> None:
    served.up()
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = served.host.check_output(boot)
    event(served.name)
    assert served.host.check_output(boot) != before
    served.answers()
    inside = served.host.check_output(f"docker exec {served.container} nvidia-smi -L")
    assert inside.count("NVIDIA L4") == 2
    assert served.up()["changed"] == 0
