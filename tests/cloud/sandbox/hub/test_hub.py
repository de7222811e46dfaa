"""The hub double, asked by the hub's real client."""

import hashlib
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from llmhost.cloud.sandbox.infra.hub.server import Hub

REPOSITORY = "llmhost/tiny"
STRANGER = ""
OTHER, GRANTED, WRONG = "hf_other", "hf_granted", "wrong"
WEIGHTS = bytes(range(256)) * 2000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "srv" / REPOSITORY
    home.mkdir(parents=True)
    (home / "config.json").write_text('{"model_type": "llama"}')
    (home / "model.safetensors").write_bytes(WEIGHTS)
    return home


@pytest.fixture(params=["at once", "from the CDN"])
def hub(folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    server = Hub(folder.parents[1])
    url = f"http://127.0.0.1:{server.server_port}"
    if request.param == "from the CDN":
        server.cdn = url.replace("127.0.0.1", "localhost")  # another host for the client
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


def fails(folder: Path, **how: object) -> None:
    (folder / "fault.json").write_text(json.dumps(how))


def test_a_snapshot_is_what_lies_in_the_folder(hub: str, tmp_path: Path) -> None:
    snapshot_download(REPOSITORY, endpoint=hub, local_dir=tmp_path / "got")
    assert (tmp_path / "got" / "model.safetensors").read_bytes() == WEIGHTS
    assert (tmp_path / "got" / "config.json").read_text() == '{"model_type": "llama"}'


def test_the_cache_of_the_client_knows_the_commit(hub: str, tmp_path: Path) -> None:
    path = snapshot_download(REPOSITORY, endpoint=hub, cache_dir=tmp_path / "cache")
    assert Path(path).name == HfApi(endpoint=hub).model_info(REPOSITORY).sha


def test_a_commit_of_the_real_repository_is_found(hub: str, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    path = snapshot_download(
        REPOSITORY, endpoint=hub, cache_dir=tmp_path / "cache", revision=commit
    )
    assert Path(path).name == commit


def test_a_revision_that_is_no_commit_is_not_found(hub: str) -> None:
    with pytest.raises(RevisionNotFoundError):
        HfApi(endpoint=hub).model_info(REPOSITORY, revision="no-such-branch")


def test_a_file_that_is_not_there_is_not_found(hub: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download(REPOSITORY, "none.bin", endpoint=hub, cache_dir=tmp_path)


def test_sizes_and_files_are_told(hub: str) -> None:
    info = HfApi(endpoint=hub).model_info(REPOSITORY, files_metadata=True)
    assert {file.rfilename: file.size for file in info.siblings or []} == {
        "config.json": 23,
        "model.safetensors": len(WEIGHTS),
    }


def test_an_absent_repository_is_denied_to_strangers_and_to_friends(
    hub: str, tmp_path: Path
) -> None:
    for token, status in ((False, 401), ("hf_mine", 404)):
        with pytest.raises(RepositoryNotFoundError) as refused:
            snapshot_download("llmhost/none", endpoint=hub, token=token, cache_dir=tmp_path)
        assert refused.value.response.status_code == status


def test_a_missing_repository_comes_back_when_the_fault_is_taken_away(
    hub: str, folder: Path
) -> None:
    fails(folder, missing=True)
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=hub).model_info(REPOSITORY)
    (folder / "fault.json").unlink()
    assert HfApi(endpoint=hub).model_info(REPOSITORY).id == REPOSITORY


@pytest.mark.parametrize(("token", "status"), [(STRANGER, 401), (OTHER, 403)])
def test_a_gated_repository_is_closed_without_the_right_token(
    hub: str, folder: Path, tmp_path: Path, token: str, status: int
) -> None:
    fails(folder, gated=[GRANTED])
    with pytest.raises(GatedRepoError) as refused:
        hf_hub_download(
            REPOSITORY, "config.json", endpoint=hub, token=token or False, cache_dir=tmp_path
        )
    assert refused.value.response.status_code == status


def test_a_gated_repository_opens_to_a_granted_token(
    hub: str, folder: Path, tmp_path: Path
) -> None:
    fails(folder, gated=[GRANTED])
    snapshot_download(REPOSITORY, endpoint=hub, token=GRANTED, local_dir=tmp_path / "got")
    assert (tmp_path / "got" / "model.safetensors").read_bytes() == WEIGHTS


def test_a_token_of_another_kind_is_refused(hub: str) -> None:
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        HfApi(endpoint=hub, token=WRONG).model_info(REPOSITORY)


def test_a_cut_download_is_resumed_where_it_broke(
    hub: str, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fails(folder, cut={"after": 100_000, "times": 2})
    path = hf_hub_download(REPOSITORY, "model.safetensors", endpoint=hub, cache_dir=tmp_path)
    assert Path(path).read_bytes() == WEIGHTS
    assert caplog.text.count("Trying to resume download") == 2


def test_a_throttled_client_is_told_when_to_come_back(
    hub: str, folder: Path, tmp_path: Path
) -> None:
    fails(folder, throttled={"times": 1, "seconds": 7})
    with pytest.raises(LocalEntryNotFoundError, match="Retry after 7 seconds"):
        snapshot_download(REPOSITORY, endpoint=hub, cache_dir=tmp_path)
    path = snapshot_download(REPOSITORY, endpoint=hub, cache_dir=tmp_path)
    assert (Path(path) / "model.safetensors").read_bytes() == WEIGHTS


def test_a_slow_repository_takes_its_time(hub: str, folder: Path, tmp_path: Path) -> None:
    fails(folder, rate=2_000_000)
    began = time.monotonic()
    hf_hub_download(REPOSITORY, "model.safetensors", endpoint=hub, cache_dir=tmp_path)
    assert time.monotonic() - began > 0.2


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - http
        content: bytes = answer.read()
    return content


def test_ollama_takes_a_quantisation_as_from_a_registry(hub: str, folder: Path) -> None:
    (folder / "tiny-Q4_K_M.gguf").write_bytes(b"GGUF")
    registry = f"{hub}/v2/{REPOSITORY}"
    manifest = json.loads(fetched(f"{registry}/manifests/q4_k_m"))
    for part in (manifest["config"], *manifest["layers"]):
        blob = fetched(f"{registry}/blobs/{part['digest']}")
        assert f"sha256:{hashlib.sha256(blob).hexdigest()}" == part["digest"]
        assert len(blob) == part["size"]
    assert blob == b"GGUF"
