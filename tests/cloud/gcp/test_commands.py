"""The commands as somebody types them: plan, up, Ctrl-C, ls, down, extend, gc, doctor."""

import json
import signal
from pathlib import Path

import pytest

from llmhost.cli import wiring
from llmhost.cli.options import Where
from llmhost.cli.places import said
from llmhost.cloud.gcp.driver import GcpDriver
from llmhost.errors import UsageError
from llmhost.workflows.place import Place
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.forked import alone, together
from tests.cloud.gcp.typed import Command, Ended
from tests.fake_gce import Stockout
from tests.fake_gce.process import FakeGceProcess

PLAN = ("plan", "vllm", "--gpus", "2")
UP = ("up", "vllm", "--gpus", "2", "--yes")
# The moment after the insert was answered: two for each question before, two for the journal.
AFTER_INSERT = 19


@pytest.fixture
def gce(cloud: FakeGceProcess) -> FakeGceProcess:
    return cloud


@pytest.fixture
def bench(somebody: Bench) -> Bench:
    return somebody


def answered(bench: Bench, answer: str, *args: str) -> Ended:
    """A command with somebody at the terminal."""
    (ended,) = together(bench, Command(args, answer=answer))
    return ended


def test_a_plan_shows_offers_with_their_price_and_why_cheaper_ones_are_passed_over(
    bench: Bench, gce: FakeGceProcess
) -> None:
    ended = alone(bench, *PLAN)
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "+ machine vllm (gcp, 2 x l4)" in lines
    spot = next(line for line in lines if "spot" in line)
    assert spot == (
        "- g2-standard-24, spot, 18 zones from $0.97 per hour $7.74 "
        "may be taken away at any time; --spot accepts that"
    )
    assert "> g2-standard-24 in us-east4-a $1.99 per hour $15.95" in lines
    assert any("until the TTL of 8 h; prices of 2026-08-20" in line for line in lines)
    assert gce.instances() == []


def test_a_plan_without_a_known_price_shows_offers_and_that_a_bill_starts(bench: Bench) -> None:
    t4 = ("plan", "llamacpp", "--gpus", "1", "--gpu", "t4")
    ended = alone(bench, *t4, "--region", "europe-west4")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "> n1-standard-8 in europe-west4-a price unknown" in lines
    assert "that a price is unknown makes nothing free: the bill starts" in lines
    document = json.loads(alone(bench, *t4, "-o", "json").stdout)
    fitting = [offer for offer in document["offers"] if not offer["refused"]]
    assert [offer["usd_per_hour"] for offer in fitting] == [0.729998] * 3


def test_a_plan_as_json_holds_the_offers_and_the_ttl(bench: Bench) -> None:
    document = json.loads(alone(bench, *PLAN, "--spot", "--ttl", "2h", "-o", "json").stdout)
    assert document["ttl_seconds"] == 7200
    assert document["offers"][0]["provisioning"] == "spot"
    assert document["offers"][0]["refused"] == ""
    assert document["plan"]["usd_per_hour"] == document["offers"][0]["usd_per_hour"]


@pytest.mark.parametrize(
    ("flags", "place"),
    [
        (("--region", "europe-west4"), "europe-west4-a"),
        (("--zone", "us-central1-c"), "us-central1-c"),
        (("--max-price", "1.995"), "us-east4-a"),
        (("--spot",), "us-east4-a"),
    ],
)
def test_flags_decide_where_it_is_made(
    bench: Bench, gce: FakeGceProcess, flags: tuple[str, ...], place: str
) -> None:
    alone(bench, *UP, *flags)
    (instance,) = gce.instances()
    assert instance["zone"].endswith(f"/{place}")
    model = "SPOT" if "--spot" in flags else "STANDARD"
    assert instance["scheduling"]["provisioningModel"] == model


def test_the_file_says_the_same_as_flags_and_flags_win(
    bench: Bench, gce: FakeGceProcess, tmp_path: Path
) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text("provider: vllm\ngpus: 2\nregion: europe-west4\nspot: true\nttl: 2h\n")
    alone(bench, "up", "-f", str(file), "--ttl", "3h", "--yes")
    (instance,) = gce.instances()
    assert instance["zone"].endswith("/europe-west4-a")
    assert instance["scheduling"]["provisioningModel"] == "SPOT"
    assert instance["scheduling"]["maxRunDuration"] == {"seconds": "10800"}


def test_a_plan_that_nothing_fits_says_so(bench: Bench) -> None:
    ended = alone(bench, *PLAN, "--max-price", "1")
    assert ended.status == 1
    assert "none may be taken" in ended.stderr


@pytest.mark.parametrize("price", ["nan", "inf", "0", "-1"])
def test_a_highest_price_is_a_number_above_zero(bench: Bench, price: str) -> None:
    ended = alone(bench, *PLAN, "--max-price", price)
    assert ended.status == 2
    assert "--max-price takes US dollars per hour, not" in ended.stderr


def test_attempts_are_shown_as_they_happen(bench: Bench, gce: FakeGceProcess) -> None:
    gce.script(Stockout(zone=ZONES[0]))
    ended = alone(bench, *UP)
    assert f"skipped  g2-standard-24 in {ZONES[0]}: stockout" in ended.stderr
    assert f"changed  g2-standard-24 in {ZONES[1]}" in ended.stderr


def test_ctrl_c_says_what_exists_what_it_costs_and_both_ways_on(
    bench: Bench, gce: FakeGceProcess
) -> None:
    (ended,) = together(bench, Command(UP, AFTER_INSERT, signal.SIGINT))
    assert ended.status == 130
    assert len(gce.instances()) == 1
    told = " ".join(ended.stderr.split())
    assert (
        "machine vllm (g2-standard-24 in us-east4-a) exists or is being made: "
        "it costs $1.99 per hour, until 20" in told
    )
    assert "llmhost up vllm --gpus 2 --yes # goes on where it is" in told
    assert "llmhost down vllm --cloud gcp # takes it away" in told


def test_ctrl_c_before_anything_was_asked_for_has_nothing_to_tell(
    bench: Bench, gce: FakeGceProcess
) -> None:
    (ended,) = together(bench, Command(UP, 3, signal.SIGINT))
    assert ended.status == 130
    assert "exists" not in ended.stderr
    assert gce.instances() == []


def test_after_a_failure_it_is_said_what_goes_on_costing(bench: Bench) -> None:
    ended = alone(bench, *UP)
    assert ended.status == 1
    assert "note: machine vllm (g2-standard-24 in us-east4-a) exists" in ended.stderr


def test_whoever_sits_there_is_asked_before_anything_is_deleted(
    bench: Bench, gce: FakeGceProcess
) -> None:
    alone(bench, *UP)
    refused = answered(bench, "n\n", "down", "vllm")
    assert refused.status == 2
    assert "Take away vllm for good? [y/N]" in refused.stderr
    assert len(gce.instances()) == 1
    assert answered(bench, "y\n", "down", "vllm").status == 0
    assert gce.instances() == []


def test_yes_needs_no_question(bench: Bench, gce: FakeGceProcess) -> None:
    alone(bench, *UP)
    ended = answered(bench, "", "down", "vllm", "--yes")
    assert "[y/N]" not in ended.stderr
    assert gce.instances() == []


def test_what_is_gone_already_is_down_already(bench: Bench, gce: FakeGceProcess) -> None:
    alone(bench, *UP)
    gce.advance(9 * 3600)
    ended = alone(bench, "down", "vllm", "--yes")
    assert ended.status == 0
    assert alone(bench, "down", "vllm", "--yes").stdout == (
        "vllm is gone\n  - nothing: it was gone already\n"
    )


def test_ls_tells_price_end_and_place(bench: Bench) -> None:
    alone(bench, *UP)
    ended = alone(bench, "ls")
    assert "us-east4-a" in ended.stdout
    assert "$1.99 per hour" in ended.stdout
    (entry,) = json.loads(alone(bench, "ls", "-o", "json").stdout)["deployments"]
    assert entry["machine_type"] == "g2-standard-24"
    assert entry["expires"].endswith("Z")
    assert entry["owner"]


def test_ls_ends_with_what_is_left_over_without_a_machine(
    bench: Bench, gce: FakeGceProcess
) -> None:
    assert "left over" not in alone(bench, "ls").stderr
    gce.plant_disk(ZONES[0], "llmhost-vllm-1", {"llmhost": "1", "llmhost-name": "vllm"})
    gce.advance(3600)
    assert alone(bench, "ls").stderr.endswith("1 disk left over: llmhost gc\n")
    assert alone(bench, "gc", "--yes").status == 0
    assert "left over" not in alone(bench, "ls").stderr


def test_extend_asks_because_the_machine_is_stopped_for_it(
    bench: Bench, gce: FakeGceProcess
) -> None:
    alone(bench, *UP)
    before = gce.instances()[0]["resourceStatus"]["scheduling"]["terminationTimestamp"]
    refused = answered(bench, "n\n", "extend", "vllm", "--ttl", "20h")
    assert "would be stopped and started again" in refused.stderr
    done = alone(bench, "extend", "vllm", "--ttl", "20h", "--yes")
    assert done.status == 0, done.stderr
    assert "vllm lives until" in done.stdout
    assert gce.instances()[0]["resourceStatus"]["scheduling"]["terminationTimestamp"] > before


@pytest.mark.parametrize("ttl", ["none", "soon"])
def test_extend_takes_a_duration(bench: Bench, ttl: str) -> None:
    assert alone(bench, "extend", "vllm", "--ttl", ttl, "--yes").status == 2


def test_extend_of_nothing_is_refused(bench: Bench) -> None:
    ended = alone(bench, "extend", "ghost", "--ttl", "4h", "--yes")
    assert ended.status == 2
    assert "there is no machine `ghost`" in ended.stderr


def test_gc_shows_first_and_deletes_only_when_told(bench: Bench, gce: FakeGceProcess) -> None:
    labels = {"llmhost": "1", "llmhost-name": "vllm", "llmhost-expires": "2026-01-01t00-00-00z"}
    gce.plant_disk(ZONES[0], "llmhost-vllm-1", labels)
    gce.plant_disk(ZONES[0], "theirs")
    gce.plant_instance(ZONES[1], "llmhost-old", labels=labels)
    gce.plant_address("us-east4", "llmhost-address", labels)
    gce.advance(3600)
    shown = alone(bench, "gc", "--dry-run")
    assert "its time ended at 2026-01-01T00:00:00Z" in shown.stdout
    assert "3 things nobody needs\n" in shown.stdout
    assert alone(bench, "gc").status == 2
    assert answered(bench, "n\n", "gc").status == 2
    assert len(gce.instances()) == 1
    done = alone(bench, "gc", "--yes", "-o", "json")
    assert json.loads(done.stdout)["deleted"] == 3
    assert gce.instances() == []
    assert [disk["name"] for disk in gce.disks()] == ["theirs"]
    assert gce.addresses() == []


def test_doctor_is_a_table_with_an_exit_status(bench: Bench, gce: FakeGceProcess) -> None:
    assert alone(bench, "doctor", "--cloud", "gcp").status == 0
    gce.limit("GPUS_ALL_REGIONS", 0)
    ended = alone(bench, "doctor")
    assert ended.status == 1
    assert "remedy" in ended.stdout
    document = json.loads(alone(bench, "doctor", "-o", "json").stdout)
    assert document["clouds"][0]["cloud"] == "gcp"


def test_a_project_can_be_named(bench: Bench) -> None:
    (place,) = said(Where(project="other"))
    assert place == Place("cloud", cloud="gcp:other")
    assert place.flags == "--cloud gcp --project other"
    driver = wiring.driver(place.cloud)
    assert isinstance(driver, GcpDriver)
    with pytest.raises(UsageError, match="sandbox has no projects"):
        wiring.driver("sandbox:other")
    refused = alone(bench, *PLAN, "--project", "other", "--local")
    assert refused.status == 2
