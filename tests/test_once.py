"""One value per process, however many threads ask."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from llmhost.once import once


def test_threads_that_want_the_same_wait_for_one_of_them() -> None:
    made: list[int] = []

    @once
    def slow(number: int) -> int:
        made.append(number)
        time.sleep(0.05)
        return number * 2

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(slow, [1] * 8)) == [2] * 8
    assert made == [1]


def test_threads_that_want_different_things_do_not_wait_for_each_other() -> None:
    together = threading.Barrier(4)

    @once
    def meet(_number: int) -> bool:
        together.wait(timeout=5)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(meet, range(4)))


def test_what_failed_is_tried_again() -> None:
    tries: list[int] = []

    @once
    def later() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return 7

    with pytest.raises(ValueError, match="not yet"):
        later()
    assert later() == 7
