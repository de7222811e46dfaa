"""`llmhost down` takes the machine away that the other tests were served by."""

import pytest

from tests.integration.bench import Bench
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox


def test_down_takes_the_machine_away_with_everything_it_had(served: Served, bench: Bench) -> None:
    bench.note_volumes()
    (gone,) = served.llmhost.json("down", "--yes", served.name)["gone"]
    assert gone["removed"] == [f"machine {served.name} with its disks"]
    assert not bench.leaks()
    listed = served.llmhost.json("ls")["deployments"]
    assert served.name not in [one["name"] for one in listed]


def test_what_is_gone_is_not_there_to_be_taken_away(served: Served) -> None:
    failed = served.llmhost.fails("down", "--yes", served.name)
    assert failed.exit_status == 2
    assert f"there is no deployment `{served.name}`" in failed.error
