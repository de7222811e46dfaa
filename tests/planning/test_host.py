"""The ordered list of what a host needs."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from llmhost.facts.gather import Facts
from llmhost.planning import host
from llmhost.planning.plan import Action, Change, Plan
from llmhost.render import render
from llmhost.secret import Secret
from llmhost.spec.assets import packaged_root
from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.profile import Profile
from llmhost.spec.resolve import resolve
from llmhost.spec.sources import Sources
from llmhost.steps.base import Drift, Step
from llmhost.steps.docker import Docker
from llmhost.steps.files import File, UnitFile
from llmhost.steps.service import Service
from llmhost.steps.weights import Weights
from llmhost.transport.base import Answer
from tests.deployments import PROVIDERS, deployment

SHAPES = [(provider, gpus) for provider in PROVIDERS for gpus in (0, 1, 2)]


def steps(wanted: Deployment, secrets: dict[str, str] | None = None) -> tuple[Step, ...]:
    return host.steps(wanted, render(wanted, secrets or {}), Secret("hf_0123456789"))


def titles(wanted: Deployment) -> list[str]:
    return [step.title for step in steps(wanted)]


def test_vllm_on_two_gpus_reads_like_the_way_up() -> None:
    assert titles(deployment("vllm", 2)) == [
        "first boot",
        "file /etc/llmhost/vllm/deployment.json",
        "packages ca-certificates curl python3-venv",
        "directory /var/lib/llmhost/models",
        "docker engine",
        "nvidia driver",
        "nvidia container toolkit",
        "gpu names for containers (CDI)",
        "unit /etc/systemd/system/docker.service.d/llmhost.conf",
        "file /etc/docker/daemon.json",
        "service docker",
        f"image {deployment('vllm', 2).image}",
        "hub client",
        "weights Qwen/Qwen3-32B-AWQ",
        "file /etc/llmhost/vllm/compose.yaml",
        "file /etc/llmhost/vllm/engine.env",
        "unit /etc/systemd/system/llmhost-vllm.service",
        "service llmhost-vllm",
    ]


def test_without_gpus_nothing_of_nvidias_is_touched() -> None:
    assert not [title for title in titles(deployment("vllm", 0)) if "nvidia" in title]
    assert not [title for title in titles(deployment("vllm", 0)) if "gpu" in title]


def test_what_is_installed_natively_needs_no_docker() -> None:
    named = titles(deployment("lmstudio", 1))
    assert not [title for title in named if "docker" in title or title.startswith("image")]
    assert "nvidia driver" in named
    assert "account lmstudio" in named
    assert "program /var/lib/llmhost/lmstudio/.lmstudio/bin/lms" in named
    assert "packages ca-certificates curl libgomp1" in named


def native(provider: str) -> Deployment:
    """A deployment of a provider that the tests bring: Python packages, or an archive."""
    roots = (Path(__file__).parents[1] / "integration/native", packaged_root())
    text = (roots[0] / f"profiles/{provider}.yaml").read_text().replace("@SHA256@", "ab" * 32)
    profile = Profile.model_validate({**yaml.safe_load(text), "name": provider})
    return resolve(profile, Ask(provider), gpus={})


def native_steps(wanted: Deployment) -> tuple[Step, ...]:
    roots = (Path(__file__).parents[1] / "integration/native", packaged_root())
    return host.steps(wanted, render(wanted, {}, roots=roots), Secret(""))


@pytest.mark.parametrize(
    ("provider", "identity"), [("piped", "bottle==0.13.3\n"), ("archived", "ab" * 32 + "\n")]
)
def test_software_comes_beside_the_weights_and_its_service_restarts_with_it(
    provider: str, identity: str
) -> None:
    steps = native_steps(native(provider))
    named = [step.title for step in steps]
    software = f"software /opt/llmhost/software/{provider}"
    assert named.index(f"account {provider}") < named.index(software)
    assert [step.lane for step in steps if step.title == software] == ["image"]
    assert "packages ca-certificates curl python3-venv" in named
    assert not [title for title in named if "docker" in title]
    service = steps[-1]
    assert isinstance(service, Service)
    mark = f"/opt/llmhost/software/{provider}/.llmhost"
    assert dict(service.inputs)[mark] == identity
    unit = next(step for step in steps if isinstance(step, UnitFile))
    assert mark in unit.content, "so that a start remembers what it was made with"


def test_what_profiles_name_by_address_can_be_replaced() -> None:
    mirror = {"https://vendor.example/": "https://mirror.test/vendor/"}
    sources = Sources(pypi="https://mirror.test/simple", downloads=mirror)
    for provider in ("piped", "archived"):
        steps = native_steps(replace(native(provider), sources=sources))
        said = [effect.argv for step in steps for effect in step.apply(drift_of(step))]
        (call,) = (argv for argv in said if str(argv[0]).endswith("_software"))
        assert "mirror.test" in repr(call)
        assert "vendor.example" not in repr(call)


def test_a_provider_that_fetches_its_models_itself_needs_no_hub_client() -> None:
    assert "hub client" not in titles(deployment("ollama", 1))


@pytest.mark.parametrize(("provider", "gpus"), SHAPES)
def test_lanes_stand_together_between_what_everything_waits_for(provider: str, gpus: int) -> None:
    lanes = [lane for lane, _ in groupby(steps(deployment(provider, gpus)), lambda one: one.lane)]
    assert lanes in (["", "image", "weights", ""], ["", "image", ""], [""])
    if provider in {"vllm", "llamacpp"}:
        assert "weights" in lanes


@pytest.mark.parametrize(("provider", "gpus"), SHAPES)
def test_the_service_comes_last_and_depends_on_its_own_files(provider: str, gpus: int) -> None:
    *before, service = steps(deployment(provider, gpus))
    assert isinstance(service, Service)
    written = {step.path for step in before if isinstance(step, File)}
    inputs = {path for path, _ in service.inputs}
    assert inputs <= written
    assert inputs
    assert f"/etc/llmhost/{provider}/deployment.json" not in inputs


@pytest.mark.parametrize(("provider", "gpus"), SHAPES)
def test_titles_tell_steps_apart(provider: str, gpus: int) -> None:
    named = titles(deployment(provider, gpus))
    assert len(named) == len(set(named))


def test_every_source_can_be_replaced() -> None:
    sources = Sources(
        docker_apt="https://mirror.test/docker",
        nvidia_apt="https://mirror.test/nvidia",
        hub="https://mirror.test/hub",
        pypi="https://mirror.test/simple",
        lmstudio_installer="https://mirror.test/install.sh",
        images={"docker.io": "mirror.test/hub"},
    )
    official = ("download.docker.com", "nvidia.github.io", "huggingface.co", "lmstudio.ai")
    for provider, gpus in SHAPES:
        wanted = replace(deployment(provider, gpus), sources=sources)
        said = repr([[*step.apply(drift_of(step))] for step in steps(wanted)])
        assert not [place for place in official if place in said]


def drift_of(step: Step) -> tuple[Drift, ...]:
    if isinstance(step, Docker):
        bare = {
            fact: Answer(1, "ID=debian\nVERSION_CODENAME=trixie\n", "") for fact in step.facts()
        }
        return step.check(Facts(bare))
    return DRIFT.get(type(step).__name__, ())


DRIFT = {
    "DaemonJson": (Drift("content", "", "{}"),),
    "HubClient": (Drift("version", "", "1"),),
}


def test_the_hubs_token_is_with_the_weights_and_in_no_file() -> None:
    for step in steps(deployment("vllm", 0), {"VLLM_API_KEY": "sk-0123456789"}):
        assert "0123456789" not in repr(step)
        if isinstance(step, Weights):
            assert step.token.value == "hf_0123456789"


class Fixed:
    """A step whose drift is known."""

    lane = ""

    def __init__(self, *drift: Drift) -> None:
        self.title = "x"
        self._drift = drift

    def facts(self) -> tuple[()]:
        return ()

    def check(self, _read: object, /) -> tuple[Drift, ...]:
        return self._drift

    def apply(self, _drift: object, /) -> tuple[()]:
        return ()


@pytest.mark.parametrize(
    ("drift", "action"),
    [
        ((), "none"),
        ((Drift("exists", "", "yes"),), "create"),
        ((Drift("mode", "0644", "0600"),), "update"),
        ((Drift("a", "", "1"), Drift("b", "0", "1")), "update"),
    ],
)
def test_a_change_is_named_by_what_is_there(drift: tuple[Drift, ...], action: Action) -> None:
    assert host.changes([Fixed(*drift)], Facts({})) == (Change("x", action, drift),)


def test_a_machine_that_does_not_exist_is_asked_nothing() -> None:
    assert host.creations([Fixed()]) == (Change("x", "create", reason="new machine"),)


def test_a_plan_is_its_machine_and_its_host_in_order() -> None:
    machine, same, other = Change("m", "create"), Change("a", "none"), Change("b", "update")
    plan = Plan("x", machine, (same, other))
    assert list(plan) == [machine, same, other]
    assert plan.pending == (machine, other)
    assert list(Plan("x", None, (same,))) == [same]
