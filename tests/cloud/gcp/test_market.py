"""Offers: order, prices in other regions, and why an offer is passed over."""

from dataclasses import replace
from typing import Any

import pytest

from llmhost.cloud.gcp.market import Known, Wish, counts, offers
from llmhost.cloud.gcp.quotas import Quotas
from llmhost.cloud.offers import Offer, eligible, nothing_eligible
from llmhost.spec.catalog import Catalog
from llmhost.spec.terms import Terms

TABLE = Catalog.default({}).machines("gcp")
GPUS = Catalog.default({}).gpus()


def had(gpu: str, gpus: int, known: Known | None = None, **terms: object) -> tuple[Offer, ...]:
    wish = Wish(gpu, gpus, GPUS[gpu].memory_gb, Terms(**terms))  # type: ignore[arg-type]  # as typed
    return offers(TABLE, wish, known or Known())


def reasons(of: tuple[Offer, ...]) -> set[str]:
    return {offer.refused for offer in of}


def test_two_l4s_come_in_one_type_the_cheapest_zone_first() -> None:
    fitting = eligible(had("l4", 2))
    assert {offer.machine_type for offer in fitting} == {"g2-standard-24"}
    assert [offer.place for offer in fitting[:3]] == ["us-east4-a", "us-east4-c", "us-central1-a"]
    assert fitting[2].usd_per_hour == 2.000833
    assert fitting[2].price_date == "2026-08-20"


def test_a_sibling_costs_more_elsewhere_by_the_factor_of_the_one_whose_price_is_known() -> None:
    there = next(o for o in eligible(had("l4", 2)) if o.place == "europe-west4-a")
    assert there.usd_per_hour == pytest.approx(2.000833 * 0.742916 / 0.706832, abs=1e-6)


def test_prices_never_fall_along_the_list_and_unknown_ones_come_last() -> None:
    for gpu, gpus in (("l4", 1), ("l4", 2), ("a100", 1), ("h100", 8), ("t4", 1)):
        prices = [offer.usd_per_hour for offer in had(gpu, gpus)]
        known = [price for price in prices if price is not None]
        assert prices[: len(known)] == sorted(known)


def test_of_unknown_prices_the_region_of_the_table_comes_first() -> None:
    unpriced = TABLE.machines["n1-standard-8"].model_copy(update={"price": None})
    table = TABLE.model_copy(update={"machines": {"n1-standard-8": unpriced}})
    found = eligible(offers(table, Wish("t4", 1, 16, Terms()), Known()))
    assert {offer.usd_per_hour for offer in found} == {None}
    assert found[0].place.startswith("us-central1-")


def test_a_gpu_that_is_attached_costs_what_it_and_its_machine_cost() -> None:
    cheapest = eligible(had("t4", 1, max_usd_per_hour=1.0))[0]
    assert (cheapest.usd_per_hour, cheapest.price_date) == (0.729998, "2026-07-30")
    assert cheapest.place.startswith("us-central1-")


def test_spot_is_taken_only_by_those_who_accept_it() -> None:
    usual, spot = had("l4", 2), had("l4", 2, spot=True)
    assert {o.provisioning for o in eligible(usual)} == {"on-demand"}
    assert {o.provisioning for o in eligible(spot)} == {"spot"}
    assert "may be taken away at any time; --spot accepts that" in reasons(usual)


def test_a_machine_that_is_not_sold_on_demand_is_waited_for() -> None:
    fitting = eligible(had("h100", 1))
    assert {offer.provisioning for offer in fitting} == {"flex-start"}
    assert fitting[0].usd_per_hour == 4.79


def test_flex_start_ends_after_seven_days_so_a_longer_life_excludes_it() -> None:
    assert not eligible(had("h100", 1, ttl_seconds=8 * 86400))
    assert not eligible(had("h100", 1, ttl_seconds=None))


def test_flex_start_is_no_bargain_where_a_machine_can_be_had_at_once() -> None:
    passed = [o for o in had("a100", 1) if o.provisioning == "flex-start"]
    assert passed
    assert reasons(tuple(passed)) == {"waits for its turn; on-demand machines are there at once"}


def test_less_memory_than_its_gpu_makes_a_machine_too_small() -> None:
    small = [o for o in had("l4", 1) if o.machine_type == "g2-standard-4"]
    assert {o.refused for o in small if o.provisioning == "on-demand"} == {
        "its 16 GB of RAM are less than its GPUs' 24 GB"
    }
    assert eligible(had("l4", 1))[0].machine_type == "g2-standard-8"


@pytest.mark.parametrize(
    ("terms", "places"),
    [
        ({"regions": ("us-central1",)}, {"us-central1-a", "us-central1-b", "us-central1-c"}),
        ({"zone": "europe-west4-b"}, {"europe-west4-b"}),
        ({"zone": "moon-west1-a"}, set()),
    ],
)
def test_places_that_are_asked_for_exclude_all_others(
    terms: dict[str, Any], places: set[str]
) -> None:
    assert {offer.place for offer in eligible(had("l4", 2, **terms))} == places


def test_a_highest_price_excludes_what_is_dearer_and_what_nobody_knows() -> None:
    fitting = eligible(had("l4", 2, max_usd_per_hour=2.0))
    assert {offer.place for offer in fitting} == {"us-east4-a", "us-east4-c"}
    assert "its price is not known, and --max-price is given" in reasons(
        had("l4", 2, max_usd_per_hour=2.0)
    )


def test_what_a_zone_does_not_list_is_not_asked_of_it() -> None:
    known = Known(zones={"g2-standard-24": frozenset({"us-central1-b", "moon-west1-a"})})
    fitting = eligible(had("l4", 2, known))
    assert [offer.place for offer in fitting] == ["us-central1-b", "moon-west1-a"]


def test_a_region_without_a_subnet_is_left_out() -> None:
    fitting = eligible(had("l4", 2, Known(regions=frozenset({"europe-west4"}))))
    assert {offer.place for offer in fitting} == {
        "europe-west4-a",
        "europe-west4-b",
        "europe-west4-c",
    }


def test_a_quota_of_a_region_excludes_that_region_and_no_other() -> None:
    limits = {"us-east4": {"NVIDIA_L4_GPUS": 1.0, "PREEMPTIBLE_NVIDIA_L4_GPUS": 0.0}}
    known = Known(quotas=Quotas({"GPUS_ALL_REGIONS": 8.0}, limits))
    assert eligible(had("l4", 2, known))[0].place == "us-central1-a"
    assert "the quota NVIDIA_L4_GPUS is 1 in us-east4" in reasons(had("l4", 2, known))


def test_a_quota_of_the_project_excludes_everything() -> None:
    known = Known(quotas=Quotas({"GPUS_ALL_REGIONS": 0.0}))
    assert not eligible(had("l4", 2, known))
    assert "the project's quota GPUS_ALL_REGIONS is 0" in reasons(had("l4", 2, known))


def test_a_machine_that_ends_itself_may_draw_on_the_preemptible_quota() -> None:
    limits = {"us-east4": {"NVIDIA_L4_GPUS": 0.0, "PREEMPTIBLE_NVIDIA_L4_GPUS": 4.0}}
    known = Known(quotas=Quotas({}, limits))
    assert eligible(had("l4", 2, known))[0].place == "us-east4-a"


def test_every_number_of_gpus_there_is_can_be_named() -> None:
    assert counts(TABLE, "l4") == (1, 2, 4, 8)
    assert counts(TABLE, "h200") == (8,)


def test_when_nothing_may_be_taken_every_reason_is_said_once() -> None:
    error = nothing_eligible("vllm", had("l4", 2, zone="moon-west1-a"))
    assert error.details == ("88 offers: not in --zone moon-west1-a",)
    assert "--zone" in error.hint


@pytest.mark.parametrize(
    ("gpu", "gpus", "metric"),
    [("l4", 2, "SSD_TOTAL_GB"), ("rtx-pro-6000", 1, "HDB_TOTAL_GB")],
)
def test_a_quota_of_disks_excludes_a_region_for_machines_whose_disks_it_counts(
    gpu: str, gpus: int, metric: str
) -> None:
    known = Known(
        quotas=Quotas({}, {"us-central1": {"SSD_TOTAL_GB": 250.0, "HDB_TOTAL_GB": 250.0}})
    )
    wish = Wish(gpu, gpus, GPUS[gpu].memory_gb, Terms(regions=("us-central1",)), disk_gb=300)
    assert eligible(offers(TABLE, replace(wish, disk_gb=250), known))
    found = offers(TABLE, wish, known)
    assert not eligible(found)
    words = f"the quota {metric} is 250 in us-central1, and its disk has 300 GB"
    assert [offer.refused for offer in found if offer.lacks] == [words] * len(
        [offer for offer in found if offer.lacks == metric]
    )
    assert words in reasons(found)


def test_a_quota_of_addresses_excludes_a_region_unless_none_is_asked_for() -> None:
    known = Known(quotas=Quotas({}, {"us-east4": {"IN_USE_ADDRESSES": 0.0}}))
    assert eligible(had("l4", 2, known))[0].place == "us-central1-a"
    assert "the quota IN_USE_ADDRESSES is 0 in us-east4" in reasons(had("l4", 2, known))
    assert eligible(had("l4", 2, known, iap=True))[0].place == "us-east4-a"
