"""What is likely to happen to a deployment that does not fit, if somebody goes on all the same."""

from typing import Literal, TypeAlias

from llmhost.fit.engine import Engine

Cause: TypeAlias = Literal[
    "", "requests", "division", "context", "weights", "cache", "wait", "tight"
]


def likely(engine: Engine, cause: Cause) -> str:
    """The outcome in a sentence; empty where it fits."""
    name = engine.title
    short = {
        "weights": f"{name} runs out of memory while it loads the weights, and ends",
        "cache": f"{name} loads the weights and ends where it makes the KV cache",
    }
    if engine.memory.spills:
        cpu = f"{name} leaves layers on the CPU and answers many times more slowly"
        short = dict.fromkeys(short, cpu)
    if_not = f"if not, {short['cache']}"
    return {
        "": "",
        "requests": f"{name} starts, and requests beyond what it takes at a time wait",
        "wait": f"{name} starts, and requests that find no room in the KV cache wait",
        "division": f"{name} ends while it starts, before it has read the weights",
        "context": f"{name} refuses the context and ends before it has read the weights",
        **short,
        "tight": f"it serves if everything else takes as little as reports go; {if_not}",
    }[cause]
