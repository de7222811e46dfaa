"""What this run knows of machines that cost money, for whoever interrupts it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llmhost.events import Event, MachineExists, MachineGone, OfferTried

if TYPE_CHECKING:
    from llmhost.events import Reporter


@dataclass(slots=True)
class Machines:
    """Kept from the events that tell of them.

    Attributes:
        there: Those that exist, or may exist, by name and place.
        tried: What was asked for, and what came of it.
    """

    there: dict[tuple[str, str], MachineExists] = field(default_factory=dict)
    tried: list[OfferTried] = field(default_factory=list)

    def noting(self, report: "Reporter") -> "Reporter":
        """A reporter that notes machines, and passes everything on."""

        def note(event: Event) -> None:
            match event:
                case MachineExists(name=name, place=place):
                    self.there[name, place] = event
                case MachineGone(name=name, place=place):
                    self.there.pop((name, place), None)
                case OfferTried():
                    self.tried.append(event)
                case _:
                    pass
            report(event)

        return note

    def words(self) -> tuple[str, ...]:
        """One line for each: what exists, what it costs, until when."""
        return tuple(_words(machine) for machine in self.there.values())


def _words(machine: MachineExists) -> str:
    which = f"machine {machine.name} ({machine.machine_type} in {machine.place})"
    if machine.stopped:
        gc = f", or `llmhost gc` after {machine.expires}," if machine.expires else ""
        return f"{which} is stopped: it costs its disk alone, until somebody{gc} ends it"
    usd = machine.usd_per_hour
    cost = f"it costs ${usd:.2f} per hour" if usd is not None else "its price is not known"
    end = f"until {machine.expires} at the latest" if machine.expires else "until somebody ends it"
    return f"{which} exists or is being made: {cost}, {end}"
