"""Which offer is tried next."""

from hypothesis import given
from hypothesis import strategies as st

from llmhost.cloud.gcp.hunt import FATAL, Tried, following
from llmhost.cloud.gcp.trouble import Kind, Trouble, seen
from llmhost.cloud.offers import Offer

A, B, C, D = (
    Offer("g2-standard-24", zone, gpu="l4", gpus=2)
    for zone in ("us-east4-a", "us-east4-c", "us-central1-a", "europe-west4-b")
)
SPOT = Offer("g2-standard-24", "us-east4-a", "spot", "l4", 2)
OFFERS = (A, B, C, D)
KINDS: tuple[Kind, ...] = (
    "stockout",
    "quota",
    "quota-project",
    "name-taken",
    "permission",
    "internal",
    "unavailable",
    "slow",
    "vanished",
    "address-space",
    "place-forbidden",
    "not-offered",
    "unknown",
)


def tried(offer: Offer, kind: Kind, *zones: str) -> Tried:
    trouble = seen(kind, kind)
    return Tried(offer, Trouble(kind, kind, trouble.refusal, zones))


def test_the_first_offer_comes_first() -> None:
    assert following(OFFERS, ()) == A


def test_without_offers_there_is_nothing_to_try() -> None:
    assert following((), ()) is None


def test_a_stockout_leaves_the_zone_for_the_next() -> None:
    assert following(OFFERS, [tried(A, "stockout")]) == B


def test_a_stockout_of_spot_says_nothing_about_on_demand() -> None:
    assert following((SPOT, A), [tried(SPOT, "stockout")]) == A


def test_a_zone_that_google_recommends_is_tried_next() -> None:
    assert following(OFFERS, [tried(A, "stockout", "europe-west4-b")]) == D


def test_a_recommended_zone_that_was_tried_is_not_tried_again() -> None:
    past = [tried(A, "stockout", "europe-west4-b"), tried(D, "stockout")]
    assert following(OFFERS, past) == B


def test_a_quota_excludes_its_whole_region() -> None:
    assert following(OFFERS, [tried(A, "quota")]) == C


def test_a_place_that_is_forbidden_excludes_its_whole_region() -> None:
    assert following(OFFERS, [tried(A, "place-forbidden")]) == C


def test_a_zone_that_does_not_offer_it_is_passed_over() -> None:
    assert following(OFFERS, [tried(A, "not-offered")]) == B


def test_a_quota_of_the_project_ends_the_hunt() -> None:
    assert following(OFFERS, [tried(A, "quota-project")]) is None


def test_an_internal_error_is_asked_once_more_and_not_twice() -> None:
    assert following(OFFERS, [tried(A, "internal")]) == A
    assert following(OFFERS, [tried(A, "internal"), tried(A, "internal")]) == B


def test_three_zones_without_an_answer_are_an_outage() -> None:
    past = [tried(A, "unavailable"), tried(B, "unavailable")]
    assert following(OFFERS, past) == C
    assert following(OFFERS, [*past, tried(C, "unavailable")]) is None


def test_what_no_zone_would_change_ends_the_hunt() -> None:
    for kind in FATAL:
        assert following(OFFERS, [tried(A, kind)]) is None


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_every_hunt_ends_and_asks_nothing_three_times(kinds: list[Kind]) -> None:
    past: list[Tried] = []
    for kind in kinds:
        offer = following(OFFERS, past)
        if offer is None:
            return
        past.append(tried(offer, kind))
    assert all(sum(one.offer == offer for one in past) <= 2 for offer in OFFERS)
    while offer := following(OFFERS, past):
        past.append(tried(offer, "stockout"))
    assert len(past) <= 2 * len(OFFERS)
