"""The catalogue of well-known models: its sources are of the kind they say, its figures agree."""

import re
from typing import Any

import pytest

from llmhost.errors import UsageError
from llmhost.fit.known import from_catalogue, siblings, table_with
from llmhost.spec.modelname import read_model
from llmhost.spec.wellknown import EXACT
from tests.fit.counting import bytes_of, parts_of
from tests.fit.counting.families import FAMILIES
from tests.fit.shared import CATALOG, MODELS, known, profile
from tests.fit.shared import FAMILIES as TABLES
from tests.fit.test_catalogue_published import ROWS

PROVIDERS = {"directory": "vllm", "gguf": "llamacpp", "ollama": "ollama", "lmstudio": "lmstudio"}
PACKED = {"BF16": "bf16", "AWQ 4 bit": "awq", "FP8": "fp8"}
DAY = re.compile(r"20\d\d-\d\d-\d\d")


def of(name: str) -> Any:  # noqa: ANN401  an entry, or the one it stands for
    model = MODELS[name].models[name]
    return model if model.config else MODELS[name].models[model.of]


BASES = [name for name, table in MODELS.items() if not table.models[name].of]


def kind_of(name: str) -> str:
    model = MODELS[name].models[name]
    return MODELS[name].sources[model.bytes_source].kind if model.bytes else ""


COUNTED = [
    name
    for name, table in MODELS.items()
    if kind_of(name) in {"counted", "quoted"}
    and table.models[name].format in PACKED
    and of(name).config["model_type"] in FAMILIES
]


def test_there_are_many_models_of_every_kind() -> None:
    assert len(BASES) >= 30
    assert len(MODELS) >= 70
    kinds = {group.kind for name in BASES for group in known(name).shape.layers}
    assert kinds == {"full", "window", "latent", "state"}
    assert {MODELS[name].models[name].kind for name in MODELS} == set(PROVIDERS)
    formats = {MODELS[name].models[name].format.split()[0] for name in MODELS}
    assert {"BF16", "FP8", "AWQ", "NVFP4", "MXFP4", "GGUF"} <= formats


def test_no_model_stands_in_two_files() -> None:
    assert sum(len(table.models) for table in TABLES) == len(MODELS)


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_counted_is_counted_in_the_way_that_comes_to_published_bytes(name: str) -> None:
    model, config = MODELS[name].models[name], dict(of(name).config)
    if name == "Qwen/Qwen3-0.6B":  # its file holds the output matrix although it is tied
        config["tie_word_embeddings"] = False
    # The scales of FP8 are of 16 or of 32 bits: a thousandth.
    allowed = model.bytes // 1000 if model.format == "FP8" else 0
    assert abs(model.bytes - bytes_of(config, PACKED[model.format])) <= allowed
    if model.parameters and model.format == "BF16":
        assert model.parameters == parts_of(config).numbers


def test_most_of_what_is_counted_or_quoted_is_held_against_that() -> None:
    assert len(COUNTED) >= 30


@pytest.mark.parametrize("name", MODELS)
def test_every_figure_has_a_source_of_its_kind_with_a_day(name: str) -> None:
    model, table = MODELS[name].models[name], MODELS[name]
    if model.config:
        assert table.sources[model.config_source].kind == "config"
        assert DAY.search(table.sources[model.config_source].at)
    if model.bytes:
        source = table.sources[model.bytes_source]
        assert source.kind in {
            *("index", "quoted", "files"),
            *("sibling", "counted", "rounded", "parameters"),
        }
        assert (source.kind in EXACT) == (model.certainty == "exact")
        assert DAY.search(source.at)
    else:
        assert model.parameters
        assert model.bits
    if kind_of(name) in {"", "sibling", "parameters"} and model.kind == "directory":
        assert model.note, "what could not be verified is said"


@pytest.mark.parametrize("name", [name for name in MODELS if kind_of(name) == "index"])
def test_whoever_claims_an_index_names_the_copy_that_was_read(name: str) -> None:
    rows = [row for row in ROWS.values() if row.get("catalogue") == name]
    assert [row["size"] for row in rows] == [MODELS[name].models[name].bytes]
    assert rows[0]["size_of"].startswith("total_size")


@pytest.mark.parametrize("name", MODELS)
def test_what_a_figure_rests_on_is_shown_whole(name: str) -> None:
    model, evidence = MODELS[name].models[name], known(name).weights.evidence
    assert "http" not in evidence
    if model.bytes:
        short = MODELS[name].sources[model.bytes_source].short
        assert evidence == f"llmhost's catalogue: {short}"
        assert len(short) < 50
    else:
        assert evidence.endswith(" bits")


@pytest.mark.parametrize(
    "name",
    ["google/gemma-3-12b-it", "meta-llama/Llama-4-Scout-17B-16E-Instruct", "Qwen/Qwen3.5-27B"],
)
def test_what_was_not_read_off_an_index_does_not_claim_one(name: str) -> None:
    assert "index" not in known(name).weights.evidence
    assert known(name).weights.certainty == "estimate"


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_named_as_its_provider_names_models(name: str) -> None:
    model = MODELS[name].models[name]
    assert read_model(name, profile(PROVIDERS[model.kind])).repo


def test_the_defaults_of_all_providers_are_known() -> None:
    for provider in CATALOG.names():
        of_provider = profile(provider)
        for name in {of_provider.models.gpu, of_provider.models.cpu} - {""}:
            if of_provider.memory is not None and of_provider.models.source != "hub":
                assert name in MODELS, f"{provider} serves {name} by default"


def test_a_quantised_version_weighs_less_and_is_a_sibling() -> None:
    table = MODELS["Qwen/Qwen3-32B"]
    assert siblings("Qwen/Qwen3-32B", table) == ("Qwen/Qwen3-32B-FP8", "Qwen/Qwen3-32B-AWQ")
    assert siblings("Qwen/Qwen3-32B-FP8", table) == ("Qwen/Qwen3-32B-AWQ",)
    assert siblings("Qwen/Qwen3-32B-AWQ", table) == ()


def test_a_model_without_bytes_is_an_estimate_that_says_so() -> None:
    weights = known("qwen2.5-7b-instruct@q4_k_m").weights
    assert weights.certainty == "estimate"
    assert weights.evidence == "7,615,616,512 parameters of 4.89 bits"


def test_only_the_file_that_names_a_model_is_read() -> None:
    assert [
        table_with("Qwen/Qwen3-32B", (table,)) is not None
        for table in CATALOG.families(naming="Qwen/Qwen3-32B")
    ] == [True]
    assert CATALOG.families(naming="nobody/nothing") == ()


def test_a_user_may_add_a_family(tmp_path: Any) -> None:  # noqa: ANN401  pytest's path
    folder = tmp_path / "profiles" / "_models"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(
        "sources: {me: 'own files, 2026-11-20'}\n"
        "models:\n"
        "  me/mine: {config: {num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4},"
        " config_source: me, bytes: 1000, bytes_source: me}\n"
    )
    from llmhost.spec.catalog import Catalog  # noqa: PLC0415  beside what uses it

    (table,) = Catalog((tmp_path, *CATALOG.roots)).families(naming="me/mine")
    assert from_catalogue("me/mine", table).weights.size == 1000


INDEX = (
    "sources: {c: {kind: config, at: x}, i: {kind: index, short: x, at: x},"
    " p: {kind: parameters, short: x, at: x}}\n"
)
SHAPE = "config: {hidden_size: 1}, config_source: c"


@pytest.mark.parametrize(
    "text",
    [
        "sources: {}\nmodels: {a/b: {bytes: 1}}",
        "sources: {}\nmodels: {a/b: {of: c/d, bytes: 1}}",
        "sources: {}\nmodels: {a/b: {config: {hidden_size: 1}, bytes: 1, bytes_source: x}}",
        "sources: {}\nmodels: {a/b: {config: {hidden_size: 1}}}",
        "sources: {}\nmodels: {a/b: {byts: 1}}",
        f"{INDEX}models: {{a/b: {{{SHAPE}, bytes: 1, bytes_source: i, certainty: estimate}}}}",
        f"{INDEX}models: {{a/b: {{{SHAPE}, bytes: 1, bytes_source: p}}}}",
        f"{INDEX}models: {{a/b: {{{SHAPE}, bytes: 1, bytes_source: c, certainty: estimate}}}}",
        f"{INDEX}models: {{a/b: {{{SHAPE}, bytes: 1, certainty: estimate}}}}",
        "sources: {p: {kind: parameters, at: x}}\nmodels: {}",
    ],
)
def test_a_broken_entry_is_named_by_file_and_line(tmp_path: Any, text: str) -> None:  # noqa: ANN401  same
    from llmhost.spec.catalog import Catalog  # noqa: PLC0415  same

    folder = tmp_path / "profiles" / "_models"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"mine\.yaml:\d"):
        Catalog((tmp_path,)).families()
