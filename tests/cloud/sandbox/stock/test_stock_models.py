"""The tiny models are what the engines' own libraries read."""

import json
import re
import struct
from itertools import pairwise
from pathlib import Path

import gguf
import pytest
import safetensors
import tokenizers

from llmhost.cloud.sandbox.stock import tokenizer
from llmhost.cloud.sandbox.stock.llama import tensors
from llmhost.cloud.sandbox.stock.models import model_pieces, repository, shape, single_file
from llmhost.errors import CloudError


def test_a_model_is_the_same_at_every_call() -> None:
    assert {tensor.name: tensor.data for tensor in tensors(shape())} == {
        tensor.name: tensor.data for tensor in tensors(shape())
    }


def test_weights_are_small_numbers_around_0() -> None:
    data = next(tensors(shape())).data
    numbers = [
        struct.unpack("<f", b"\0\0" + data[place : place + 2])[0]
        for place in range(0, len(data), 2)
    ]
    assert -0.25 <= min(numbers) < max(numbers) < 0.25
    assert abs(sum(numbers) / len(numbers)) < 0.01


def test_a_repository_has_what_hugging_faces_layout_asks_for() -> None:
    files = repository("Qwen/Qwen3-32B-AWQ")
    config = json.loads(files["config.json"])
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert config["num_attention_heads"] % 16 == 0, "16 GPUs can share the heads"
    index = json.loads(files["model.safetensors.index.json"])
    assert set(index["weight_map"].values()) <= files.keys()
    assert "Qwen/Qwen3-32B-AWQ" in files["README.md"].decode()


def test_safetensors_headers_cover_their_files() -> None:
    for name, content in repository("a/b").items():
        if name.endswith(".safetensors"):
            (length,) = struct.unpack("<Q", content[:8])
            header = json.loads(content[8 : 8 + length])
            places = [it["data_offsets"] for key, it in header.items() if key != "__metadata__"]
            assert places[0][0] == 0
            assert all(one[1] == next_[0] for one, next_ in pairwise(places))
            assert 8 + length + places[-1][1] == len(content)


def test_safetensors_reads_them(tmp_path: Path) -> None:
    expected = {tensor.name: list(tensor.shape) for tensor in tensors(shape())}
    for name, content in repository("a/b").items():
        if name.endswith(".safetensors"):
            (tmp_path / name).write_bytes(content)
            with safetensors.safe_open(tmp_path / name, "np") as file:
                for key in file.keys():  # noqa: SIM118 - it is no mapping
                    assert file.get_slice(key).get_shape() == expected.pop(key)
    assert not expected


def test_gguf_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(single_file("tiny"))
    reader = gguf.GGUFReader(file)
    assert len(reader.tensors) == 21
    assert reader.fields["tokenizer.ggml.tokens"].data[-1] > 0


def test_tokenizers_turns_text_into_tokens_and_back() -> None:
    real = tokenizers.Tokenizer.from_str(tokenizer.files()["tokenizer.json"].decode())
    text = "the cat is on the mat: äöü"
    encoded = real.encode(text)
    assert real.decode(encoded.ids) == text
    assert "Ġthe" in encoded.tokens


def test_every_byte_is_a_token() -> None:
    vocabulary = tokenizer.vocabulary()
    assert len(set(vocabulary)) == len(vocabulary)
    assert len([token for token in vocabulary if len(token) == 1]) == 256


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("Qwen/Qwen3-32B-AWQ", "'/srv/hub/Qwen/Qwen3-32B-AWQ'"),
        ("Qwen/Qwen3-32B-AWQ@0123456789abcdef", "'/srv/hub/Qwen/Qwen3-32B-AWQ'"),
        ("org/repo-GGUF/sub/x-q4.gguf", "'/srv/hub/org/repo-GGUF'"),
        ("registry.ollama.ai/library/qwen2.5:7b", "'registry.ollama.ai/library/qwen2.5:7b'"),
        ("lmstudio.ai/qwen2.5-7b@q4_k_m", "'/srv/www/lmstudio.ai/models'"),
    ],
)
def test_a_model_is_put_where_it_is_downloaded_from(model: str, words: str) -> None:
    assert re.search(re.escape(words), model_pieces(model)[-1].script)


@pytest.mark.parametrize(
    ("model", "file"),
    [
        ("org/repo-GGUF/sub/x-q4.gguf", "files/sub/x-q4.gguf"),
        ("org/Tiny-GGUF/Q4_K_M.gguf", "files/Tiny-Q4_K_M.gguf"),
        ("registry.ollama.ai/library/hf.co/org/Tiny-GGUF:Q8_0", "files/Tiny-Q8_0.gguf"),
        ("lmstudio.ai/Tiny@Q4_K_M", "files/tiny@q4_k_m.gguf"),
    ],
)
def test_a_file_gets_the_name_it_is_asked_for_by(model: str, file: str) -> None:
    assert list(model_pieces(model)[-1].files) == [file]


def test_another_name_is_not_a_models() -> None:
    with pytest.raises(CloudError, match="cannot tell what model qwen is"):
        model_pieces("qwen")
