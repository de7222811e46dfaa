"""The actions, run as a job would run them, and cancelled at every point: nothing remains."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmhost.spec.runner import runner_name
from tests.action.job import ACTION, Job, cancel, end
from tests.fake_gce import FakeGce, RealClock
from tests.fake_gce.journal import Entry
from tests.fake_github import FakeGitHub

TOKEN = "github_pat_planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be
WAITING = 10**6
"""No call to the cloud: all are made, and a login is waited for."""
NAME = "ollama-12345678901-1"
WITH = {"provider": "ollama", "gpus": "1", "gpu": "l4", "token": TOKEN}
# A stand-in for llmhost: it notes what it is given, and answers as `up -o json` does.
STUB = r"""#!/usr/bin/env python3
import json, os, sys
with open(os.environ["NOTES"], "a") as notes:
    secrets = {key: os.environ[key] for key in os.environ if key.startswith(("LLMHOST_", "INPUT_"))}
    print(json.dumps([sys.argv[1:], secrets]), file=notes)
if sys.argv[1] == "up":
    print(json.dumps({"endpoint": "http://127.0.0.1:1/v1\nname=evil", "provider": "ollama",
        "model": "m", "expires": "", "machine_type": "t", "place": "p",
        "runner": {"name": "llmhost-x", "labels": []}}))
sys.exit(sys.argv[1] == os.environ.get("FAILS"))
"""


class Stub:
    """A job whose `llmhost` only notes what it is given."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.notes = home / "notes"
        programs = home / "bin"
        programs.mkdir()
        (programs / "llmhost").write_text(STUB)
        (programs / "llmhost").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"
        self.job = Job(home, {"PATH": path, "NOTES": str(self.notes), **environ})

    @property
    def calls(self) -> list[Any]:
        return [json.loads(line) for line in self.notes.read_text().splitlines()]


def test_up_says_all_it_was_told_and_secrets_in_no_argument(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    inputs = {**WITH, "labels": "a,b", "args": "--spot  --set parallel=2 *", "app-id": "7"}
    outputs = stub.job.use("up", {**inputs, "app-key": "-----BEGIN"})
    assert outputs
    _, (argv, environ) = stub.calls
    assert argv == [
        *("up", "ollama", "--name", NAME, "--ttl", "2h", "--yes", "--output", "json"),
        *("--gpus", "1", "--gpu", "l4", "--cloud", "gcp", "--labels", "a,b"),
        *("--runner", "github:acme/models", "--spot", "--set", "parallel=2", "*"),
    ]
    assert environ["LLMHOST_GITHUB_TOKEN"] == TOKEN
    assert environ["LLMHOST_GITHUB_APP_KEY"] == "-----BEGIN"
    assert "INPUT_TOKEN" not in environ
    assert TOKEN not in stub.job.said + json.dumps(outputs)
    assert outputs["name"] == NAME
    assert outputs["label"] == f"llmhost-{NAME}"
    assert json.loads(outputs["labels"]) == ["self-hosted", f"llmhost-{NAME}"]
    assert outputs["endpoint"] == "http://127.0.0.1:1/v1 name=evil", "one line, whatever is in it"


def test_down_takes_every_attempt_away_and_needs_no_output(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    stub.job.attempt = 3
    stub.job.use("down", {"provider": "ollama", "project": "demo"})
    names = [argv[1] for argv, _ in stub.calls if argv[0] == "down"]
    assert names == [f"ollama-12345678901-{attempt}" for attempt in (3, 2, 1)]
    flags = ["--yes", "--runner", "github:acme/models", "--cloud", "gcp", "--project", "demo"]
    assert stub.calls[-1][0][2:] == flags


def test_gc_sweeps_cloud_and_runners_by_a_key_that_is_no_argument(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    stub.job.use("gc", {"project": "demo", "app-id": "7", "app-key": "-----BEGIN"})
    argv, environ = stub.calls[-1]
    flags = ["--runner", "github:acme/models", "--cloud", "gcp", "--project", "demo"]
    assert argv == ["gc", "--yes", *flags]
    assert environ["LLMHOST_GITHUB_APP_KEY"] == "-----BEGIN"
    assert not {"INPUT_APP_KEY", "INPUT_TOKEN"} & set(environ)


def test_gc_of_the_cloud_alone_names_no_runner_and_fails_where_something_is_left(
    tmp_path: Path,
) -> None:
    stub = Stub(tmp_path, FAILS="gc")
    assert stub.job.use("gc", {"runner": "none"}) is None
    assert stub.calls[-1][0] == ["gc", "--yes", "--cloud", "gcp"]


def test_a_failure_of_one_attempt_does_not_keep_the_others(tmp_path: Path) -> None:
    stub = Stub(tmp_path, FAILS="down")
    stub.job.attempt = 2
    assert stub.job.use("down", {"provider": "ollama"}) is None
    assert [argv[1] for argv, _ in stub.calls[1:]] == ["ollama-12345678901-2", NAME]
    assert "not everything is gone" in stub.job.said


@pytest.mark.parametrize("name", ["Ollama", "-x", "x" * 20, "a;b", "$(id)", ""])
def test_a_name_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, name: str
) -> None:
    stub = Stub(tmp_path)
    assert stub.job.use("up", {**WITH, "provider": "", "name": name}) is None
    assert "::error title=llmhost::name" in stub.job.said
    assert not stub.notes.exists()


def test_up_refuses_such_a_name_by_itself_too(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    run = {"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_REPOSITORY": "acme/models"}
    said = {"INPUT_PROVIDER": "ollama", "INPUT_NAME": "Not/one", "INPUT_RUNNER": ""}
    environ = {**stub.job.environ, **run, **said, "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = subprocess.run(["bash", ACTION / "up.sh"], env=environ, capture_output=True, check=False)
    assert done.returncode == 2
    assert not stub.notes.exists()


# With the real llmhost, a double of Compute Engine and one of GitHub


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        github.token(TOKEN, "acme/models")
        yield github


@pytest.fixture
def gce() -> Iterator[FakeGce]:
    with FakeGce(clock=RealClock(rate=60)) as gce:
        yield gce


def job(home: Path, gce: FakeGce, github: FakeGitHub) -> Job:
    """A job on a fresh machine: it knows nothing that another job has written down."""
    home.mkdir()
    return Job(
        home,
        {
            "LLMHOST_GCE_ENDPOINT": gce.endpoint,
            "LLMHOST_GCE_PROJECT": gce.project,
            "GITHUB_API_URL": github.root,
        },
    )


def cut_short(of: Job, gce: FakeGce, moment: int, how: Any) -> tuple[bool, bool]:  # noqa: ANN401  a function
    """Ends `up` at its so-manieth call to the cloud.

    Returns:
        Whether there was such a call, and whether a machine had been asked for by then.
    """
    reached = threading.Event()
    doing: list[subprocess.Popen[str]] = []
    calls: list[str] = []
    made = False

    def called(entry: Entry) -> None:
        nonlocal made
        calls.append(entry.method)
        if not reached.is_set():
            made |= entry.method == "instances.insert"
        if len(calls) == moment:
            reached.set()
            # Not from here: the call is answered only when this returns.
            threading.Thread(target=how, args=(doing[-1],)).start()

    def began(process: subprocess.Popen[str], script: str) -> None:
        doing.append(process)
        if "up.sh" in script:
            gce.on_call(called)
            # A machine of the double has no sshd: waiting for it is cut short, too.
            timer = threading.Timer(15, how, args=(process,))
            timer.daemon = True
            timer.start()

    of.use("up", WITH, began=began)
    gce.on_call(None)
    return reached.is_set(), made


# All moments take minutes; two of them are for every day: a call before there is anything, and one
# when all is made and somebody waits.
MOMENTS = [
    pytest.param(how, moment, id=f"{how.__name__} at {moment}", marks=marks)
    for how, usual in ((end, 9), (cancel, WAITING))
    for moment in (*range(1, 14), WAITING)
    for marks in (() if moment == usual else pytest.mark.slow,)
]


@pytest.mark.parametrize(("how", "moment"), MOMENTS)
def test_whenever_up_is_cut_short_down_leaves_nothing(
    tmp_path: Path,
    gce: FakeGce,
    github: FakeGitHub,
    moment: int,
    how: Any,  # noqa: ANN401
) -> None:
    first = job(tmp_path / "up", gce, github)
    reached, made = cut_short(first, gce, moment, how)
    assert reached == (moment != WAITING)
    if how is end and moment == WAITING:
        assert len(gce.instances()) == 1, "there is something to take away"
    if how is cancel:
        # The job with `down` is not what this rests on: a cancelled `up` takes away by itself.
        assert "cancelled: taking" in first.said
        assert not made or gce.instances() == [], first.said
    # No machine of the double becomes a runner, so one is planted: as if it had come that far.
    github.runner("acme/models", runner_name(NAME, f"gcp/{gce.project}"))
    last = job(tmp_path / "down", gce, github)
    assert last.use("down", {"provider": "ollama", "token": TOKEN}) is not None, last.said
    assert gce.instances() == gce.disks() == gce.firewalls() == []
    assert github.names() == []
    assert TOKEN not in first.said + last.said
    asked = [repr(entry) for entry in gce.log]
    assert asked
    assert not [entry for entry in asked if TOKEN in entry], "no cloud and no machine is told it"
