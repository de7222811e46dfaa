"""Views: what a value looks like in lines."""

from dataclasses import replace

from llmhost.fit.report import Beside
from llmhost.planning.plan import Change, Plan
from llmhost.steps.base import Drift
from llmhost.ui.gone import gone
from llmhost.ui.listing import listing, margin
from llmhost.ui.paint import Line, ansi, plain
from llmhost.ui.plan import planned
from llmhost.ui.served import served
from llmhost.ui.status import status
from llmhost.workflows.results import Gone, Listing, Planned
from tests.cli.samples import LISTING, SERVED, STATUS


def text(lines: tuple[Line, ...]) -> str:
    return "\n".join(map(plain, lines))


def test_a_plan_signs_what_it_would_do() -> None:
    change = (
        Change("machine vllm", "create", reason="gcp, 2 x l4"),
        Change("unit", "update", (Drift("enabled", "no", "yes"),)),
        Change("file /etc/old", "delete", (Drift("exists", "yes", ""),)),
        Change("docker", "none"),
    )
    shown = planned(Planned(Plan("vllm", change[0], change[1:]), 3))
    assert text(shown) == (
        "+ machine vllm  (gcp, 2 x l4)\n"
        "~ unit\n"
        "    enabled: no -> yes\n"
        "- file /etc/old\n"
        "    exists: yes -> absent\n"
        "= docker\n"
        "\n"
        "1 to create, 1 to update, 1 to delete, 1 as they should be"
    )


def test_diffs_are_coloured_on_a_terminal() -> None:
    drift = Drift("content", "", "", ("-old", "+new", " same"))
    shown = planned(Planned(Plan("x", None, (Change("file", "update", (drift,)),)), 1))
    assert [ansi(part) for part in shown[2:5]] == [
        "      \x1b[31m-old\x1b[0m",
        "      \x1b[32m+new\x1b[0m",
        "      \x1b[2m same\x1b[0m",
    ]


def test_an_empty_plan_says_so() -> None:
    assert text(planned(Planned(Plan("x", None, ()), 0))) == "nothing to change"


def test_without_a_bill_and_with_nothing_simulated_neither_is_mentioned() -> None:
    shown = text(served(replace(SERVED, usd_per_hour=None, simulated="", changed=0)))
    assert "costs" not in shown
    assert "simulated" not in shown
    assert "(0 steps changed, 2 as they should be)" in shown


def test_a_listing_fits_the_terminal_by_cutting_its_end() -> None:
    lines = listing(LISTING, width=120)
    assert max(len(plain(part)) for part in lines) <= 120


def test_a_machine_that_is_stopped_has_no_price_and_no_end_of_its_own() -> None:
    running = replace(LISTING.deployments[0], billed=True, expires="2026-11-20T20:00:00Z")
    idle = replace(
        running, state="stopped", usd_per_hour=None, expires="", swept_after=running.expires
    )
    there = Listing((running, idle))
    rows = [" ".join(plain(part).split()) for part in listing(there)]
    assert rows[1].endswith("2026-11-20T20:00:00Z $2.00 per hour")
    assert rows[2].endswith("2026-11-20T10:57:06Z - its disk")
    assert "stopped" in rows[2]
    beside = text(margin(there))
    assert "2 deployments, $2.00 per hour" in beside
    assert (
        "note: vllm is stopped and costs its disk alone: `llmhost up` starts it, `llmhost down "
        "vllm --cloud gcp` ends it, `llmhost gc` after 2026-11-20T20:00:00Z as well" in beside
    )


def test_a_price_that_is_not_known_is_not_taken_for_none() -> None:
    there = Listing((replace(LISTING.deployments[0], billed=True, usd_per_hour=None),))
    assert text(listing(there)).endswith("unknown")


def test_a_status_without_anything_known_is_one_line() -> None:
    bare = replace(STATUS, provider="", model="", endpoint="", host="", checks=(), why="")
    assert text(status(replace(bare, health="absent"))) == "vllm absent"


def test_gone_without_rest_is_short() -> None:
    assert text(gone(Gone("vllm", ("machine",)))) == "vllm is gone\n  - machine"


def test_what_a_stand_in_says_of_memory_is_not_called_an_engines() -> None:
    memory = (Beside("weights", 9, 10, 1, within=False),)
    for simulated, said in (("", "THE ENGINE SAYS"), ("its engine", "THE STAND-IN SAYS")):
        shown = text(served(replace(SERVED, memory=memory, simulated=simulated)))
        assert said in shown
