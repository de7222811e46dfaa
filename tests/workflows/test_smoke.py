"""Smoke and gate of a deployment: the way to its API, its key, and what is said of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from llmhost.errors import ProfileError, ServingError
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.gate import gate
from llmhost.workflows.proof import Gated, Smoked
from llmhost.workflows.smoke import smoke
from tests.smoke.badserver import KEY, Server, serving
from tests.workflows import engine
from tests.workflows.world import HOST, SANDBOX, VLLM, World

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
Serve = Callable[[Server], Server]


@pytest.fixture
def serve(world: World) -> Iterator[Serve]:
    """Brings vLLM up, and lets its API behave in some way."""
    with ExitStack() as stack:

        def begin(server: Server) -> Server:
            server.model = MODEL
            world.host.key = server.key
            world.environ = {"VLLM_API_KEY": server.key} if server.key else {}
            world.up(VLLM)
            world.environ = {}
            world.host.api = urlsplit(stack.enter_context(serving(server))).port or 0
            world.host.exchanges.clear()
            return server

        yield begin


def outcomes(of: Smoked) -> dict[str, str]:
    return {check.name: check.outcome for check in of.checks}


def test_smoke_looks_at_the_host_and_asks_what_clients_ask(world: World, serve: Serve) -> None:
    serve(Server())
    found = smoke(world.session, HOST, "vllm")
    assert (found.health, found.passed) == ("serving", True)
    assert found.checks[0].suite == "observed"
    assert outcomes(found)["streaming"] == "ok"
    assert outcomes(found)["embeddings"] == "skipped"
    assert world.host.exchanges == [("gather",), ("gather",)]
    assert world.host.closed


def test_the_key_is_the_one_on_the_host_even_if_nobody_here_knows_it(
    world: World, serve: Serve
) -> None:
    serve(Server(key=KEY))
    found = smoke(world.session, HOST, "vllm")
    assert {"models": "ok", "wrong key": "ok", "no key": "ok"}.items() <= outcomes(found).items()
    assert KEY not in repr(found) + repr(world.heard.heard)


def test_the_first_check_that_fails_says_why(world: World, serve: Serve) -> None:
    serve(Server("200 with an error"))
    found = smoke(world.session, HOST, "vllm")
    assert not found.passed
    assert found.health == "failing"
    assert found.why == "chat: answered 200 with an error: CUDA out of memory"


def test_nothing_is_asked_of_what_does_not_serve(world: World, serve: Serve) -> None:
    server = serve(Server())
    world.host.engine = engine.loads
    found = smoke(world.session, HOST, "vllm")
    assert (found.health, found.passed) == ("loading", False)
    assert {check.suite for check in found.checks} == {"observed"}
    assert server.asked == []


def test_a_machine_that_is_simulated_has_no_model_to_judge(world: World, serve: Serve) -> None:
    server = Server("wrong answer")
    world.clouds["sandbox"].simulated = "the model"
    world.up(VLLM, SANDBOX)
    serve(server)
    found = smoke(world.session, SANDBOX, "vllm")
    assert found.passed
    assert outcomes(found)["arithmetic"] == "skipped"
    assert found.simulated == "the model"


def test_checks_of_ones_own_are_asked_besides(world: World, serve: Serve, tmp_path: Path) -> None:
    serve(Server(says="I am a teapot"))
    file = tmp_path / "regressions.yaml"
    file.write_text(
        "checks:\n"
        "  - name: no teapot\n"
        "    judges: model\n"
        "    post: /chat/completions\n"
        '    body: {messages: [{role: user, content: "Who are you?"}]}\n'
        "    expect: {matches: '^(?!.*teapot)'}\n"
    )
    found = smoke(world.session, HOST, "vllm", [file])
    assert found.why == "no teapot: no match for ^(?!.*teapot); it said: I am a teapot"
    assert found.checks[-1].suite == str(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checks: []", "checks"),
        ("checks: [{name: a}]", "either `get` or `post`"),
        ("checks: [{name: a, get: /x, body: {a: 1}}]", "has no `body`"),
        ("checks: [{name: a, get: /x, expects: {}}]", "checks.0.expects: unknown key"),
        ("checks: [{name: a, get: /x}, {name: a, get: /y}]", "several checks called `a`"),
        ("checks: [{name: a, get: /x, expect: {contains: [b]}}]", "`judges: model` belongs"),
        ("checks: [{name: a, get: /x, expect: {json_schema: {anyOf: []}}}]", "anyOf"),
        ("checks: [{name: a, get: /x, judges: model, expect: {matches: '('}}]", "regular"),
    ],
)
def test_a_file_of_checks_that_is_wrong_is_refused_before_anything_is_asked(
    world: World, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(text)
    with pytest.raises(ProfileError) as raised:
        smoke(world.session, HOST, "vllm", [file])
    assert said in raised.value.message
    assert raised.value.details == (), "one thing is wrong, and one is told"
    assert world.host.exchanges == []


def gated(world: World, **more: object) -> Gated:
    file = GateFile.model_validate({"concurrency": 8, "prompt_words": 3, "seconds": 5.0, **more})
    return gate(world.session, HOST, "vllm", file)


def test_a_clean_load_passes_through_one_connection(world: World, serve: Serve) -> None:
    server = serve(Server())
    found = gated(world)
    assert found.verdict == "pass"
    assert (found.measures.requests, found.measures.failed) == (300, 0)
    assert found.measures.tokens_per_second
    chats = [body for path, body in server.asked if body.get("stream")]
    assert len(chats) == 300
    assert len({body["messages"][0]["content"] for body in chats}) == 300


def test_fifteen_requests_are_not_enough_data(world: World, serve: Serve) -> None:
    serve(Server())
    assert gated(world, requests=15).verdict == "not enough data"


def test_a_load_that_fails_is_given_up_early(world: World, serve: Serve) -> None:
    server = serve(Server(fails_every=2))
    found = gated(world, concurrency=1)
    assert found.verdict == "fail"
    assert found.measures.requests < 40
    assert len(server.asked) < 45
    assert found.measures.errors[0][0] == "answered 500"


def test_requests_run_side_by_side(world: World, serve: Serve) -> None:
    serve(Server(pace=0.02))
    alone = gated(world, requests=4, concurrency=1).measures.seconds
    together = gated(world, requests=4, concurrency=4).measures.seconds
    assert together < alone / 2


def test_a_judge_is_asked_about_every_answer(world: World, serve: Serve) -> None:
    serve(Server())
    scores = '{"relevance": 4, "coherence": 5, "correctness": 4, "helpfulness": 5}'
    with serving(Server(says=scores, key="sk-judge", model="judge")) as url:
        world.environ = {"JUDGE_API_KEY": "sk-judge"}
        # This server answers one of the cases in another way, which is no vote.
        judge = {"url": url, "model": "judge", "votes": 1, "least_cases": 23}
        found = gated(world, requests=5, judge=judge)
    assert found.judged[-1].name == "judge"
    assert (found.judged[-1].measured, found.judged[-1].verdict) == (4.5, "pass")
    assert found.judged[-1].why == "23 of 24 answers judged"
    assert len(found.cases) == 24


def test_what_does_not_serve_cannot_be_measured(world: World, serve: Serve) -> None:
    serve(Server())
    world.host.engine = engine.loads
    with pytest.raises(ServingError, match="does not serve, so there is nothing to measure"):
        gated(world)
