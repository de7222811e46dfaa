"""The table of tiers: what models of a size take at 16, 8, 4 and 2 bits, and what holds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llmhost.fit.judge import Demand, Known
from llmhost.fit.remedies import Market, Remedy, holders
from llmhost.fit.weights import Weights

# Bits per number with the scales of its block: 16 bits as they are, and the blocks of llama.cpp's
# Q8_0, Q4_0 and Q2_K (hub/ggml.py). Whole files of a 4-bit type come out up to a tenth larger,
# those of a 2-bit type a fifth, because some matrices are kept in more bits.
BITS: Mapping[str, float] = {"16 bit": 16, "8 bit": 8.5, "4 bit": 4.5, "2 bit": 2.625}

# One model stands for each tier, by its number of parameters.
REPRESENTATIVES: Mapping[str, str] = {
    "1B": "Qwen/Qwen2.5-1.5B-Instruct",
    "3B": "meta-llama/Llama-3.2-3B-Instruct",
    "8B": "meta-llama/Llama-3.1-8B-Instruct",
    "14B": "Qwen/Qwen2.5-14B-Instruct",
    "30B": "Qwen/Qwen2.5-32B-Instruct",
    "70B": "meta-llama/Llama-3.1-70B-Instruct",
    "120B": "mistralai/Mistral-Large-Instruct-2407",
    "1T": "moonshotai/Kimi-K2-Instruct",
}
_CONTEXT = 8192


@dataclass(frozen=True, slots=True)
class Tier:
    """A size of models.

    Attributes:
        name: Such as `8B`.
        model: The model that stands for it.
        parameters: Of that model.
        sizes: Bytes of weights by bits.
        held_by: The cheapest machine for it at 4 bits with a context of 8192 tokens; None where no
            single machine holds it.
    """

    name: str
    model: str
    parameters: int
    sizes: Mapping[str, int]
    held_by: Remedy | None


def tiers(
    known: Callable[[str], tuple[Known, int]], market: Callable[[], Market]
) -> tuple[Tier, ...]:
    """The table.

    Args:
        known: A well-known model and the number of its parameters.
        market: What there is to choose from.
    """
    choice = market()
    found = []
    for name, model_id in REPRESENTATIVES.items():
        model, parameters = known(model_id)
        sizes = {bits: int(parameters * width / 8) for bits, width in BITS.items()}
        weights = Weights(sizes["4 bit"], "estimate", "parameters x 4.5 bits", "4 bit")
        small = Known(model.id, model.shape, weights)
        best = holders(small, choice, Demand(gpus=1, context=_CONTEXT))
        found.append(Tier(name, model_id, parameters, sizes, next(iter(best), None)))
    return tuple(found)
