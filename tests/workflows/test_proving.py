"""`up --smoke --gate`: what does not pass fails the deployment, which goes on running."""

from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit

import pytest

from llmhost.errors import ExitStatus, LlmhostError, ServingError
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.order import Order
from llmhost.workflows.proof import Gated, Smoked
from llmhost.workflows.proving import Proof, UnprovenError, prove
from llmhost.workflows.results import Served
from llmhost.workflows.up import up
from tests.deployments import CATALOG
from tests.smoke.badserver import Server, serving
from tests.workflows.world import HOST, VLLM, World

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
GATE = GateFile(concurrency=8, prompt_words=3, seconds=5)


def raised(
    world: World, server: Server, gate: GateFile | None = GATE
) -> tuple[Served | LlmhostError, list[Smoked | Gated]]:
    """How an `up` with a proof ended, and what was shown meanwhile."""
    shown: list[Smoked | Gated] = []
    proof = Proof(shown.append, CATALOG.checks(), gate)
    server.model = MODEL
    with ExitStack() as stack:
        world.host.api = urlsplit(stack.enter_context(serving(server))).port or 0
        proven = partial(prove, proof)
        session = world.session
        try:
            served = up(session, HOST, Order(session.environ, VLLM), yes=True, prove=proven)
        except LlmhostError as error:
            return error, shown
        return served, shown


def test_what_passes_is_served(world: World) -> None:
    served, shown = raised(world, Server())
    assert isinstance(served, Served)
    assert [type(one) for one in shown] == [Smoked, Gated]
    assert world.host.closed


def test_a_bad_answer_fails_the_deployment_and_says_how_to_end_it(world: World) -> None:
    error, shown = raised(world, Server("missing field"))
    assert isinstance(error, ServingError)
    assert error.exit_status == ExitStatus.FAILED
    assert error.message == "vllm is up, and does not pass `smoke`"
    assert error.why == "chat: `usage.prompt_tokens` is missing"
    assert "it goes on running on debian@192.0.2.7" in error.hint
    assert "`llmhost down vllm --host debian@192.0.2.7` ends it" in error.hint
    assert [type(one) for one in shown] == [Smoked], "no load is put on what is broken"
    assert world.host.machine.containers, "it is not taken down"


def test_a_limit_that_is_broken_fails_the_deployment(world: World) -> None:
    slow = GATE.model_validate({"concurrency": 8, "limits": {"e2e_p95": 1e-6}})
    error, shown = raised(world, Server(), slow)
    assert isinstance(error, ServingError)
    assert (error.message, error.exit_status) == ("vllm is up, and does not pass `gate`", 1)
    assert error.why.startswith("e2e_p95: 300 of 300 took")
    assert len(shown) == 2


def test_too_few_requests_fail_it_with_a_status_of_their_own(world: World) -> None:
    error, _ = raised(world, Server(), GATE.model_copy(update={"requests": 15}))
    assert isinstance(error, UnprovenError)
    assert error.exit_status == ExitStatus.NOT_ENOUGH_DATA
    assert "299 requests show it" in error.why


def test_without_a_gate_no_load_is_made(world: World) -> None:
    server = Server()
    served, shown = raised(world, server, None)
    assert isinstance(served, Served)
    assert [type(one) for one in shown] == [Smoked]
    assert len(server.asked) < 20


@pytest.mark.parametrize("words", [["--smoke"], ["--gate"], []])
def test_the_flags_are_those_of_up(words: list[str]) -> None:
    from llmhost.cli.invocation import Invocation  # noqa: PLC0415  a command's own parts
    from llmhost.cli.proofflags import ProofFlags  # noqa: PLC0415

    flags = ProofFlags(smoke="--smoke" in words, gate="--gate" in words)
    proof = flags.proof(Invocation("llmhost up"))
    assert (proof is not None) == bool(words)
    if proof:
        assert (bool(proof.suites), bool(proof.gate)) == ("--smoke" in words, "--gate" in words)
