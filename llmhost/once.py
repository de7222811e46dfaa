"""What is made once per process, also when many threads want it at the same moment."""

import functools
import threading
from collections.abc import Callable, Hashable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def once(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """`functools.cache`, except that threads which want the same wait for the first of them.

    One command works on many hosts side by side, a thread for each. Without a lock every one of
    them would compile the same templates, and they would take turns at it.
    """
    kept: dict[Hashable, Made] = {}
    locks: dict[Hashable, threading.RLock] = {}

    @functools.wraps(make)
    def made(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        wanted = (args, tuple(kwargs.items()))
        if wanted not in kept:
            # re-entrant: what is made may need another thing that is made the same way
            with locks.setdefault(wanted, threading.RLock()):
                if wanted not in kept:
                    kept[wanted] = make(*args, **kwargs)
        return kept[wanted]

    return made
