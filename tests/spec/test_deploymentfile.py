"""The `-f` file, and how the command line is laid over it."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from llmhost.errors import ProfileError
from llmhost.spec.deployment import Ask
from llmhost.spec.deploymentfile import DeploymentFile, read_file
from llmhost.spec.sources import Sources

FILE = """\
provider: vllm
gpus: 4
gpu: a100
context: 8192
set: {dtype: half, max_num_seqs: 8}
env: {A: "1", B: "2"}
sources:
  hub: https://hub.example
  images: {ghcr.io: registry.example/ghcr}
"""


def read(folder: Path, text: str) -> DeploymentFile:
    (folder / "llmhost.yaml").write_text(text, "utf-8")
    return read_file(folder / "llmhost.yaml")


def test_the_file_answers_what_the_command_line_leaves_open(tmp_path: Path) -> None:
    ask = read(tmp_path, FILE).under(Ask("vllm"))
    assert (ask.gpu, ask.gpus, ask.context, ask.name) == ("a100", 4, 8192, None)
    assert dict(ask.settings) == {"dtype": "half", "max_num_seqs": 8}


def test_the_command_line_wins(tmp_path: Path) -> None:
    said = Ask("vllm", gpus=2, settings={"dtype": "float16"}, env={"B": "3"}, accept_licence=True)
    ask = read(tmp_path, FILE).under(said)
    assert (ask.gpus, ask.gpu, ask.accept_licence) == (2, "a100", True)
    assert dict(ask.settings) == {"dtype": "float16", "max_num_seqs": 8}
    assert dict(ask.env) == {"A": "1", "B": "3"}


def test_no_gpus_on_the_command_line_takes_the_files_model_with_it(tmp_path: Path) -> None:
    assert read(tmp_path, FILE).under(Ask("vllm", gpus=0)).gpu is None


def test_sources_of_the_file_are_laid_over_those_of_the_cloud(tmp_path: Path) -> None:
    base = Sources(ollama="models.example", images={"docker.io": "mirror.example"})
    sources = read(tmp_path, FILE).sources_over(base)
    assert (sources.hub, sources.ollama) == ("https://hub.example", "models.example")
    assert dict(sources.images) == {
        "docker.io": "mirror.example",
        "ghcr.io": "registry.example/ghcr",
    }
    assert sources.docker_apt == Sources().docker_apt


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("pypi", "https://me:s3cret@index.example/simple"),
        ("ollama", "me:s3cret@models.example"),
        ("downloads", "{'https://x.example/': 'https://me:s3cret@mirror.example'}"),
        ("downloads", "{'https://me:s3cret@x.example/': 'https://mirror.example'}"),
        ("images", "{docker.io: 'me:s3cret@mirror.example'}"),
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(
    tmp_path: Path, key: str, address: str
) -> None:
    with pytest.raises(ProfileError) as raised:
        read(tmp_path, f"sources:\n  {key}: {address}\n")
    assert f"llmhost.yaml:2: sources.{key}" in raised.value.message
    assert ": a user or password in an address is not kept secret" in raised.value.message
    assert "s3cret" not in repr(raised.value.__dict__)


def test_an_at_sign_behind_the_host_is_no_password(tmp_path: Path) -> None:
    read(tmp_path, "sources:\n  pypi: https://index.example/@team/simple\n")


@pytest.mark.parametrize("value", ["8080", "yes", "2026-11-20"])
def test_what_yaml_does_not_read_as_text_is_to_be_quoted(tmp_path: Path, value: str) -> None:
    with pytest.raises(ProfileError) as raised:
        read(tmp_path, f"provider: vllm\nenv: {{PORT: {value}}}\n")
    assert raised.value.message.endswith("llmhost.yaml:2: env.PORT: text belongs here: quote it")
    with pytest.raises(ProfileError) as raised:
        read(tmp_path, "provider: [vllm]\n")
    assert raised.value.message.endswith("provider: text belongs here")


@pytest.mark.parametrize(
    ("written", "key", "said", "hint"),
    [
        ("gpus: two", "gpus", "a whole number belongs here, not `two`", "write `gpus: 2`"),
        ("gpus: [1]", "gpus", "a whole number belongs here", "write `gpus: 2`"),
        ("set: 5", "set", "keys with values belong here, not `5`", "write `set: {"),
        ("local: maybe", "local", "`true` or `false` belongs here, not `maybe`", "`local: true`"),
        ("max_price: -1", "max_price", "takes more than 0.0, not `-1`", "llmhost schema"),
        ("env: {A: 5}", "env.A", "text belongs here: quote it", 'write `A: "5"`'),
        ("region: {a: b}", "region", "text or a list belongs here", "write `region: "),
        ("runner: {at: github:o/r, grop: x}", "runner.grop", "unknown key", "`group`"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_who_writes_the_file(
    tmp_path: Path, written: str, key: str, said: str, hint: str
) -> None:
    with pytest.raises(ProfileError) as raised:
        read(tmp_path, f"provider: vllm\n{written}\n")
    assert raised.value.message == f"{tmp_path}/llmhost.yaml:2: {key}: {said}"
    assert hint in raised.value.hint
    assert not raised.value.details


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hub", "notaurl"),
        ("hub", "file:///srv/hub"),
        ("docker_apt", "mirror.example/debian"),
        ("nvidia_apt", "https://"),
        ("pypi", "ftp://mirror.example"),
        ("lmstudio_installer", "https://mirror.example/a b.sh"),
        ("ollama", "models.example/library"),
        ("images.docker.io", "https://registry.example"),
        ("images.docker.io", "registry.example/Upper"),
        ("images.https://docker.io", "registry.example"),
        ("downloads.github.com", "https://mirror.example"),
        ("downloads.https://github.com/", "mirror.example"),
    ],
)
def test_what_is_no_address_is_refused_where_it_is_written(
    tmp_path: Path, key: str, value: str
) -> None:
    section, _, inner = key.partition(".")
    written = f"{section}: {{{inner!r}: {value!r}}}" if inner else f"{key}: {value!r}"
    with pytest.raises(ProfileError) as raised:
        read(tmp_path, f"provider: vllm\nsources:\n  {written}\n")
    assert raised.value.message.startswith(f"{tmp_path}/llmhost.yaml:3: sources.{key}: ")
    assert " belongs here, not `" in raised.value.message


@pytest.mark.parametrize(
    "written",
    [
        "docker_apt: file:///srv/mirror/docker",
        "hub: 'http://[fd00::1]:8080'",
        "ollama: models.example:5000",
        "ollama: http://models.example:5000",
        "images: {docker.io: 'registry.example:5000/hub'}",
        "images: {docker.io/vllm/vllm-openai: 'registry.example/ai/vllm-openai:v1'}",
        "downloads: {'https://github.com/': 'https://mirror.example/github/'}",
    ],
)
def test_addresses_of_ones_own_are_taken_as_they_are(tmp_path: Path, written: str) -> None:
    sources = read(tmp_path, f"sources: {{{written}}}\n").sources_over(Sources())
    assert sources != Sources()


def test_every_source_can_be_replaced_by_a_file() -> None:
    parts = DeploymentFile.model_fields["sources"].annotation
    assert set(getattr(parts, "model_fields", {})) == set(Sources.__slots__)


def test_an_unknown_key_is_named_with_file_line_and_the_key_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        read(tmp_path, FILE + "  docker_atp: x\n")
    assert caught.value.message == (f"{tmp_path}/llmhost.yaml:10: sources.docker_atp: unknown key")
    assert caught.value.hint == "did you mean `docker_apt`?"


def test_a_deployment_is_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="only one of `cloud`, `host` and `local`"):
        read(tmp_path, "cloud: gcp\nhost: root@192.0.2.1\n")


def test_an_empty_file_asks_for_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "").under(Ask("vllm")) == Ask("vllm")


def test_its_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(DeploymentFile.model_json_schema())
