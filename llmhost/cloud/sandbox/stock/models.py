"""A stand-in for each model that is asked for: a tiny one under the real one's name.

A model is named by where it is downloaded from:

    ORG/NAME                                a hub repository with safetensors
    ORG/NAME/FILE.gguf                      a file of a hub repository, or a quantisation of it
    registry.ollama.ai/library/NAME:TAG     a model of Ollama's library, or hf.co/ORG/NAME:TAG
    lmstudio.ai/NAME@QUANTIZATION           a model of LM Studio's catalogue
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache

from llmhost.cloud.sandbox.stock import lmstudio, tokenizer
from llmhost.cloud.sandbox.stock.gguf import gguf
from llmhost.cloud.sandbox.stock.layers import GUEST
from llmhost.cloud.sandbox.stock.llama import Shape, Tensor, tensors
from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.cloud.sandbox.stock.safetensors import shards
from llmhost.errors import CloudError

MODEL_CARD = """---
library_name: transformers
pipeline_tag: text-generation
---
# {name}, a stand-in

Two layers with random weights, made by llmhost's sandbox in the place of the real model: it loads
and answers, and says nothing of sense.
"""
SHARDS = 2
# Sizes of the vocabulary are rounded up, as trained models' are.
ROUND = 64


HUB, OLLAMA, LMSTUDIO = "/srv/hub", "registry.ollama.ai/", "lmstudio.ai/"


def model_pieces(model: str) -> tuple[Piece, ...]:
    """What is needed to have a stand-in for that model where it is downloaded from.

    Raises:
        CloudError: It is not named in one of the four forms.
    """
    path = model.partition("@")[0]
    if from_hub := re.fullmatch(r"(?:\S+/)?hf\.co/([^/]+/[^/:]+)(?::(\S+))?", model):
        # Ollama's way of naming a quantisation on the hub.
        return model_pieces(f"{from_hub[1]}/{from_hub[2] or 'Q4_K_M'}.gguf")
    if model.startswith(OLLAMA):
        return (_ollama(model),)
    if model.startswith(LMSTUDIO):
        file = f"{model.removeprefix(LMSTUDIO).lower()}.gguf"
        catalogued = _copied(model, lmstudio.CATALOGUE, {file: single_file(file)})
        return (*lmstudio.installer_pieces(), catalogued)
    match path.split("/"):
        case [_, _]:
            return (_copied(model, f"{HUB}/{path}", repository(path)),)
        case [org, repo, *_, file] if file.endswith(".gguf"):
            inside = _file_name(repo, path.removeprefix(f"{org}/{repo}/"))
            return (_copied(model, f"{HUB}/{org}/{repo}", {inside: single_file(inside)}),)
    raise CloudError(
        f"the sandbox cannot tell what model {model} is",
        hint="name it ORG/NAME, ORG/NAME/FILE.gguf, registry.ollama.ai/library/NAME:TAG "
        "or lmstudio.ai/NAME@QUANTIZATION",
    )


@cache
def shape() -> Shape:
    """The shape that every stand-in has."""
    return Shape(vocab_size=-(-len(tokenizer.vocabulary()) // ROUND) * ROUND)


def repository(name: str) -> dict[str, bytes]:
    """The files of the hub repository `ORG/NAME`, by path, in Hugging Face's layout."""
    config = {
        "_name_or_path": f"llmhost-standin/{name}",
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **asdict(shape()),
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": tokenizer.BOS,
        "eos_token_id": tokenizer.EOS,
        "torch_dtype": "bfloat16",
        "use_cache": True,
    }
    generation = {"bos_token_id": tokenizer.BOS, "eos_token_id": tokenizer.EOS}
    return {
        "README.md": MODEL_CARD.format(name=name).encode(),
        "config.json": json.dumps(config, indent=1).encode(),
        "generation_config.json": json.dumps(generation).encode(),
        **tokenizer.files(),
        **_shards(),
    }


@cache
def single_file(name: str) -> bytes:
    """The model `name` as one GGUF file."""
    return gguf(f"{name} (llmhost stand-in)", shape(), _weights())


@cache
def _weights() -> tuple[Tensor, ...]:
    return tuple(tensors(shape()))


@cache
def _shards() -> dict[str, bytes]:
    return shards(_weights(), SHARDS)


def _file_name(repo: str, file: str) -> str:
    """The file's name in the repository, which has the repository's own name in it."""
    if re.fullmatch(r"(I?Q\d|BF16|F16|F32)\w*\.gguf", file, re.IGNORECASE):
        return f"{repo.removesuffix('-GGUF')}-{file}"
    return file


def _copied(model: str, folder: str, files: Mapping[str, bytes]) -> Piece:
    below = {f"files/{path}": content for path, content in files.items()}
    script = f"mkdir -p '{folder}'\ncp -r files/. '{folder}'\n"
    return Piece(name=f"model {model}", script=script, files=below, after=("services",))


def _ollama(model: str) -> Piece:
    """A model in Ollama's registry: a manifest and the blobs it names, as of images.

    Media types: https://github.com/ollama/ollama/blob/main/server/images.go, 2026-11-20.
    """
    config = {"model_format": "gguf", "model_family": "llama", "file_type": "BF16"}
    blobs = {"config": json.dumps(config).encode(), "model": single_file(model)}
    described = {
        kind: {"digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}
        for kind, content in blobs.items()
    }
    image = "application/vnd.docker.container.image.v1+json"
    layer = "application/vnd.ollama.image.model"
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": image, **described["config"]},
        "layers": [{"mediaType": layer, **described["model"]}],
    }
    return Piece(
        name=f"model {model}",
        script=f"python3 push.py model '{model}' manifest.json config model\n",
        files={
            "push.py": (GUEST / "push.py").read_bytes(),
            "manifest.json": json.dumps(manifest).encode(),
            **blobs,
        },
        after=("services",),
    )
