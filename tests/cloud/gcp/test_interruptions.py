"""What is told to whoever ends a command while a machine costs money, however it is ended."""

import json
import os
import signal
import subprocess
import sys

import pytest

from llmhost.cli.signals import heard
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.forked import alone, together
from tests.cloud.gcp.typed import Command
from tests.fake_gce import Stockout
from tests.fake_gce.process import FakeGceProcess

UP = ("up", "vllm", "--gpus", "2", "--yes")
# The moment after the insert was answered: two for each question before, two for the journal.
AFTER_INSERT = 19
# The moment at which a second `up` waits for the machine of the first.
RESUMING = 6
# A zone for whose region the table knows no price.
UNPRICED = "asia-east1-a"


@pytest.fixture
def gce(cloud: FakeGceProcess) -> FakeGceProcess:
    return cloud


@pytest.fixture
def bench(somebody: Bench) -> Bench:
    return somebody


def test_ctrl_c_while_an_up_goes_on_with_a_machine_tells_of_it_as_well(
    bench: Bench, gce: FakeGceProcess
) -> None:
    together(bench, Command(UP, AFTER_INSERT, signal.SIGINT))
    assert len(gce.instances()) == 1
    (ended,) = together(bench, Command(UP, RESUMING, signal.SIGINT))
    assert ended.status == 130
    told = " ".join(ended.stderr.split())
    assert (
        "machine vllm (g2-standard-24 in us-east4-a) exists or is being made: "
        "it costs $1.99 per hour, until 20" in told
    )
    assert "llmhost down vllm --cloud gcp # takes it away" in told


def test_after_a_failure_a_machine_without_a_known_price_is_told_of_each_time(
    bench: Bench, gce: FakeGceProcess
) -> None:
    for _ in range(2):
        ended = alone(bench, *UP, "--zone", UNPRICED)
        assert ended.status == 1
        assert (
            f"note: machine vllm (g2-standard-24 in {UNPRICED}) exists or is being made: "
            "its price is not known" in ended.stderr
        )
    assert len(gce.instances()) == 1


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=("term", "hup")
)
def test_a_command_that_is_told_to_end_says_the_same_as_after_ctrl_c(
    bench: Bench, gce: FakeGceProcess, number: int, status: int
) -> None:
    (ended,) = together(bench, Command((*UP, "-o", "json"), AFTER_INSERT, number))
    assert ended.status == status
    assert len(gce.instances()) == 1
    told = " ".join(ended.stderr.split())
    assert f"error: ended by {signal.Signals(number).name}: what was begun" in told
    assert "it costs $1.99 per hour" in told
    assert "llmhost down vllm --cloud gcp # takes it away" in told
    assert json.loads(ended.stdout)["exit_status"] == status


def test_a_failure_as_json_has_every_attempt_in_it(bench: Bench, gce: FakeGceProcess) -> None:
    gce.script(Stockout())
    document = json.loads(alone(bench, *UP, "--region", "us-central1", "-o", "json").stdout)
    assert document["machines"] == []
    assert [attempt["outcome"] for attempt in document["attempts"]] == ["stockout"] * 3
    first = document["attempts"][0]
    assert first["offer"]["machine_type"] == "g2-standard-24"
    assert first["offer"]["place"] == "us-central1-a"
    assert first["offer"]["usd_per_hour"] == 2.000833
    assert first["words"]


def test_a_failure_on_the_host_as_json_has_the_machine_and_its_price_in_it(
    bench: Bench, gce: FakeGceProcess
) -> None:
    gce.script(Stockout(zone=ZONES[0]))
    document = json.loads(alone(bench, *UP, "-o", "json").stdout)
    assert [attempt["outcome"] for attempt in document["attempts"]] == ["stockout", "made"]
    (machine,) = document["machines"]
    assert (machine["name"], machine["place"]) == ("vllm", ZONES[1])
    assert machine["usd_per_hour"] == 1.994283
    assert machine["expires"].endswith("Z")
    assert machine["stopped"] is False


def test_a_failure_among_events_has_the_same_in_it(bench: Bench) -> None:
    lines = map(json.loads, alone(bench, *UP, "--events").stderr.splitlines())
    (failure,) = [one for one in lines if one["event"] == "Failure"]
    assert [attempt["outcome"] for attempt in failure["attempts"]] == ["made"]
    assert [machine["place"] for machine in failure["machines"]] == [ZONES[0]]


def test_what_ignores_a_hangup_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heard() as ending:
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
        assert ending.by is signal.SIGTERM
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_a_command_becomes_hears_signals_in_its_own_way() -> None:
    look = "import signal; print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)"
    become = (
        "import os, sys; from llmhost.cli.signals import heard\n"
        f"with heard(): os.execv(sys.executable, [sys.executable, '-c', {look!r}])"
    )
    told = subprocess.run(
        [sys.executable, "-c", become], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout == "True\n"
