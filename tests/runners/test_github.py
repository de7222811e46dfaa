"""GitHub's runners: registered, found, removed, and every way in which that is refused."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa

from llmhost.errors import LlmhostError, UsageError
from llmhost.runners.base import BusyRunnerError, RunnerError
from llmhost.runners.github.refusals import TakenError
from tests.fake_github import FakeGitHub, Fault
from tests.runners.conftest import TOKEN, Asker

# What the tokens of these tests are called; nothing is secret about them.
WORKFLOW, WEAK, SSO = "ghs_workflow", "github_pat_weak", "github_pat_sso"
LABELS = ("self-hosted", "gpu", "ollama")


def refused(asker: Asker, place: str = "github:acme/models", **environ: str) -> LlmhostError:
    """What is said when a place is looked at before anything is made."""
    forge, runner = asker.forge(place, **environ)
    with pytest.raises(LlmhostError) as caught:
        forge.check(runner)
    assert caught.value.hint, "it says what to do"
    assert TOKEN not in repr(vars(caught.value)), "nobody is told the token"
    return caught.value


def test_a_runner_is_registered_with_all_its_labels(github: FakeGitHub, asker: Asker) -> None:
    forge, runner = asker.forge()
    forge.check(runner)
    made = forge.register("llmhost-ollama-1", LABELS, runner)
    assert (made.runner.online, made.runner.labels) == (False, LABELS)
    assert forge.find("llmhost-ollama-1") == made.runner
    (there,) = github.world.runners
    config = json.loads(base64.b64decode(made.credential.value))
    assert there.key in base64.b64decode(config[".credentials"]).decode()
    assert there.key not in repr(made)


def test_what_an_earlier_runner_has_left_is_replaced(github: FakeGitHub, asker: Asker) -> None:
    old = github.runner("acme/models", "llmhost-ollama-1")
    forge, runner = asker.forge()
    made = forge.register("llmhost-ollama-1", LABELS, runner)
    assert made.runner.id != old.id
    assert github.names() == ["llmhost-ollama-1"]


def test_a_registration_that_was_answered_too_late_is_made_again(
    github: FakeGitHub, asker: Asker
) -> None:
    github.fail(Fault("POST", "generate-jitconfig", 0, committed=True))
    forge, runner = asker.forge()
    forge.register("llmhost-ollama-1", LABELS, runner)
    assert github.names() == ["llmhost-ollama-1"]


def test_a_name_that_another_host_holds_is_taken(github: FakeGitHub, asker: Asker) -> None:
    github.runner("acme/models", "llmhost-ollama-1", online=True)
    forge, runner = asker.forge()
    with pytest.raises(TakenError, match="has a runner `llmhost-ollama-1` already") as caught:
        forge.register("llmhost-ollama-1", LABELS, runner)
    assert "--name" in caught.value.hint


def test_the_program_comes_with_its_version_and_checksum(github: FakeGitHub, asker: Asker) -> None:
    forge, _ = asker.forge()
    program = forge.software("x86_64")
    assert (program.version, program.sha256) == ("2.337.0", github.world.checksum)
    assert "linux-x64" in program.url
    assert "linux-arm64" in forge.software("aarch64").url
    with pytest.raises(RunnerError, match="no runner for riscv64"):
        forge.software("riscv64")
    github.world.checksum = ""
    with pytest.raises(RunnerError, match="names no checksum"):
        forge.software("x86_64")


def test_a_runner_is_removed_and_one_that_is_gone_is_removed_well(
    github: FakeGitHub, asker: Asker
) -> None:
    forge, runner = asker.forge()
    made = forge.register("llmhost-ollama-1", LABELS, runner).runner
    forge.remove(made)
    forge.remove(made)
    assert github.names() == []
    assert forge.find("llmhost-ollama-1") is None


def test_a_busy_runner_is_not_removed(github: FakeGitHub, asker: Asker) -> None:
    github.runner("acme/models", "llmhost-ollama-1", online=True, busy=True)
    forge, _ = asker.forge()
    there = forge.find("llmhost-ollama-1")
    assert there
    with pytest.raises(BusyRunnerError, match="has a job in hand"):
        forge.remove(there)


def test_only_runners_of_llmhost_are_its_own(github: FakeGitHub, asker: Asker) -> None:
    for number in range(130):
        github.runner("acme/models", f"somebody-{number}")
        github.runner("acme/models", f"llmhost-{number}")
    forge, _ = asker.forge()
    assert [one.name for one in forge.ours()] == [f"llmhost-{number}" for number in range(130)]


# Before anything is made


def test_nobody_is_asked_without_a_token(github: FakeGitHub, asker: Asker) -> None:
    error = refused(asker, GITHUB_TOKEN="")
    assert error.message == "no token is set to register a runner at github:acme/models with"
    assert "Administration: write" in error.hint
    assert github.calls == []


@pytest.mark.parametrize("name", ["LLMHOST_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"])
def test_a_token_that_is_not_accepted(asker: Asker, name: str) -> None:
    error = refused(asker, **{name: "ghp_expired"})
    assert error.message == f"GitHub does not accept the token in {name}"
    assert error.why == "Bad credentials"
    assert "expired" in error.hint


def test_the_token_of_a_workflow(github: FakeGitHub, asker: Asker) -> None:
    github.token(WORKFLOW, kind="workflow", sees=frozenset({"acme/models"}))
    error = refused(asker, GITHUB_TOKEN=WORKFLOW)
    assert "the GITHUB_TOKEN of a workflow may not register runners" in error.message
    assert "create-github-app-token" in error.hint


def test_a_token_without_the_permission(github: FakeGitHub, asker: Asker) -> None:
    github.token(WEAK, sees=frozenset({"acme/models", "acme"}))
    error = refused(asker, GITHUB_TOKEN=WEAK)
    assert error.message == "the token in GITHUB_TOKEN may not register runners at acme/models"
    assert "Administration: write" in error.hint
    error = refused(asker, "github:acme", GITHUB_TOKEN=WEAK)
    assert "Self-hosted runners: write" in error.hint


def test_a_token_that_has_not_seen_single_sign_on(github: FakeGitHub, asker: Asker) -> None:
    github.token(SSO, "acme/models", sso="acme")
    error = refused(asker, GITHUB_TOKEN=SSO)
    assert "single sign-on" in error.message
    assert "https://github.com/orgs/acme/sso" in error.hint


def test_one_who_is_no_administrator_and_a_place_that_is_not_there(
    github: FakeGitHub, asker: Asker
) -> None:
    github.token("ghp_user", kind="classic", sees=frozenset({"acme/models"}))
    for place, token in (("github:acme/models", "ghp_user"), ("github:acme/typo", TOKEN)):
        error = refused(asker, place, GITHUB_TOKEN=token)
        assert "does not exist on GitHub, or the token in GITHUB_TOKEN may not" in error.message
        assert "administrator" in error.hint


def test_one_who_has_asked_too_much(github: FakeGitHub, asker: Asker) -> None:
    github.world.limit = 0
    error = refused(asker)
    assert error.message == "GitHub wants to be asked less for now"
    assert "UTC" in error.why


def test_a_repository_with_a_new_name(github: FakeGitHub, asker: Asker) -> None:
    moved = {"message": "Moved Permanently", "url": "https://api.github.com/repositories/1"}
    github.fail(Fault("GET", "/actions/runners", 301, moved))
    assert refused(asker).message == "acme/models has moved to another name"


def test_a_forge_that_fails_for_a_moment_is_asked_again(github: FakeGitHub, asker: Asker) -> None:
    github.fail(
        Fault("GET", "/actions/runners", 502, headers={"retry-after": "0"}, times=2),
        Fault("GET", "/actions/runners", 0),
    )
    forge, runner = asker.forge()
    forge.check(runner)


def test_a_forge_that_fails_all_the_time(github: FakeGitHub, asker: Asker) -> None:
    github.fail(Fault("GET", "/actions/runners", 503, headers={"retry-after": "0"}, times=9))
    assert refused(asker).message == "GitHub is not able to answer now"


def test_a_forge_that_is_not_there(asker: Asker) -> None:
    error = refused(asker, GITHUB_API_URL="http://127.0.0.1:9")
    assert error.message == "127.0.0.1:9 cannot be reached"
    error = refused(asker, GITHUB_API_URL="file:///etc/passwd")
    assert "GITHUB_API_URL is not an address" in error.message


def test_a_proxy_that_answers_instead(github: FakeGitHub, asker: Asker) -> None:
    github.fail(Fault("GET", "/actions/runners", 200, "<html>log in first</html>"))
    assert "is not JSON" in refused(asker).message


# Strangers


def test_a_public_repository_is_refused_unless_it_is_said(github: FakeGitHub, asker: Asker) -> None:
    github.repository("acme/open", public=True)
    github.token(TOKEN, "acme/models", "acme/open")
    error = refused(asker, "github:acme/open")
    assert isinstance(error, UsageError)
    assert "anybody's pull request" in error.message
    assert "--public-repository" in error.hint
    forge, runner = asker.forge("github:acme/open")
    forge.check(replace(runner, public=True))


def test_a_group_that_public_repositories_may_use_is_refused_unless_it_is_said(
    github: FakeGitHub, asker: Asker
) -> None:
    github.group(5, "shared", public=True)
    forge, runner = asker.forge("github:acme")
    forge.check(runner)
    with pytest.raises(UsageError, match="lends these runners to public ones"):
        forge.check(replace(runner, group="shared"))
    forge.check(replace(runner, group="shared", public=True))


# Groups


def test_a_runner_joins_the_group_that_is_asked_for(github: FakeGitHub, asker: Asker) -> None:
    github.group(5, "gpu")
    forge, runner = asker.forge("github:acme")
    forge.register("llmhost-ollama-1", LABELS, replace(runner, group="gpu"))
    assert github.world.runners[0].group == 5


def test_a_group_that_is_not_there(github: FakeGitHub, asker: Asker) -> None:
    github.group(5, "gpu")
    forge, runner = asker.forge("github:acme")
    with pytest.raises(RunnerError, match="acme has no runner group `gpus`") as caught:
        forge.check(replace(runner, group="gpus"))
    assert caught.value.why == "it has: Default, gpu"


# GitHub Apps


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    plain = form.NoEncryption()
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, plain).decode()


@pytest.mark.parametrize("place", ["github:acme/models", "github:acme"])
def test_an_app_is_given_a_token_for_this_place_alone(
    github: FakeGitHub, asker: Asker, key: rsa.RSAPrivateKey, place: str, tmp_path: Path
) -> None:
    github.app("77", key.public_key(), "acme/models", "acme/other", "acme")
    file = tmp_path / "app.pem"
    file.write_text(pem(key))
    app = {"LLMHOST_GITHUB_APP_ID": "77", "LLMHOST_GITHUB_APP_KEY_FILE": str(file)}
    forge, runner = asker.forge(place, GITHUB_TOKEN="", **app)
    forge.check(runner)
    forge.register("llmhost-ollama-1", LABELS, runner)
    given = [token for value, token in github.world.tokens.items() if value.startswith("ghs_")]
    assert [token.manages for token in given] == [{runner.scope}]


def test_an_app_whose_key_is_another_one(
    github: FakeGitHub, asker: Asker, key: rsa.RSAPrivateKey
) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    github.app("77", key.public_key(), "acme/models")
    app = {"LLMHOST_GITHUB_APP_ID": "77", "LLMHOST_GITHUB_APP_KEY": pem(other)}
    assert refused(asker, **app).message == "GitHub does not accept the key of GitHub App 77"


def test_an_app_that_is_not_installed_there(
    github: FakeGitHub, asker: Asker, key: rsa.RSAPrivateKey
) -> None:
    github.app("77", key.public_key())
    # Secrets of one line are often kept like this.
    app = {"LLMHOST_GITHUB_APP_ID": "77", "LLMHOST_GITHUB_APP_KEY": pem(key).replace("\n", "\\n")}
    assert refused(asker, **app).message == "GitHub App 77 is not installed at acme/models"


@pytest.mark.parametrize("text", ["", "no key at all"])
def test_an_app_without_a_key(asker: Asker, text: str) -> None:
    app = {"LLMHOST_GITHUB_APP_ID": "77", "LLMHOST_GITHUB_APP_KEY": text}
    error = refused(asker, **app)
    assert error.message == "the private key of the GitHub App cannot be used"
