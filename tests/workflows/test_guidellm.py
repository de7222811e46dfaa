"""A load made by guidellm: what it is told, and what is read of its report."""

import os
import stat
import sys
from pathlib import Path

import pytest

from llmhost.errors import ServingError, UsageError
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.gate import gate_url
from tests.smoke.badserver import KEY, Server, serving
from tests.workflows.world import World

FILE = GateFile(requests=5, concurrency=2, prompt_words=3)

# As much of guidellm as llmhost uses: it reads the configuration, asks, and writes a report. Names
# as in guidellm's sources of 2026-08-07.
PROGRAM = f"""#!{sys.executable}
import json, os, pathlib, stat, sys, time, urllib.request
assert sys.argv[1:3] == ["run", "--config"], sys.argv
path = pathlib.Path(sys.argv[3])
assert stat.S_IMODE(path.stat().st_mode) == 0o600
spec = json.loads(path.read_text())["spec"]
backend, (data,), (output,) = spec["backend"], spec["data"], spec["outputs"]
prompts = [json.loads(line)["prompt"] for line in open(data["path"])]
good, bad = [], []
for prompt in prompts[: spec["constraints"][0]["count"]]:
    body = {{"model": backend["model"], "messages": [{{"role": "user", "content": prompt}}],
            "stream": True}}
    headers = {{"Authorization": "Bearer " + backend.get("api_key", ""),
               "Content-Type": "application/json"}}
    asked = urllib.request.Request(backend["target"] + "/chat/completions",
                                   json.dumps(body).encode(), headers)
    begun = time.time()
    try:
        urllib.request.urlopen(asked).read()
    except OSError as error:
        bad.append({{"request_start_time": begun, "request_end_time": time.time(),
                    "request_latency": None, "info": {{"error": str(error)}}}})
        continue
    good.append({{"request_start_time": begun, "request_end_time": time.time(),
                 "request_latency": time.time() - begun, "time_to_first_token_ms": 12.5,
                 "inter_token_latency_ms": 3.0, "output_tokens": 4}})
print("done", flush=True)
report = {{"benchmarks": [{{"requests": {{"successful": good, "errored": bad}}}}]}}
pathlib.Path(output["path"]).write_text(json.dumps(report))
"""


@pytest.fixture
def installed(world: World, tmp_path: Path) -> Path:
    """A guidellm on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "guidellm"
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    world.environ = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return program


@pytest.mark.usefixtures("installed")
def test_its_requests_are_measured_and_judged_as_our_own(world: World) -> None:
    server = Server(key=KEY)
    world.environ["OPENAI_API_KEY"] = KEY
    with serving(server) as url:
        found = gate_url(world.session, url, "tiny", FILE, guidellm=True)
    assert (found.tool, found.measures.requests, found.measures.failed) == ("guidellm", 5, 0)
    assert found.measures.ttft
    assert found.measures.ttft.p50 == 0.0125
    assert found.verdict == "not enough data"
    assert sum(body.get("stream", False) for _, body in server.asked) == 5


@pytest.mark.usefixtures("installed")
def test_requests_that_failed_are_counted(world: World) -> None:
    with serving(Server(fails_every=1)) as url:
        found = gate_url(world.session, url, "tiny", FILE, guidellm=True)
    assert found.measures.failed == 5
    assert found.verdict == "fail"


def test_a_report_in_another_form_is_an_error_and_no_verdict(world: World, installed: Path) -> None:
    installed.write_text(PROGRAM.replace('"benchmarks"', '"results"'))
    with (
        serving(Server()) as url,
        pytest.raises(ServingError, match="report is not one that llmhost knows"),
    ):
        gate_url(world.session, url, "tiny", FILE, guidellm=True)


def test_its_last_words_are_told_when_it_fails(world: World, installed: Path) -> None:
    installed.write_text("#!/bin/sh\necho no torch here\nexit 3\n")
    with serving(Server()) as url, pytest.raises(ServingError) as raised:
        gate_url(world.session, url, "tiny", FILE, guidellm=True)
    assert raised.value.message == "guidellm ended with status 3"
    assert raised.value.details == ("no torch here",)


def test_it_is_no_dependency(world: World) -> None:
    world.environ = {"PATH": "/nowhere"}
    with serving(Server()) as url, pytest.raises(UsageError, match="guidellm is not installed"):
        gate_url(world.session, url, "tiny", FILE, guidellm=True)
