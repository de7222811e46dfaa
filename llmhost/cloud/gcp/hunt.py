"""Which offer to try next, from the offers and what came of those that were tried. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmhost.cloud.gcp.places import region_of
from llmhost.cloud.gcp.trouble import Kind, Trouble
from llmhost.cloud.offers import Attempt, Offer


@dataclass(frozen=True, slots=True)
class Tried:
    """An offer that was tried in vain."""

    offer: Offer
    trouble: Trouble

    @property
    def attempt(self) -> Attempt:
        """The same for whoever reads the result."""
        return Attempt(self.offer, self.trouble.kind, self.trouble.words)


# What no other zone would change: the hunt ends with its message.
FATAL: frozenset[Kind] = frozenset(
    {
        "quota-project",
        "credentials",
        "api-disabled",
        "no-project",
        "permission",
        "no-address-allowed",
        "os-login",
        "policy",
        "no-network",
        "no-image",
        "invalid",
        "unknown",
    }
)

# Trouble of one zone that may pass: asked once more before the zone is left.
_ONCE_MORE: frozenset[Kind] = frozenset({"internal"})

# So many zones in a row without an answer are not the zones' trouble.
_UNANSWERED = 3


def following(offers: Sequence[Offer], tried: Sequence[Tried]) -> Offer | None:
    """The offer to try next; None when there is nothing left worth trying."""
    if tried and tried[-1].trouble.kind in FATAL:
        return None
    if _unanswered(tried):
        return None
    left = [offer for offer in offers if not any(_rules_out(past, offer, tried) for past in tried)]
    hinted = [zone for past in tried for zone in past.trouble.zones_available]
    recommended = [offer for offer in left if offer.place in hinted]
    return next(iter([*recommended, *left]), None)


def _unanswered(tried: Sequence[Tried]) -> bool:
    latest = [past.trouble.kind for past in tried[-_UNANSWERED:]]
    return len(latest) == _UNANSWERED and all(kind == "unavailable" for kind in latest)


def _rules_out(past: Tried, offer: Offer, tried: Iterable[Tried]) -> bool:
    """Whether what came of one offer says enough about another."""
    before = past.offer
    same_way = (before.machine_type, before.provisioning) == (
        offer.machine_type,
        offer.provisioning,
    )
    match past.trouble.kind:
        case "quota":
            # A quota is of a region, a GPU model and a way to buy.
            return (
                region_of(before.place) == region_of(offer.place)
                and before.provisioning == offer.provisioning
                and before.gpu == offer.gpu
            )
        case "address-space" | "place-forbidden":
            return region_of(before.place) == region_of(offer.place)
        case "name-taken" | "unavailable":
            return before.place == offer.place
        case kind if kind in _ONCE_MORE:
            same = [one for one in tried if one.offer == offer and one.trouble.kind == kind]
            return len(same) > 1
        case _:
            return before.place == offer.place and same_way
