"""What speaks against a deployment whatever the memory there is."""

from dataclasses import dataclass

from llmhost.fit.division import cut_blocks, indivisible
from llmhost.fit.engine import Engine
from llmhost.fit.likely import Cause
from llmhost.fit.shape import Shape, Spread
from llmhost.fit.weights import Weights


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it cannot be.

    Attributes:
        cause: What decides about the outcome.
        why: In words.
    """

    cause: Cause
    why: str


def refusals(engine: Engine, shape: Shape, weights: Weights, spread: Spread) -> tuple[Refusal, ...]:
    """Why the model cannot be spread like this."""
    uneven = indivisible(engine, shape, spread) or cut_blocks(shape, weights.blocks, spread)
    return tuple(Refusal("division", why) for why in uneven)


def excesses(engine: Engine, shape: Shape, *, context: int, requests: int) -> tuple[Refusal, ...]:
    """What is more than the model was made for, or the engine answers."""
    found = []
    if not engine.memory.beyond_training and 0 < shape.longest < context:
        made = f"the model was made for {shape.longest:,} tokens"
        found.append(
            Refusal("context", f"{made}, and {engine.title} refuses a context of {context:,}")
        )
    of, slots = engine.memory.slots, engine.slots
    if of and slots is not None and requests > slots:
        limit = "at most" if slots == engine.most_slots else f"with {of.setting}={slots}"
        takes = f"{engine.title} answers {slots:,} requests at a time {limit}, not {requests:,}"
        found.append(Refusal("requests", takes))
    return tuple(found)


def beyond(machines: int) -> tuple[str, ...]:
    """What is to be said where layers are dealt out to several machines."""
    if machines == 1:
        return ()
    return ("this is arithmetic alone: `llmhost up` makes one machine and deals no layers out",)
