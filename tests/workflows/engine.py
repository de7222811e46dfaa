"""What is observed of engines in memory; `asked` holds the variables that `observe` goes by."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tests.probes.seen import COMPLETION

Engine: TypeAlias = Callable[[Mapping[str, str]], Iterator[str]]


def serves(asked: Mapping[str, str]) -> Iterator[str]:
    """An engine as it should be."""
    model, gpus = json.loads(asked["body"])["model"], int(asked["gpus"])
    yield from running(asked)
    yield "ready\t200 "
    yield f"models\t200 {json.dumps({'data': [{'id': model}]})}"
    if asked["resident"]:
        vram = 5 if gpus else 0
        item = {"name": model, "key": model, "size": 5, "size_vram": vram, "loaded_instances": [1]}
        yield f"resident\t200 {json.dumps({'models': [item]})}"
    yield f"completion\t200 {json.dumps(COMPLETION)}"
    for index in range(2 if gpus else 0):
        yield f"gpu\t{index}, NVIDIA L4, GPU-{index}, 580.95.05, 23034, 21191"
    for index in range(gpus):
        yield f"inside\tGPU {index}: NVIDIA L4 (UUID: GPU-{index})"
    yield "end\t1795173713"


def loads(asked: Mapping[str, str]) -> Iterator[str]:
    """An engine that does not listen yet."""
    yield from running(asked)
    yield "ready\t000 "
    yield "log\tLoading safetensors checkpoint shards:  50% Completed | 1/2"
    yield "end\t1795173713"


def fetches(gigabytes: int) -> Engine:
    """An engine that fetches its model, with so much of it on the disk."""

    def observed(asked: Mapping[str, str]) -> Iterator[str]:
        yield f"stored\t{gigabytes * 10**9}"
        yield from loads(asked)

    return observed


def dies(*last_words: str) -> Engine:
    """An engine that ends again and again, with these words."""

    def observed(asked: Mapping[str, str]) -> Iterator[str]:
        yield from running(asked, "restarting 6 1 false")
        yield "ready\t000 "
        yield from (f"log\t{line}" for line in last_words)
        yield "end\t1795173713"

    return observed


def stopped(_asked: Mapping[str, str]) -> Iterator[str]:
    """A service that somebody stopped."""
    yield "unit\tActiveState=inactive"
    yield "ready\t000 "
    yield "end\t1795173713"


def one_after_the_other(engines: Sequence[Engine]) -> Engine:
    """Something else at each look, the last of it for ever."""
    looks = iter(engines)
    now = engines[0]

    def observed(asked: Mapping[str, str]) -> Iterator[str]:
        nonlocal now
        now = next(looks, now)
        yield from now(asked)

    return observed


def running(asked: Mapping[str, str], container: str = "running 0 0 false") -> Iterator[str]:
    yield "unit\tActiveState=active"
    yield "unit\tResult=success"
    if asked["container"]:
        yield f"container\t{container}"
