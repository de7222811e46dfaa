"""Rendering: what is a secret, what a running service depends on, and what users may replace."""

from pathlib import Path

import pytest
import yaml

import llmhost
from llmhost.errors import ProfileError, UsageError
from llmhost.render import RenderedFile, daemon_settings, render
from llmhost.secret import Secret
from llmhost.spec.assets import packaged_root
from llmhost.spec.deployment import Deployment, Site
from tests.render.cases import CASES, ROOTS, Case, text

KEY = "sk-$very #secret"
DOWNLOAD = {"HF_TOKEN": "hf_x"}
CONTAINERS = [case for case in CASES if case.deployment.container]


def case(name: str) -> Deployment:
    return next(one for one in CASES if one.name == name).deployment


def files(deployment: Deployment, *roots: Path, **secrets: str) -> dict[str, RenderedFile]:
    rendered = render(deployment, secrets, roots=(*roots, *ROOTS))
    return {file.path: file for file in rendered}


def test_a_secret_is_in_one_file_that_only_root_reads_and_that_hides_itself() -> None:
    rendered = files(case("vllm-l4x2"), VLLM_API_KEY=KEY, **DOWNLOAD)
    holders = [file for file in rendered.values() if KEY in text(file)]
    assert [(file.path, file.mode, type(file.content)) for file in holders] == [
        ("/etc/llmhost/vllm/engine.env", 0o600, Secret)
    ]
    assert KEY not in repr(rendered)
    assert f"VLLM_API_KEY='{KEY}'" in text(holders[0])


def test_the_token_of_the_download_never_reaches_the_engine() -> None:
    assert not any("hf_x" in text(file) for file in files(case("vllm-l4x2"), **DOWNLOAD).values())


def test_secrets_the_profile_does_not_name_are_left_where_they_are() -> None:
    assert not any("x9" in text(file) for file in files(case("ollama-l4x1"), OTHER="x9").values())


@pytest.mark.parametrize("value", ["it's", "two\nlines", "\x00"])
def test_a_secret_no_environment_file_can_hold_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(UsageError) as caught:
        files(case("vllm-l4x2"), VLLM_API_KEY=value)
    assert "VLLM_API_KEY holds a quote" in caught.value.message
    assert value not in caught.value.message


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_a_newer_llmhost_alone_does_not_restart_a_service(
    one: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def running() -> dict[str, str]:
        return {file.path: text(file) for file in one.files if file.running}

    before = running()
    monkeypatch.setattr(llmhost, "__version__", "9.9.9")
    assert running() == before
    assert before


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_the_unit_remembers_what_it_was_started_with(one: Case) -> None:
    unit = next(text(file) for file in one.files if file.path.endswith(".service"))
    paths = " ".join(file.path for file in one.files if file.running)
    assert f"sha256sum {paths} >/run/llmhost/{one.deployment.name}.started" in unit


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_environment_llmhost_sets_is_reserved(one: Case) -> None:
    deployment = one.deployment
    if deployment.container:
        compose = yaml.safe_load(text(files(deployment)[f"{deployment.directory}/compose.yaml"]))
        set_here = set(compose["services"]["engine"].get("environment", {}))
        assert set_here <= set(deployment.profile.reserved)


@pytest.mark.parametrize("one", CONTAINERS, ids=lambda one: one.name)
def test_nothing_listens_beyond_loopback(one: Case) -> None:
    compose = yaml.safe_load(
        text(files(one.deployment)[f"{one.deployment.directory}/compose.yaml"])
    )
    engine = compose["services"]["engine"]
    assert all(port.startswith("127.0.0.1:") for port in engine["ports"])
    assert "network_mode" not in engine
    assert "privileged" not in engine


@pytest.mark.parametrize("one", CONTAINERS, ids=lambda one: one.name)
def test_docker_waits_for_gpus_only_where_there_are_some(one: Case) -> None:
    drop_in = "/etc/systemd/system/docker.service.d/llmhost.conf"
    assert (drop_in in files(one.deployment)) == (one.deployment.gpus > 0)


def test_a_template_of_ones_own_takes_the_place_of_llmhosts(tmp_path: Path) -> None:
    folder = tmp_path / "templates/vllm/etc/llmhost/NAME"
    folder.mkdir(parents=True)
    (folder / "compose.yaml.j2").write_text("name: {{ deployment.name }}-mine\n")
    (folder / "extra.txt.j2").write_text("{{ devices | join(' ') }}\n")
    rendered = files(case("vllm-l4x2"), tmp_path)
    assert rendered["/etc/llmhost/vllm/compose.yaml"].content == "name: vllm-mine\n"
    assert rendered["/etc/llmhost/vllm/extra.txt"].content == "nvidia.com/gpu=0 nvidia.com/gpu=1\n"
    assert rendered["/etc/llmhost/vllm/extra.txt"].running


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("a\n{{ devises }}\n", "templates/vllm/x.j2: 'devises' is undefined"),
        ("a\n{% if %}\n", "templates/vllm/x.j2:2: Expected an expression"),
    ],
)
def test_a_wrong_template_is_an_error_that_names_it(
    tmp_path: Path, template: str, complaint: str
) -> None:
    (tmp_path / "templates/vllm").mkdir(parents=True)
    (tmp_path / "templates/vllm/x.j2").write_text(template)
    with pytest.raises(ProfileError) as caught:
        files(case("vllm-l4x2"), tmp_path)
    assert caught.value.message.startswith(complaint)


def test_a_set_that_is_not_there_is_an_error_that_names_it() -> None:
    deployment = case("vllm-l4x2")
    profile = deployment.profile.model_copy(update={"templates": ("_host", "nowhere")})
    changed = Deployment(
        **{name: getattr(deployment, name) for name in deployment.__slots__} | {"profile": profile}
    )
    with pytest.raises(ProfileError, match="there is no template set `nowhere`"):
        files(changed)


def test_every_template_is_used_by_some_profile() -> None:
    # Runners have sets of their own, which no profile names: planning/runner.py.
    folders = {path.name for path in (packaged_root() / "templates").iterdir()}
    sets = {name for name in folders - {"_parts"} if not name.startswith("_runner")}
    assert sets == {name for one in CASES for name in one.deployment.profile.templates}


def test_dockers_settings_follow_the_site() -> None:
    deployment = case("vllm-l4x2")
    assert daemon_settings(case("vllm-cpu")) == {}, "Docker's own settings are somebody else's"
    assert daemon_settings(deployment) == {"features": {"cdi": True}}
    assert "mtu" not in daemon_settings(deployment.at(Site(mtu=1500)))
    settings = daemon_settings(deployment.at(Site(mtu=1460)))
    assert settings["mtu"] == 1460
    assert settings["default-network-opts"]["bridge"]["com.docker.network.driver.mtu"] == "1460"


def test_gpus_the_host_has_are_asked_for_by_their_own_names() -> None:
    deployment = case("vllm-l4x2").at(Site(devices=("nvidia.com/gpu=2", "nvidia.com/gpu=3")))
    compose = text(files(deployment)["/etc/llmhost/vllm/compose.yaml"])
    assert '- "nvidia.com/gpu=2"' in compose
    assert '- "nvidia.com/gpu=0"' not in compose
