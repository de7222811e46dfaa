"""What `smoke` asks of every provider is answered by stand-ins as it is by the real ones."""

from pathlib import Path

from llmhost.endpoint.endpoint import at_url
from llmhost.events import ignore
from llmhost.secret import Secret
from llmhost.smoke.subject import Subject
from llmhost.workflows.smoke import ask as asked
from tests.cloud.sandbox.standin.standin_bench import Ask, Bench, Until
from tests.cloud.sandbox.standin.test_standin_llamacpp import FLAGS
from tests.deployments import CATALOG


def failed(provider: str, port: int) -> dict[str, str]:
    profile = CATALOG.profile(provider)
    known = frozenset(profile.capabilities)
    subject = Subject("tiny", profile.title, known, simulated="the model")
    endpoint = at_url(f"http://127.0.0.1:{port}/v1", Secret(""))
    every = list(asked(ignore, endpoint, subject, CATALOG.checks()))
    assert sum(one.outcome == "ok" for one in every) >= 5, every
    return {one.name: one.seen for one in every if one.outcome == "failed"}


def test_no_check_fails_against_the_one_of_vllm(
    bench: Bench, model: Path, port: int, ask: Ask, until: Until
) -> None:
    bench.give_gpus(1)
    bench.start("vllm", "serve", str(model), "--served-model-name=tiny", f"--port={port}")
    until(lambda: ask("/health").status == 200)
    assert failed("vllm", port) == {}


def test_no_check_fails_against_the_one_of_llamacpp(
    bench: Bench, gguf: Path, port: int, ask: Ask, until: Until
) -> None:
    bench.give_gpus(1)
    bench.start("llama-server", "--model", str(gguf), "--port", str(port), *FLAGS.split())
    until(lambda: ask("/health").status == 200)
    assert failed("llamacpp", port) == {}
