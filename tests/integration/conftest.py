"""Real machines, a real command line, and somebody outside who looks.

Machines are made once and shared by modules, which therefore run in stages: what breaks a machine
comes after what looks at it, and no more than three exist at a time.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from tests.integration.bench import MODELS, VLLM_IMAGE, Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, introduce, seen
from tests.integration.own import Own
from tests.integration.served import Served

CALLED = pytest.StashKey[pytest.TestReport]()

# Modules that share one machine, which the last of them takes away; then those with machines of
# their own, in this order.
SERVED = ("test_fresh_machine", "test_second_up", "test_changed_by_hand", "test_down")
OTHERS = (
    "test_host_errors",
    "test_own_host",
    "test_interrupted",
    "test_providers",
    "test_native_installs",
    "test_air_gapped",
    "test_proof",
    "test_real_engines",
    "test_local",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the modules of this folder into their order, and leaves all others where they are."""
    ours = [item for item in items if item.path.parent == Path(__file__).parent]
    staged = iter(sorted(ours, key=_stage))
    items[:] = [next(staged) if item in ours else item for item in items]


def _stage(item: pytest.Item) -> int:
    order = (*SERVED[:-1], "", SERVED[-1], *OTHERS)
    return order.index(item.path.stem if item.path.stem in order else "")


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


@pytest.fixture(scope="session")
def pair(bench: Bench, llmhost: Llmhost, look: Callable[[Machine], Host]) -> tuple[Own, Own]:
    """Two machines as their vendors hand them over: nothing of llmhost has touched them."""
    ollama = llmhost.json("providers", "show", "ollama")["variants"][0]["image"]

    def make(label: str) -> Own:
        machine = bench.bare(label, images=[VLLM_IMAGE, ollama], models=MODELS)
        return Own(llmhost, machine, look(machine))

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(make, ("own1", "own2"))
    return first, second


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
