"""The same work on several hosts at once; one that fails does not hold up the others."""

from collections.abc import Callable, Sequence
from threading import Thread
from typing import TypeVar

from llmhost.cli.documents import Hosts, OnHost
from llmhost.cli.failure import Failure
from llmhost.cli.invocation import Invocation
from llmhost.errors import ExitStatus, LlmhostError
from llmhost.ui.error import prose
from llmhost.ui.paint import Line, Span, line
from llmhost.workflows.place import Place

At = TypeVar("At", Place, Place | None)
Result = TypeVar("Result")


def each(
    invocation: Invocation,
    places: Sequence[At],
    work: Callable[[At], Result],
    view: Callable[[Result], Sequence[Line]],
) -> tuple[tuple[Result, ...], int]:
    """Does the work in every place and delivers what came of it.

    Returns:
        The results there are, and the exit status.
    """
    if len(places) == 1:
        result = work(places[0])
        invocation.deliver(result, view(result))
        return (result,), ExitStatus.OK
    hosts = everywhere(places, work)
    invocation.deliver(hosts, below_names(hosts, view))
    return results(hosts), worst(hosts)


def everywhere(places: Sequence[At], work: Callable[[At], Result]) -> Hosts[Result]:
    """Does the work on every host, all at the same time, and collects what came of it."""
    found: dict[At, OnHost[Result]] = {}
    defects: list[Exception] = []

    def on(place: At) -> None:
        host = place.host if place else ""
        try:
            found[place] = OnHost(host, result=work(place))
        except LlmhostError as error:
            found[place] = OnHost(host, failure=Failure.of(error))
        except Exception as defect:  # noqa: BLE001  raised again below, in the thread that is watched
            defects.append(defect)

    # Daemons, so that Ctrl-C ends the program and not only the waiting.
    threads = [Thread(target=on, args=(place,), daemon=True) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if defects:
        raise defects[0]
    return Hosts(tuple(found[place] for place in places))


def results(of: Hosts[Result]) -> tuple[Result, ...]:
    """What came of the hosts on which nothing went wrong."""
    return tuple(host.result for host in of.hosts if host.result is not None)


def worst(of: Hosts[Result]) -> int:
    """The exit status for all of them: that of the first that failed."""
    statuses = (host.failure.exit_status for host in of.hosts if host.failure)
    return next(statuses, int(ExitStatus.OK))


def below_names(of: Hosts[Result], view: Callable[[Result], Sequence[Line]]) -> tuple[Line, ...]:
    """Every host's result, or what went wrong, below its name."""
    parts: list[Line] = []
    for host in of.hosts:
        parts.append(line(Span(host.host, "strong")))
        if host.result is not None:
            parts += view(host.result)
        if host.failure is not None:
            told = host.failure
            parts += prose(told.error, why=told.why, hint=told.hint, details=told.details)
    return tuple(parts)
