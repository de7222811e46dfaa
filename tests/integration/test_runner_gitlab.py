"""A runner of GitLab's on a real machine: for one job, and its token is taken back."""

from collections.abc import Iterator

import pytest

from llmhost.cloud.sandbox.network import ensure_network
from tests.fake_gitlab import FakeGitLab
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.secrets import planted, search
from tests.integration.test_runner import QUICK, until

pytestmark = pytest.mark.sandbox

TOKEN = "glpat-planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be


@pytest.fixture
def gitlab(bench: Bench) -> Iterator[FakeGitLab]:
    gateway = str(ensure_network(bench.engine).subnet[1])
    with FakeGitLab(tokens={TOKEN: ["api"]}, listen=gateway) as gitlab:
        yield gitlab


def test_the_life_of_a_runner_for_one_job(
    bench: Bench, llmhost: Llmhost, gitlab: FakeGitLab
) -> None:
    name = bench.name("lab")
    user = llmhost.knowing(GITLAB_TOKEN=TOKEN, **gitlab.environ)
    words = ("up", "vllm", "--name", name, *QUICK, "--runner", "gitlab:acme/models", "--yes")
    try:
        first = user.json(*words)
        (runner,) = gitlab.runners
        assert (runner.name, runner.status) == (first["runner"]["name"], "online")
        assert user.json(*words)["changed"] == 0

        plant, file = planted(TOKEN)
        found = bench.inside(name, f"{plant}{search([TOKEN])}rm {file}").split()
        assert found == [file], "the search finds what is there, and nothing else is"
        # The runner's own token has to be there, for its program: in files of root and of the
        # runner's account, and in no argument, log or environment of anything else.
        at = bench.inside(name, search([runner.token])).split()
        assert not [place for place in at if "cmdline" in place or place.startswith("/dev/fd")]
        assert {place.split("/")[1] for place in at} <= {"run", "var", "proc"}

        gitlab.jobs.append('curl -s "$LLMHOST_ENDPOINT/models"; echo; id -un; env | grep -c glrt-')
        until(lambda: gitlab.ended)
        _, output = gitlab.ended[0]
        assert '"object"' in output
        assert output.split()[-2:] == ["llmhost-runner", "0"]
        until(lambda: not gitlab.runners)  # it has taken its own token back

        user.json(*words)
        assert len(gitlab.runners) == 1
    finally:
        gone = user("down", name, "--cloud", "sandbox", "--yes")
    assert gone.status == 0, gone
    assert gitlab.runners == []
