"""The signals that end a command: SIGTERM and SIGHUP are heard as Ctrl-C is.

A CI job that is cancelled gets them, and so does whoever closes a terminal. What `ssh` and
`forward` become hears them in its own way: handlers do not survive an exec.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from types import FrameType
from typing import NoReturn

_HEARD = (signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Ending:
    """What ends a command, once it is interrupted.

    Attributes:
        by: The latest signal; Ctrl-C unless another came.
    """

    by: signal.Signals = signal.SIGINT


@contextmanager
def heard() -> Iterator[Ending]:
    """Makes an interruption of signals that would end the process without a word.

    One that is ignored stays so, as `nohup` wants it. Only a process's main thread hears signals.
    """
    ending = Ending()

    def interrupt(number: int, _frame: FrameType | None) -> NoReturn:
        ending.by = signal.Signals(number)
        raise KeyboardInterrupt

    ours = current_thread() is main_thread()
    silent = [one for one in _HEARD if ours and signal.getsignal(one) is signal.SIG_DFL]
    for one in silent:
        signal.signal(one, interrupt)
    try:
        yield ending
    finally:
        for one in silent:
            signal.signal(one, signal.SIG_DFL)
