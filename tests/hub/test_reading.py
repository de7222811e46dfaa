"""Models read off the hub's double over HTTP: what is known, and how little came over the wire."""

import json
from pathlib import Path

import huggingface_hub
import pytest
from gguf import GGUFReader

from llmhost.hub.asking import ask
from llmhost.hub.refusals import BrokenFileError, HubError
from llmhost.hub.repository import open_repository
from llmhost.hub.web import Web
from llmhost.hub.weights import of_directory
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources
from tests.hub.conftest import Running
from tests.hub.files import CONFIG, gguf, sharded, single, tensors

NAME = "org/model"
DIRECTORY = Model(NAME, "hub", NAME)


def bytes_of(*layers: int) -> int:
    return sum(one.nbytes for layer in layers for one in tensors(layer).values())


def test_a_single_file_is_measured_by_its_header(hub: Running, web: Web) -> None:
    single(hub.folder / NAME)
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert found.weights == bytes_of(0, 1)
    assert found.exact
    assert found.evidence == "the header of model.safetensors"
    assert found.config == CONFIG
    assert len(found.revision) == 40
    assert found.kind == "config"


def test_several_files_are_measured_by_all_their_headers(hub: Running, web: Web) -> None:
    sharded(hub.folder / NAME, shards=3)
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert found.weights == bytes_of(0, 1, 2)
    assert found.evidence == "the headers of 3 safetensors files"


def test_an_index_that_lies_is_not_believed(hub: Running, web: Web) -> None:
    sharded(hub.folder / NAME, total=123_456_789)
    assert ask(DIRECTORY, web, Sources(hub=hub.endpoint)).weights == bytes_of(0, 1)


def test_the_client_library_of_the_hub_comes_to_the_same_numbers(hub: Running, web: Web) -> None:
    sharded(hub.folder / NAME, shards=3)
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    api = huggingface_hub.HfApi(endpoint=hub.endpoint, token=False)
    theirs = api.get_safetensors_metadata(NAME)
    assert sum(theirs.parameter_count.values()) == (64 * 64 + 128 * 64 + 4 * 64 + 64) * 3
    assert set(theirs.parameter_count) == set(found.formats)
    info = api.model_info(NAME, files_metadata=True)
    assert info.sha == found.revision
    sizes = [one.size or 0 for one in info.siblings or () if one.rfilename.endswith(".safetensors")]
    assert 0 < sum(sizes) - found.weights < 3 * 2000


def test_only_headers_come_over_the_wire(hub: Running, web: Web) -> None:
    folder = single(hub.folder / NAME)
    from safetensors.numpy import save_file  # noqa: PLC0415  beside what uses it

    save_file(tensors(0, hidden=2048), folder / "model.safetensors")
    large = (folder / "model.safetensors").stat().st_size
    assert large > 25_000_000
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert found.weights > 25_000_000
    assert web.received < 60_000
    assert web.requests == 4  # the listing, the configuration, the header and its redirection


def test_of_many_files_the_index_is_believed_where_their_sizes_agree(
    hub: Running, web: Web
) -> None:
    folder = sharded(hub.folder / NAME, shards=2)
    shards = 50
    places = {}
    one = b"\x40\x00\x00\x00\x00\x00\x00\x00" + b"{" + b" " * 62 + b"}" + bytes(100_000)
    for place in range(shards):
        name = f"part-{place}.safetensors"
        (folder / name).write_bytes(one)
        places[f"layer.{place}"] = name
    index = {"metadata": {"total_size": 100_000 * shards}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert found.weights == 100_000 * shards
    assert "the sizes of 50 files" in found.evidence
    assert web.requests == 3


def test_a_long_header_takes_one_more_request(hub: Running, web: Web) -> None:
    folder = single(hub.folder / NAME)
    names = {f"layer.{place}.{'x' * 80}": place for place in range(2000)}
    entries = {
        name: {"dtype": "U8", "shape": [1], "data_offsets": [place, place + 1]}
        for name, place in names.items()
    }
    text = json.dumps(entries).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(2000))
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert found.weights == 2000
    assert web.received < len(text) + 10_000


def real(*paths: Path) -> int:
    """Bytes of the tensors of GGUF files, by the real library."""
    return sum(int(one.n_bytes) for path in paths for one in GGUFReader(path).tensors)


def test_a_gguf_file_is_measured_by_its_tensors(hub: Running, web: Web) -> None:
    path = gguf(hub.folder / NAME / "model-Q4_0.gguf", words=100_000, fill=1 << 22)
    model = Model("m", "hub", NAME, files=("*[-.][qQ]4_0.gguf",), file="Q4_0.gguf")
    found = ask(model, web, Sources(hub=hub.endpoint))
    size = path.stat().st_size
    assert found.weights == real(path) < size - 1_000_000, "the words are no weights"
    assert found.download == size
    assert found.formats == {"F16": 100_000 * 64 * 2, "F32": (1 << 24) + 256}
    assert found.replicated == 256
    assert found.evidence == "the header of model-Q4_0.gguf"
    assert found.kind == "gguf"
    assert found.config["llama.block_count"] == 2
    assert found.config["vocab_size"] == 100_000
    header = size - real(path)
    assert web.received < header + (1 << 21) < size, "only the header is read"


def test_a_split_gguf_file_is_summed(hub: Running, web: Web) -> None:
    split = gguf(hub.folder / NAME / "big.gguf", split=1)
    files = tuple(f"big-{part:05d}-of-00003.gguf" for part in (1, 2, 3))
    assert not split.exists(), "the real library has split it"
    found = ask(Model("m", "hub", NAME, files=files, file=files[0]), web, Sources(hub=hub.endpoint))
    assert found.weights == real(*(hub.folder / NAME / name for name in files))
    assert found.download == sum((hub.folder / NAME / name).stat().st_size for name in files)
    assert found.evidence == "the headers of 3 GGUF files"
    assert found.config["llama.block_count"] == 2


def test_a_gguf_file_that_is_shorter_than_its_tensors_is_refused(hub: Running, web: Web) -> None:
    path = gguf(hub.folder / NAME / "model-Q4_0.gguf", fill=1 << 20)
    path.write_bytes(path.read_bytes()[: 1 << 20])
    model = Model("m", "hub", NAME, files=("model-Q4_0.gguf",), file="model-Q4_0.gguf")
    with pytest.raises(BrokenFileError, match="and the file has 1048576"):
        ask(model, web, Sources(hub=hub.endpoint))


def many(folder: Path, shards: int, text: bytes, *, total: int) -> None:
    """A repository of so many files with the same header, and an index that says so much."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    places = {f"layer.{place}": f"part-{place}.safetensors" for place in range(shards)}
    for name in places.values():
        (folder / name).write_bytes(len(text).to_bytes(8, "little") + text)
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_the_headers_of_many_files_are_not_read_where_the_index_lies(
    hub: Running, web: Web
) -> None:
    many(hub.folder / NAME, 300, b"{}", total=123)
    with pytest.raises(BrokenFileError, match="in 300 files, and their sizes are not those"):
        ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert web.requests == 3, "the listing, the configuration and the index"


def test_all_headers_of_a_question_together_have_a_limit(hub: Running) -> None:
    web = Web(sleep=lambda _seconds: None, most=4 << 20)
    many(hub.folder / NAME, 60, b"{" + b" " * (1 << 20) + b"}", total=123)
    with pytest.raises(BrokenFileError, match="more than 4 MiB would have to be read"):
        ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert web.received < (4 << 20) + 8 * (1 << 16)
    assert web.requests < 60, "what was not begun is not begun any more"


def test_a_quantisation_that_is_not_there_is_answered_with_those_that_are(
    hub: Running, web: Web
) -> None:
    gguf(hub.folder / NAME / "model-Q4_0.gguf")
    with pytest.raises(HubError, match="has no file") as caught:
        ask(
            Model("m", "hub", NAME, files=("*Q9.gguf",), file="Q9.gguf"),
            web,
            Sources(hub=hub.endpoint),
        )
    assert caught.value.hint == "files: model-Q4_0.gguf"


@pytest.mark.parametrize("registry", ["ollama", "hub"])
def test_a_model_of_ollamas_is_measured_by_its_manifest(
    hub: Running, web: Web, registry: str
) -> None:
    path = gguf(hub.folder / "library" / "tiny" / "tiny-q4_0.gguf", words=50_000)
    name = "tiny:q4_0" if registry == "ollama" else "hf.co/library/tiny:q4_0"
    sources = Sources(hub=hub.endpoint, ollama=hub.endpoint)
    found = ask(Model(name, "ollama", name), web, sources)
    assert found.weights == path.stat().st_size
    assert found.revision.startswith("sha256:")
    assert found.config["llama.attention.head_count_kv"] == 2
    assert web.received < 70_000


def test_old_weights_are_an_estimate(hub: Running, web: Web) -> None:
    folder = hub.folder / NAME
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "pytorch_model-00001-of-00001.bin").write_bytes(bytes(1000))
    found = ask(DIRECTORY, web, Sources(hub=hub.endpoint))
    assert (found.weights, found.exact) == (1000, False)


def test_weights_kept_twice_are_counted_once(hub: Running, web: Web) -> None:
    folder = single(hub.folder / NAME)
    (folder / "consolidated.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    assert ask(DIRECTORY, web, Sources(hub=hub.endpoint)).weights == bytes_of(0, 1)


def test_a_repository_without_weights_says_so(hub: Running, web: Web) -> None:
    folder = hub.folder / NAME
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    with pytest.raises(HubError, match="has no weights in safetensors files"):
        ask(DIRECTORY, web, Sources(hub=hub.endpoint))


def test_a_file_that_the_index_names_and_nobody_has_is_an_error(hub: Running, web: Web) -> None:
    folder = sharded(hub.folder / NAME)
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(HubError, match="lacks model-00002"):
        ask(DIRECTORY, web, Sources(hub=hub.endpoint))


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"[" * 50_000])
def test_a_broken_configuration_is_an_error(hub: Running, web: Web, text: bytes) -> None:
    folder = single(hub.folder / NAME)
    (folder / "config.json").write_bytes(text)
    with pytest.raises(HubError, match=r"config\.json is not"):
        ask(DIRECTORY, web, Sources(hub=hub.endpoint))


def test_a_pinned_commit_is_asked_for(hub: Running, web: Web, tmp_path: Path) -> None:
    single(hub.folder / NAME)
    assert tmp_path.exists()
    repository = open_repository(web, hub.endpoint, NAME, "a" * 40)
    assert repository.commit == "a" * 40
    assert of_directory(repository, ()).revision == "a" * 40
