"""A load on an API: so many requests, so many at a time."""

import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from llmhost.endpoint.endpoint import Endpoint
from llmhost.endpoint.exchange import Exchange, Request
from llmhost.errors import LlmhostError

_ENDED = object()


def load(
    endpoint: Endpoint,
    requests: Iterable[Request],
    concurrency: int,
    seconds: float,
    hear: Callable[[Exchange], bool],
) -> float:
    """Asks everything, and returns how many seconds that took.

    A closed loop: each of the askers sends its next request when its last one has ended.

    Args:
        endpoint: What is asked.
        requests: What is asked of it.
        concurrency: How many requests are under way at a time.
        seconds: What each may take.
        hear: Called with each exchange as it ends, in one thread; nothing more is begun once it
            answers False.

    Raises:
        HostError: The way to the host is gone.
    """
    waiting = iter(requests)
    lock, over = threading.Lock(), threading.Event()
    heard: SimpleQueue[object] = SimpleQueue()

    def ask() -> None:
        try:
            while not over.is_set():
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                heard.put(endpoint.ask(request, seconds=seconds))
        except LlmhostError as error:
            heard.put(error)
        finally:
            heard.put(_ENDED)

    begun = time.monotonic()
    # Daemons: after Ctrl-C nobody waits for answers that are still on their way.
    for _ in range(concurrency):
        threading.Thread(target=ask, daemon=True).start()
    try:
        _listen(heard, concurrency, over, hear)
    finally:
        over.set()
    return time.monotonic() - begun


def _listen(
    heard: "SimpleQueue[object]",
    askers: int,
    over: threading.Event,
    hear: Callable[[Exchange], bool],
) -> None:
    while askers:
        match heard.get():
            case Exchange() as exchange:
                if not hear(exchange):
                    over.set()
            case LlmhostError() as error:
                raise error
            case _:
                askers -= 1
