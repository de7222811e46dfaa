"""Whatever is cut off in the middle goes on: on the host by itself, here with the next `up`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.infra.faults import fail_repository
from tests.integration.bench import SLOW, VLLM_IMAGE, Bench
from tests.integration.command import Event, Llmhost
from tests.integration.outside import Host, completion, hold_apt, introduce
from tests.integration.proxy import Wire
from tests.integration.served import changed

pytestmark = pytest.mark.sandbox

RATE = 400_000  # bytes per second; its 1.3 MB take some seconds
APPLY = "llmhost-apply.service"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the way up.

    Attributes:
        event: Name of the event that tells of it.
        what: How its title, phase or text begins.
        undo: What brings the host back to before it, so that it comes again; NAME is the
            deployment's.
        heal: What makes an end to what keeps the host at that moment.
    """

    event: str
    what: str
    undo: str = "true"
    heal: str = "true"

    def __call__(self, event: Event) -> bool:
        """Is this it?"""
        said = (event.get(key, "") for key in ("title", "phase", "text"))
        return event["event"] == self.event and any(one.startswith(self.what) for one in said)


# On a machine that does not exist yet; the weights come last, and slowly.
FRESH = (
    Moment("Progress", "booting"),
    Moment("PhaseStarted", "look"),
    Moment("StepStarted", "packages"),
    Moment("StepStarted", "docker engine"),
    Moment("StepStarted", "image"),
    Moment("Progress", "downloading"),
)

AGAIN = {
    "facts are asked": Moment("PhaseStarted", "look"),
    "packages are installed": Moment(
        "StepStarted", "packages", "dpkg --purge --force-depends python3-venv"
    ),
    "Docker is installed": Moment(
        "StepStarted",
        "docker engine",
        "systemctl stop docker.service docker.socket && "
        "apt-get purge -qy docker-ce docker-ce-cli docker-compose-plugin && "
        "systemctl daemon-reload",
    ),
    "the image is pulled": Moment(
        "StepStarted",
        "image",
        f"systemctl stop llmhost-NAME; docker rm -f llmhost-NAME; docker rmi -f {VLLM_IMAGE}",
    ),
    "weights are downloaded": Moment("Progress", "downloading", "rm -r /var/lib/llmhost/models/*"),
    "files are written": Moment("StepStarted", "file", "rm /etc/llmhost/NAME/compose.yaml"),
    "the service is started": Moment(
        "StepStarted", "service llmhost-", "systemctl stop llmhost-NAME"
    ),
    "the model is loaded": Moment(
        "PhaseStarted",
        "ready",
        "systemctl stop llmhost-NAME; echo hang >/run/llmhost-gpu/0/.fault",
        "rm /run/llmhost-gpu/0/.fault; docker restart -t 1 llmhost-NAME",
    ),
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where things are interrupted.

    Attributes:
        llmhost: The command line.
        name: The deployment's name.
        host: Where it is, seen from outside.
        wire: The way there, which can be cut.
        words: What stands after `up`, to go by that way.
    """

    llmhost: Llmhost
    name: str
    host: Host
    wire: Wire
    words: tuple[str, ...]

    def up(self) -> Any:  # noqa: ANN401  the document of `up`
        """Brings it up; it has to end well."""
        document = self.llmhost.json("up", *self.words, "--yes")
        assert '"assistant"' in completion(self.host, self.name, 8000, SLOW)
        return document

    @contextmanager
    def before(self, moment: Moment) -> Iterator[None]:
        """Brings the host back to before a moment."""
        self.host.check_output(moment.undo.replace("NAME", self.name))
        try:
            yield
        finally:
            self.host.check_output(moment.heal.replace("NAME", self.name))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work that begins in this block cannot end before the block does."""
        self.host.check_output("dpkg --purge --force-depends python3-venv && " + hold_apt(600))
        try:
            yield
        finally:
            self.host.check_output("systemctl stop holder")


@pytest.fixture(scope="module")
def killed(bench: Bench, llmhost: Llmhost) -> Iterator[Machine]:
    """A machine whose first `up` was killed at every moment of its way."""
    name = bench.name("killed")
    words = ("vllm", "--gpus", "2", "--model", SLOW, "--cloud", "sandbox", "--name", name, "--yes")
    fail_repository(bench.engine, SLOW, {"rate": RATE // 5})
    for moment in FRESH:
        with llmhost.start("up", *words) as running:
            running.until(moment)
            running.kill()
    llmhost("up", *words).good()
    fail_repository(bench.engine, SLOW, {"rate": RATE})
    yield bench.machine(name)
    fail_repository(bench.engine, SLOW, {})
    bench.remove(name)


@pytest.fixture(scope="module")
def site(
    killed: Machine,
    llmhost: Llmhost,
    look: Callable[[Machine], Host],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The same machine as a host of one's own, over a wire."""
    file = tmp_path_factory.mktemp("site") / "deployment.yaml"
    file.write_text(
        f"{{provider: vllm, gpus: 2, model: {SLOW}, name: {killed.name}, "
        "sources: {images: {docker.io: docker.io}}}"
    )
    assert killed.address
    with Wire(killed.address.host, killed.address.port) as wire:
        wired = replace(killed.address, host="127.0.0.1", port=wire.port)
        introduce(llmhost.home, wired)
        words = ("-f", str(file), "--host", str(wired))
        site = Site(llmhost, killed.name, look(killed), wire, words)
        site.up()
        yield site


def test_up_killed_at_every_moment_of_its_way_was_one_work_that_went_on(
    killed: Machine, llmhost: Llmhost, bench: Bench
) -> None:
    assert llmhost.json("status", killed.name)["health"] == "serving"
    # Everything was done by one apply, which none of those who watched it took along.
    log = bench.inside(killed.name, f"journalctl --unit {APPLY} --output=cat")
    assert log.count("Started") == 1, log


@pytest.mark.parametrize("moment", AGAIN.values(), ids=AGAIN.keys())
def test_a_connection_cut_while(site: Site, moment: Moment) -> None:
    with site.before(moment), site.llmhost.start("up", *site.words, "--yes") as running:
        running.until(moment)
        site.wire.cut()
        assert running.ended().status == 1
    told = running.heard[-1]
    assert "connection to" in told["error"]
    assert "run the same command again" in told["hint"]
    assert changed(site.up()) == set(), "the host did the rest by itself"


@pytest.mark.parametrize("when", ["the service is started", "the model is loaded"])
def test_up_killed_while(site: Site, when: str) -> None:
    with site.before(AGAIN[when]), site.llmhost.start("up", *site.words, "--yes") as running:
        running.until(AGAIN[when])
        running.kill()
    assert changed(site.up()) == set(), "the host did the rest by itself"


def test_a_second_up_watches_the_first_and_both_end_well(site: Site) -> None:
    before = applies(site)
    with ExitStack() as running:
        with site.held():
            first = running.enter_context(site.llmhost.start("up", *site.words, "--yes"))
            first.until(AGAIN["packages are installed"])
            again = ("up", *site.words, "--yes", "-o", "json")
            second = running.enter_context(site.llmhost.start(*again))
            watched = second.until(lambda event: "is under way here" in event.get("text", ""))
        assert f"process {first.process.pid}" in watched["text"]
        assert second.ended().good().document["changed"] == 0
        first.ended().good()
    assert applies(site) == before + 1


def test_two_ups_begun_at_once_both_end_well(site: Site) -> None:
    with (
        site.before(AGAIN["files are written"]),
        site.llmhost.start("up", *site.words, "--yes") as one,
        site.llmhost.start("up", *site.words, "--yes") as other,
    ):
        for running in (one, other):
            running.ended().good()


def test_a_holder_who_is_somebody_else_is_named_with_the_way_to_break_the_lock(site: Site) -> None:
    events = "/run/llmhost/apply/events"
    work = f"sleep 4; printf 'end\\t0\\n' >>{events}"
    site.host.check_output(
        "rm -f /etc/llmhost/*/compose.yaml; mkdir -p /run/llmhost/apply; "
        f": >{events}; echo 'walter@elsewhere, process 7' >/run/llmhost/apply/holder; "
        "systemd-run -q --collect --unit=llmhost-apply --description='llmhost up his' "
        f'bash -c "{work}"'
    )
    with site.llmhost.start("up", *site.words, "--yes") as running:
        told = running.until(lambda event: "is under way here" in event.get("text", ""))
        running.ended().good()
    for word in ("llmhost up his", "seconds ago", "walter@elsewhere, process 7", "systemctl stop"):
        assert word in told["text"]
    assert site.host.file(f"/etc/llmhost/{site.name}/compose.yaml").exists


def test_breaking_the_lock_ends_the_work_and_the_next_up_takes_it_up(site: Site) -> None:
    with site.held(), site.llmhost.start("up", *site.words, "--yes") as running:
        running.until(AGAIN["packages are installed"])
        site.host.check_output("systemctl stop llmhost-apply")
        assert running.ended().status == 1
    told = running.heard[-1]
    assert "ended before its last step" in told["error"]
    assert "run the same command again" in told["hint"]
    assert changed(site.up()) == {"packages ca-certificates curl python3-venv"}


def applies(site: Site) -> int:
    """How many applies the host has seen."""
    return str(site.host.check_output(f"journalctl --unit {APPLY} --output=cat")).count("Started")
