"""The weights of a repository, measured by their headers alone."""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from llmhost.hub.gguf import MOST_HEADER_BYTES as MOST_GGUF_BYTES
from llmhost.hub.gguf import VOCABULARY, Gguf, read_gguf
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
# More headers than this are not read in any case: the most files a model of 2026 comes in are 163.
_MOST_FILES = 256
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
    _refuse_many(repository.name, len(files))
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        headers = pool.map(lambda name: _header(repository, name), files)
        # One after the other: a header takes ten times its size while it is taken apart.
        tensors = together(read_header(text, data_size=size) for text, size in headers)
    return tensors, _headers_of(files, "safetensors"), True


def _refuse_many(name: str, count: int) -> None:
    if count > _MOST_FILES:
        raise BrokenFileError(
            f"{name} has its weights in {count} files, and their sizes are not those of an index",
            why=f"the headers of {_MOST_FILES} files at most are read",
            hint="measure a repository of the same model in fewer files, or give the model's size "
            "in profiles/_models/ in a directory of your own",
        )


def _headers_of(files: Sequence[str], kind: str) -> str:
    return (
        f"the header of {files[0]}"
        if len(files) == 1
        else f"the headers of {len(files)} {kind} files"
    )


def _header(repository: Repository, name: str) -> tuple[bytes, int]:
    """The header of one file, in one request, or two where it is long; and bytes after it."""
    fetch, size = repository.part(name), repository.files[name]
    first = fetch(0, _FIRST_BYTES)
    header = header_bytes(first, file_size=size)
    text = first[PREFIX : PREFIX + header]
    if len(text) < header:
        text += fetch(len(first), header - len(text))
    if len(text) < header:
        raise BrokenFileError(f"{name} ends in the middle of its header")
    return text, size - PREFIX - header


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
    _refuse_many(repository.name, len(names))
    headers = [_gguf_header(repository, name) for name in names]
    metadata, tensors = headers[0].metadata, together(one.tensors or Tensors() for one in headers)
    return Published(
        id=model_id,
        revision=repository.commit,
        kind="gguf",
        config={"vocab_size": metadata.get(VOCABULARY, 0), **metadata},
        weights=tensors.size,
        replicated=tensors.replicated,
        formats=tensors.formats,
        evidence=_headers_of(names, "GGUF"),
        download=sum(repository.files[name] for name in names),
    )


def _gguf_header(repository: Repository, name: str) -> Gguf:
    header = read_gguf(repository.cursor(name, limit=MOST_GGUF_BYTES), tensors=True)
    if header.tensors and header.tensors.size > repository.files[name]:
        raise BrokenFileError(
            f"the tensors of {name} take {header.tensors.size} bytes, "
            f"and the file has {repository.files[name]}"
        )
    return header


def _is_split(names: list[str]) -> bool:
    found = [_SHARD.search(name) for name in names]
    return all(
        one and int(one[1]) == place and int(one[2]) == len(names)
        for place, one in enumerate(found, 1)
    )
