"""The faults a test has scripted, and how often each has struck."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from tests.fake_gce.call import Call
from tests.fake_gce.faults import Fault, as_json, from_json

F = TypeVar("F", bound=Fault)


@dataclass(slots=True)
class _Line:
    fault: Fault
    seen: int = 0
    struck: int = 0


class Script:
    """Faults in the order they were scripted; of each kind the first that matches strikes."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []

    def add(self, *faults: Fault) -> None:
        """Scripts them."""
        self._lines += [_Line(fault) for fault in faults]

    def clear(self) -> None:
        """Forgets all of them."""
        self._lines.clear()

    def take(self, kind: type[F], call: Call) -> F | None:
        """The fault of that kind that strikes this call, which counts as having struck."""
        for line in self._lines:
            fault = line.fault
            if not isinstance(fault, kind) or not _concerns(fault, call):
                continue
            line.seen += 1
            spent = fault.times is not None and line.struck >= fault.times
            if line.seen > fault.after and not spent:
                line.struck += 1
                return fault
        return None

    def dump(self) -> list[dict[str, Any]]:
        """What `load` takes."""
        return [
            {"seen": line.seen, "struck": line.struck, **as_json(line.fault)}
            for line in self._lines
        ]

    def load(self, lines: list[dict[str, Any]]) -> None:
        """Puts back what `dump` gave."""
        self._lines = [
            _Line(
                from_json({k: v for k, v in line.items() if k not in {"seen", "struck"}}),
                line["seen"],
                line["struck"],
            )
            for line in lines
        ]


def _concerns(fault: Fault, call: Call) -> bool:
    pairs = (
        (call.method.name, fault.call),
        (call.zone, fault.zone),
        (call.project, fault.project),
        (call.name, fault.name),
        (call.machine_type, fault.machine_type),
    )
    return all(fnmatchcase(value, wanted) for value, wanted in pairs)
