"""What a cloud has to offer for a request, and what came of asking for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.errors import CloudError
from llmhost.events import OfferTried

Provisioning: TypeAlias = Literal["on-demand", "spot", "flex-start"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to have such a machine.

    Attributes:
        machine_type: The cloud's name for it.
        place: Zone or computer.
        provisioning: `spot` may be taken away at any time, `flex-start` may wait for its turn.
        gpu: GPU model as in the machine catalogue; empty without GPUs.
        gpus: How many of them.
        usd_per_hour: Price in US dollars per hour; None where there is no bill or no known price.
        price_date: Day of the price, ISO 8601; empty without one.
        refused: Why it is passed over; empty when it may be taken.
        simulated: One line that says what of the machine is not real; empty for real ones.
        lacks: The quota, by the cloud's name, whose lack alone refuses it; empty otherwise.
        remedy: What to do about that.
    """

    machine_type: str
    place: str
    provisioning: Provisioning = "on-demand"
    gpu: str = ""
    gpus: int = 0
    usd_per_hour: float | None = None
    price_date: str = ""
    refused: str = ""
    simulated: str = ""
    lacks: str = ""
    remedy: str = ""

    @property
    def title(self) -> str:
        """The offer in a few words, such as `g2-standard-24 in us-central1-a, spot`."""
        how = "" if self.provisioning == "on-demand" else f", {self.provisioning}"
        return f"{self.machine_type} in {self.place}{how}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An offer that was tried.

    Attributes:
        offer: Which one.
        outcome: `made`, or in a word why not: `stockout`, `quota`, ...
        words: The same as a sentence, with what the cloud said.
    """

    offer: Offer
    outcome: str
    words: str = ""

    @property
    def tried(self) -> OfferTried:
        """The event that tells of it."""
        of = self.offer
        return OfferTried(
            of.machine_type,
            of.place,
            of.provisioning,
            of.gpu,
            of.gpus,
            of.usd_per_hour,
            of.price_date,
            self.outcome,
            self.words,
        )

    @classmethod
    def told(cls, event: OfferTried) -> "Attempt":
        """The attempt an event tells of."""
        offer = Offer(
            event.machine_type,
            event.place,
            event.provisioning,
            event.gpu,
            event.gpus,
            event.usd_per_hour,
            event.price_date,
        )
        return cls(offer, event.outcome, event.words)


def eligible(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Those that may be taken, in their order."""
    return tuple(offer for offer in offers if not offer.refused)


def nothing_eligible(name: str, offers: Sequence[Offer]) -> CloudError:
    """The error when no offer may be taken, with every reason.

    Where the account alone is in the way, that is the reason: nothing that was typed would help.
    """
    if lacking := [offer for offer in offers if offer.lacks]:
        return _no_quota(name, lacking)
    reasons = Counter(offer.refused for offer in offers)
    return CloudError(
        f"of {len(offers)} offers for {name} none may be taken",
        hint="loosen what excludes them: --region, --zone, --max-price, --ttl; or accept --spot",
        details=tuple(f"{number} offers: {reason}" for reason, number in reasons.most_common()),
    )


def _no_quota(name: str, lacking: Sequence[Offer]) -> CloudError:
    (quota, _), *_ = Counter(offer.lacks for offer in lacking).most_common()
    short = [offer for offer in lacking if offer.lacks == quota]
    reasons = {offer.refused for offer in short}
    places, first = len({offer.place for offer in short}), short[0]
    everywhere = f"it leaves no room for {first.gpus} x {first.gpu} in any of {places} zones"
    return CloudError(
        f"no machine for {name} may be made: the account's quota {quota} is too small",
        why=first.refused if len(reasons) == 1 else everywhere,
        hint=f"{first.remedy}; `llmhost doctor` shows what there is",
    )
