"""Real machines, a real command line, and somebody outside who looks."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, introduce, seen
from tests.integration.served import Served

CALLED = pytest.StashKey[pytest.TestReport]()


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """The machines of this run; whatever is left of them at the end fails it."""
    bench = Bench()
    bench.remove_all()
    yield bench
    bench.remove_all()
    assert not bench.leaks(), "machines or volumes of the tests are left"


@pytest.fixture(scope="session")
def llmhost(tmp_path_factory: pytest.TempPathFactory) -> Llmhost:
    """The command line of somebody with an empty home."""
    return Llmhost(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def look(llmhost: Llmhost) -> Callable[[Machine], Host]:
    """Looks at a machine from outside."""
    introduced: set[str] = set()

    def look(machine: Machine) -> Host:
        assert machine.address
        if machine.id not in introduced:
            introduce(llmhost.home, machine.address)
            introduced.add(machine.id)
        return seen(llmhost.home, machine.address)

    return look


@pytest.fixture(scope="session")
def secrets() -> dict[str, str]:
    """Secrets that are given to llmhost, and must be found nowhere but where they belong."""
    return {
        "HF_TOKEN": "hf_planted0token1of2this3run",
        "VLLM_API_KEY": "sk-planted-key-of-this-run",
    }


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], str]:
    """Writes a `-f` file."""

    def write(text: str) -> str:
        file = tmp_path / "deployment.yaml"
        file.write_text(text)
        return str(file)

    return write


@pytest.fixture(scope="session")
def served(
    bench: Bench,
    llmhost: Llmhost,
    look: Callable[[Machine], Host],
    secrets: dict[str, str],
) -> Served:
    """VLLM's stand-in on two simulated GPUs of a fresh machine, as most tests want it."""
    name = bench.name("vllm")
    user = llmhost.knowing(**secrets)
    quick = ("--set", "env.STANDIN_LOAD_SECONDS=1")
    words = ("vllm", "--gpus", "2", "--cloud", "sandbox", "--name", name, *quick)
    first = user("up", *words, "--yes", "-o", "json").good()
    machine = bench.machine(name)
    return Served(name, words, user, machine, look(machine), first)


@pytest.fixture(autouse=True)
def mended(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails leaves no broken deployment to the next one."""
    yield
    report = request.node.stash.get(CALLED, None)
    if report and report.failed and "served" in request.fixturenames:
        request.getfixturevalue("served").up()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps how a test went, for those who tidy up after it."""
    report = yield
    if call.when == "call":
        item.stash[CALLED] = report
    return report
