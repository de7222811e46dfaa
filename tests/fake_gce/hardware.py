"""The machines behind the instances, made and taken away beside the calls, in threads."""

from concurrent.futures import Future, ThreadPoolExecutor

from tests.fake_gce.machines import Booted, Machines, Wanted


class Hardware:
    """Machines by instance identifier; without `machines`, a matter of addresses alone.

    Args:
        machines: What makes them.
    """

    # Two cores do not boot more machines at once in any shorter time.
    _HANDS = 4

    def __init__(self, machines: Machines | None = None) -> None:
        self.machines = machines
        self._hands = ThreadPoolExecutor(self._HANDS, "fake-gce-machines") if machines else None
        self._booting: dict[str, Future[Booted]] = {}
        self._leaving: list[Future[None]] = []

    def begin(self, wanted: Wanted) -> None:
        """Starts to boot a machine, unless that has been begun."""
        if self._hands and self.machines and wanted.id not in self._booting:
            self._booting[wanted.id] = self._hands.submit(self.machines.boot, wanted)

    def busy(self) -> bool:
        """Whether a machine is booting."""
        return any(not boot.done() for boot in list(self._booting.values()))

    def ready(self, machine: str) -> bool:
        """Whether it is up, or failed to come up."""
        return self.machines is None or self._booting[machine].done()

    def result(self, machine: str) -> Booted | None:
        """The machine that is up, if there are any; raises what kept it from coming up."""
        return self._booting[machine].result() if self.machines else None

    def halt(self, machine: str) -> None:
        """Stops it, beside the call."""
        if self._hands and self.machines:
            self._booting.pop(machine, None)
            self._leaving.append(self._hands.submit(self.machines.halt, machine))

    def destroy(self, machine: str) -> None:
        """Takes it away, beside the call; a boot that is under way is let finish first."""
        if self._hands:
            boot = self._booting.pop(machine, None)
            self._leaving.append(self._hands.submit(self._take_away, machine, boot))

    def close(self) -> None:
        """Returns when nothing is being made or taken away any more."""
        if self._hands:
            self._hands.shutdown(wait=True)
        for leaving in self._leaving:
            leaving.result()

    def _take_away(self, machine: str, boot: Future[Booted] | None) -> None:
        if boot and not boot.cancel():
            boot.exception()
        if self.machines:
            self.machines.destroy(machine)
