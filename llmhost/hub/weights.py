"""The weights of a repository, measured by their headers alone."""

import fnmatch
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from llmhost.hub.gguf import MOST_HEADER_BYTES as MOST_GGUF_BYTES
from llmhost.hub.gguf import VOCABULARY, read_gguf
from llmhost.hub.published import Published
from llmhost.hub.refusals import BrokenFileError, HubError
from llmhost.hub.repository import Repository
from llmhost.hub.safetensors import PREFIX, header_bytes, read_header
from llmhost.hub.shards import INDEX, MOST_INDEX_BYTES, read_index
from llmhost.hub.tensors import Tensors, together

CONFIG = "config.json"
_MOST_CONFIG_BYTES = 4 << 20
# One request of this size holds the whole header of most files; the rest of a longer one is a
# second request.
_FIRST_BYTES = 48 << 10
# Of more files than this the index is believed, once the files' sizes agree with it.
_MOST_HEADERS = 48
_AT_A_TIME = 8
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


def of_directory(repository: Repository, patterns: tuple[str, ...]) -> Published:
    """A model as transformers, vLLM and SGLang read it: `config.json` and safetensors.

    Raises:
        HubError: It is refused, has no weights of this kind, or something of it is broken.
    """
    import json  # noqa: PLC0415  with its decoder, 4 ms that nobody else needs

    text = repository.whole(CONFIG, limit=_MOST_CONFIG_BYTES)
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError(f"{CONFIG} is not JSON", why=str(error)) from error
    if not isinstance(config, dict):
        raise BrokenFileError(f"{CONFIG} is not a JSON object")
    tensors, evidence, exact = _measured(repository)
    return Published(
        id=repository.name,
        revision=repository.commit,
        kind="config",
        config=config,
        weights=tensors.size,
        replicated=tensors.replicated,
        formats=tensors.formats,
        evidence=evidence,
        exact=exact,
        download=sum(repository.matching(patterns).values()),
    )


def _measured(repository: Repository) -> tuple[Tensors, str, bool]:
    if INDEX in repository.files:
        shards = read_index(repository.whole(INDEX, limit=MOST_INDEX_BYTES))
        files, total = shards.files, shards.total
    else:
        files, total = _alone(repository.files), 0
    missing = [name for name in files if name not in repository.files]
    if missing:
        raise HubError(f"{repository.name} lacks {missing[0]}, which its index names")
    if not files:
        return _old(repository)
    sizes = sum(repository.files[name] for name in files)
    if len(files) > _MOST_HEADERS and 0 <= sizes - total <= sizes // 100:
        return Tensors(size=total), f"{INDEX}, and the sizes of {len(files)} files", True
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        tensors = together(pool.map(lambda name: _header(repository, name), files))
    return tensors, f"the headers of {len(files)} safetensors files", True


def _header(repository: Repository, name: str) -> Tensors:
    """The tensors of one file: one request, or two where the header is long."""
    fetch, size = repository.part(name), repository.files[name]
    first = fetch(0, _FIRST_BYTES)
    header = header_bytes(first, file_size=size)
    text = first[PREFIX : PREFIX + header]
    if len(text) < header:
        text += fetch(len(first), header - len(text))
    if len(text) < header:
        raise BrokenFileError(f"{name} ends in the middle of its header")
    return read_header(text, data_size=size - PREFIX - header)


def _alone(files: Mapping[str, int]) -> tuple[str, ...]:
    """The weights of a repository without an index: `model.safetensors`, or all there are."""
    top = [name for name in files if name.endswith(".safetensors") and "/" not in name]
    if "model.safetensors" in top:
        return ("model.safetensors",)
    return tuple(sorted(name for name in top if not name.startswith("consolidated"))) or tuple(top)


def _old(repository: Repository) -> tuple[Tensors, str, bool]:
    files = [name for name in repository.files if fnmatch.fnmatch(name, "pytorch_model*.bin")]
    if not files:
        raise HubError(
            f"{repository.name} has no weights in safetensors files",
            hint="for GGUF files say ORG/NAME:QUANT or ORG/NAME/FILE.gguf",
        )
    size = sum(repository.files[name] for name in files)
    return Tensors(size=size), f"the sizes of {len(files)} pytorch_model files", False


def of_gguf(repository: Repository, model_id: str, patterns: tuple[str, ...]) -> Published:
    """A model in one GGUF file, or in one that was split.

    Raises:
        HubError: There is no such file, there are several, or its header is broken.
    """
    names = sorted(repository.matching(patterns))
    if not names:
        known = sorted(name for name in repository.files if name.endswith(".gguf"))
        raise HubError(
            f"{repository.name} has no file {' or '.join(patterns)}",
            hint=f"files: {', '.join(known[:12])}" if known else "it has no GGUF files at all",
        )
    if len(names) > 1 and not _is_split(names):
        raise HubError(
            f"{repository.name} has {len(names)} files that match", hint=f"name one: {names[0]}"
        )
    header = read_gguf(repository.cursor(names[0], limit=MOST_GGUF_BYTES), tensors=False)
    size = sum(repository.files[name] for name in names)
    return Published(
        id=model_id,
        revision=repository.commit,
        kind="gguf",
        config={"vocab_size": header.metadata.get(VOCABULARY, 0), **header.metadata},
        weights=size,
        evidence=f"the size of {names[0]}"
        if len(names) == 1
        else f"the sizes of {len(names)} files",
        download=size,
    )


def _is_split(names: list[str]) -> bool:
    found = [_SHARD.search(name) for name in names]
    return all(
        one and int(one[1]) == place and int(one[2]) == len(names)
        for place, one in enumerate(found, 1)
    )
