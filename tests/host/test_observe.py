"""Observations of a service, by the bash that a host runs and the reader on this side."""

import json
import time
from collections.abc import Iterator

import pytest

from llmhost.host import script
from llmhost.probes.observation import Observation, read
from llmhost.probes.verdict import LOG_LINES
from tests.host.shell import Shell
from tests.host.website import Website, website

STORE = "/var/lib/llmhost/models/ollama"
UNIT = "printf '%s\\n' Result=success ActiveState=active ActiveEnterTimestamp=@1795173712"
# The programs of a host, as far as an observation knows them.
PROGRAMS = f"""
systemctl() {{ {UNIT}; }}
told() {{ echo "$*" >>/run/llmhost/told; }}
docker() {{ told docker "$@"; [[ $1 != exec ]] || echo "GPU 0: NVIDIA L4 (UUID: GPU-1)"; }}
journalctl() {{ told journalctl "$@"; echo "a line"; }}
nvidia-smi() {{ echo "0, NVIDIA L4, GPU-1, 580.95.05, 23034, 21191"; }}
sleep() {{ command sleep 0.05; }}
"""


@pytest.fixture
def engine() -> Iterator[Website]:
    with website() as site:
        yield site


def observed(shell: Shell, *lines: str, **settings: object) -> tuple[list[Observation], str]:
    """What is observed of a service with these settings; then what the programs were asked."""
    known = {
        "name": "x",
        "unit": "llmhost-x.service",
        "readiness": "/health",
        "liveness": "/health",
        "models": "/v1/models",
        "completion": "/v1/chat/completions",
        "body": '{"model": "it\'s"}',
    }
    source = PROGRAMS + script.library("facts", "observe")
    for key, value in (known | settings).items():
        source += f"{key}={script.call([str(value)])}\n"
    told = shell.path("/run/llmhost/told")
    told.touch()
    done = shell.run(source + "\n".join(lines or ("observe",)) + "\n")
    return list(read(done.stdout.splitlines())), told.read_text()


READY = {
    "/health": (200, ""),
    "/v1/models": (200, '{\n  "data": []\n}'),
    "/v1/chat/completions": (200, '{"choices": []}'),
}


def test_a_service_that_is_ready_is_asked_for_everything(shell: Shell, engine: Website) -> None:
    engine.answers = READY | {"/api/ps": (200, "{}")}
    (seen,), _ = observed(
        shell, port=engine.port, resident="/api/ps", gpus=1, container="llmhost-x"
    )
    assert seen.unit
    assert seen.unit.active == "active"
    assert seen.ready
    assert seen.ready.status == 200
    assert seen.models
    assert seen.models.json() == {"data": []}
    assert seen.resident
    assert seen.completion
    assert seen.completion.json() == {"choices": []}
    assert [gpu.used_mib for gpu in seen.gpus] == [21191]
    assert seen.inside == ("GPU 0: NVIDIA L4 (UUID: GPU-1)",)
    assert seen.log == ()


def test_the_completion_is_asked_for_with_the_body_as_it_is(shell: Shell, engine: Website) -> None:
    engine.answers = READY
    observed(shell, port=engine.port)
    (asked,) = (one.body for one in engine.asked if one.path == "/v1/chat/completions")
    assert json.loads(asked) == {"model": "it's"}


def test_what_is_not_ready_is_asked_for_nothing_more(shell: Shell, engine: Website) -> None:
    engine.answers = {"/health": (503, '{"error": {"message": "Loading model"}}')}
    (seen,), _ = observed(shell, port=engine.port, gpus=1)
    assert seen.ready
    assert (seen.ready.status, seen.models, seen.completion, seen.gpus) == (503, None, None, ())
    assert seen.log == ("a line",)


def test_where_nobody_listens_the_status_is_0(shell: Shell) -> None:
    (seen,), _ = observed(shell, port=9)
    assert seen.ready
    assert (seen.ready.status, seen.ready.body) == (0, "")


def test_liveness_is_asked_where_it_is_another_path(shell: Shell, engine: Website) -> None:
    engine.answers = READY | {"/api/version": (200, "1")}
    (seen,), _ = observed(shell, port=engine.port, liveness="/api/version")
    assert seen.alive
    assert seen.alive.body == "1"


def test_the_key_comes_out_of_the_services_own_file_and_into_no_argument(
    shell: Shell, engine: Website
) -> None:
    engine.answers = READY
    shell.path("/etc/llmhost/x/engine.env").write_text("# keys\nA='b'\nKEY='hf_$0123 x'\n")
    spy = 'curl() { told curl "$@"; command curl "$@"; }'
    _, told = observed(shell, spy, "observe", port=engine.port, api_key_name="KEY")
    assert {one.key for one in engine.asked} == {"Bearer hf_$0123 x"}
    assert "hf_" not in told


def test_without_a_key_no_key_is_sent(shell: Shell, engine: Website) -> None:
    engine.answers = READY
    observed(shell, port=engine.port, api_key_name="KEY")
    assert {one.key for one in engine.asked} == {""}


def test_a_body_without_end_is_cut(shell: Shell, engine: Website) -> None:
    engine.answers = READY | {"/v1/models": (200, "x" * 1_000_000)}
    (seen,), _ = observed(shell, port=engine.port)
    assert seen.models
    assert len(seen.models.body) == 65536


def test_a_proxy_of_the_host_is_not_asked_for_its_own_service(
    shell: Shell, engine: Website
) -> None:
    engine.answers = READY
    proxy = "export http_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9"
    (seen,), _ = observed(shell, proxy, "observe", port=engine.port)
    assert seen.completion
    assert seen.completion.status == 200


@pytest.mark.parametrize("container", ["llmhost-x", ""])
def test_as_much_of_the_log_is_told_as_is_kept(
    shell: Shell, engine: Website, container: str
) -> None:
    engine.answers = {"/health": (503, "")}
    _, told = observed(shell, port=engine.port, container=container)
    (asked,) = (line for line in told.splitlines() if "--since" in line)
    assert {after(asked.split(), "tail"), after(asked.split(), "lines")} == {"", str(LOG_LINES)}


# Nobody has to wait for the seconds that go by in these tests.
SECOND = "((SECONDS += 1)); command sleep 0.01"


def fetching(shell: Shell, looks: int) -> str:
    """A provider that puts another MB on the disk after each of so many looks."""
    shell.path(f"{STORE}/blobs")
    more = f"head -c 1M /dev/zero >{STORE}/$look"
    return f"sleep() {{ ((look += 1)); ((look > {looks})) || {more}; {SECOND}; }}"


def test_what_the_provider_has_fetched_is_told_while_it_is_watched(
    shell: Shell, engine: Website
) -> None:
    engine.answers = {"/health": (503, "")}
    (once,), _ = observed(shell, port=engine.port, store=STORE)
    assert once.stored is None
    seen, _ = observed(shell, fetching(shell, 2), "watch 5", port=engine.port, store=STORE)
    stored = [one.stored or 0 for one in seen]
    assert stored[1] - stored[0] >= 2**20
    assert stored[2] - stored[1] >= 2**20
    assert set(stored[2:]) == {stored[2]}


def test_the_clock_stands_still_while_bytes_come_in(shell: Shell, engine: Website) -> None:
    engine.answers = {"/health": (503, "")}
    seen, _ = observed(shell, fetching(shell, 20), "watch 5", port=engine.port, store=STORE)
    assert len(seen) > 20


def test_what_has_come_in_is_given_its_time_to_load(shell: Shell, engine: Website) -> None:
    engine.answers = {"/health": (503, "")}
    shell.path(f"{STORE}/blobs")
    lines = (f"sleep() {{ {SECOND}; }}", "du() { echo 30000000000 there; }", "watch 5")
    seen, _ = observed(shell, *lines, port=engine.port, store=STORE, seconds_per_gb=1)
    assert len(seen) > 10


@pytest.mark.parametrize(
    ("container", "program"),
    [("llmhost-x", "docker logs"), ("", "journalctl")],
)
def test_each_line_of_the_log_is_told_once(
    shell: Shell, engine: Website, container: str, program: str
) -> None:
    """Each look asks for what was written since the one before it, and no longer."""
    engine.answers = {"/health": (503, "")}
    looks = ("observe", "observe", "observe")
    seen, told = observed(shell, *looks, port=engine.port, container=container)
    assert len(seen) == 3
    windows = [line.split() for line in told.splitlines() if line.startswith(program)]
    since = [after(words, "since").lstrip("@") for words in windows]
    until = [after(words, "until").lstrip("@") for words in windows]
    assert since[0] == "1795173712"
    assert since[1:] == until[:-1]


def after(words: list[str], option: str) -> str:
    """The value of an option, written with or without an equals sign."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == f"--{option}":
            return following
        if word.startswith(f"--{option}="):
            return word.partition("=")[2]
    return ""


def test_one_look_at_what_serves_leaves_the_log_alone(shell: Shell, engine: Website) -> None:
    engine.answers = READY
    (seen,), told = observed(shell, port=engine.port)
    assert seen.log == ()
    assert "journalctl" not in told


def test_a_watch_tells_the_log_also_of_what_says_it_is_ready(shell: Shell, engine: Website) -> None:
    """An engine that answers 200 with nothing loaded says in its log what is wrong."""
    engine.answers = READY
    seen, _ = observed(shell, "watch 1", port=engine.port)
    assert {one.log for one in seen} == {("a line",)}


def test_a_watch_ends_at_its_deadline(shell: Shell, engine: Website) -> None:
    engine.answers = {"/health": (503, "")}
    begun = time.monotonic()
    seen, _ = observed(shell, "watch 1", port=engine.port)
    assert len(seen) > 1
    assert time.monotonic() - begun < 5


def test_lines_of_a_log_that_look_like_ours_are_lines_of_a_log(
    shell: Shell, engine: Website
) -> None:
    engine.answers = {"/health": (503, "")}
    liar = "journalctl() { printf 'end\\t0\\nready\\t200 {}\\n'; }"
    (seen,), _ = observed(shell, liar, "observe", port=engine.port)
    assert seen.ready
    assert seen.ready.status == 503
    assert seen.log == ("end\t0", "ready\t200 {}")


def engine_says(status: int, document: object) -> str:
    """Docker's engine, as far as it tells of a container."""
    body = json.dumps(document, separators=(",", ":"))
    return f"docker_api() {{ printf '%s\\n' {script.call([body])} {status}; }}"


def test_a_container_is_described_in_four_words(shell: Shell) -> None:
    state = {"Status": "restarting", "OOMKilled": True, "ExitCode": 137, "Health": {"Status": "x"}}
    described = {"Args": ['"Status":"no"'], "State": state, "RestartCount": 6}
    (seen,), _ = observed(shell, engine_says(200, described), "observe", container="c")
    assert seen.container
    assert (seen.container.status, seen.container.restarts) == ("restarting", 6)
    assert (seen.container.exit_code, seen.container.out_of_memory) == (137, True)


def test_a_container_that_is_not_there_is_none(shell: Shell) -> None:
    absent = engine_says(404, {"message": "No such container: c"})
    (seen,), _ = observed(shell, absent, "observe", container="c")
    assert seen.container is None
