"""The catalogue of well-known models, held against what their shapes alone say they weigh."""

from typing import Any

import pytest

from llmhost.errors import UsageError
from llmhost.fit.cache import bytes_per_token
from llmhost.fit.known import from_catalogue, siblings, table_with
from llmhost.spec.modelname import read_model
from tests.fit.shared import CATALOG, FAMILIES, MODELS, known, profile

PROVIDERS = {"directory": "vllm", "gguf": "llamacpp", "ollama": "ollama", "lmstudio": "lmstudio"}
# Families whose every matrix follows from these few numbers; others have parts of their own
# (image encoders, latent attention, states, norms beside norms).
PLAIN = {"llama", "qwen2", "qwen3", "qwen3_moe", "mistral", "mixtral", "phi3"}


def counted(config: dict[str, Any]) -> int:
    """Parameters by the shape: embedding, output, attention, feed-forward or experts, norms."""
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    heads = config["num_attention_heads"]
    kv_heads, head = config["num_key_value_heads"], config.get("head_dim") or hidden // heads
    attention = 2 * hidden * heads * head + 2 * hidden * kv_heads * head
    if config["model_type"] == "qwen2":
        attention += (heads + 2 * kv_heads) * head
    if config["model_type"].startswith("qwen3"):
        attention += 2 * head
    experts = config.get("num_local_experts") or config.get("num_experts") or 0
    inner = config.get("moe_intermediate_size") or config["intermediate_size"]
    forward = experts * (3 * hidden * inner + hidden) if experts else 3 * hidden * inner
    words = config["vocab_size"] * hidden * (1 if config.get("tie_word_embeddings") else 2)
    return int(words + layers * (attention + forward + 2 * hidden) + hidden)


def of(name: str) -> Any:  # noqa: ANN401  an entry, or the one it stands for
    model = MODELS[name].models[name]
    return model if model.config else MODELS[name].models[model.of]


BASES = [name for name, table in MODELS.items() if not table.models[name].of]
COUNTED = [
    name
    for name in BASES
    if of(name).config.get("model_type") in PLAIN and of(name).certainty == "exact"
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
    assert sum(len(table.models) for table in FAMILIES) == len(MODELS)


@pytest.mark.parametrize("name", COUNTED)
def test_the_bytes_of_a_plain_model_are_those_its_shape_has(name: str) -> None:
    model = of(name)
    if name == "Qwen/Qwen3-0.6B":  # its file holds the output matrix although it is tied
        model = model.model_copy(update={"config": model.config | {"tie_word_embeddings": False}})
    assert model.bytes == 2 * counted(dict(model.config))
    assert model.parameters == counted(dict(model.config))


def test_enough_of_them_were_counted() -> None:
    assert len(COUNTED) >= 20


# Bytes per token in 16 bits: before windows are full, and after. From the models' own reports or
# from what their makers and engines publish of them.
PUBLISHED = {
    "meta-llama/Llama-3.1-8B-Instruct": (131_072, 131_072),
    "meta-llama/Llama-3.1-70B-Instruct": (327_680, 327_680),
    "meta-llama/Llama-3.1-405B-Instruct": (516_096, 516_096),
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": (196_608, 49_152),
    "Qwen/Qwen2.5-7B-Instruct": (57_344, 57_344),
    "Qwen/Qwen2.5-72B-Instruct": (327_680, 327_680),
    "Qwen/Qwen3-32B": (262_144, 262_144),
    "Qwen/Qwen3-30B-A3B": (98_304, 98_304),
    "Qwen/Qwen3-235B-A22B": (192_512, 192_512),
    "Qwen/Qwen3.5-27B": (65_536, 65_536),
    "deepseek-ai/DeepSeek-V3": (70_272, 70_272),
    "deepseek-ai/DeepSeek-V3.2": (61 * (1152 + 132), 61 * (1152 + 132)),
    "moonshotai/Kimi-K2-Instruct": (70_272, 70_272),
    "mistralai/Mixtral-8x7B-Instruct-v0.1": (131_072, 131_072),
    "google/gemma-3-27b-it": (62 * 16 * 256 * 2, 10 * 16 * 256 * 2),
    "google/gemma-2-9b-it": (42 * 8 * 512 * 2, 21 * 8 * 512 * 2),
    "openai/gpt-oss-120b": (73_728, 36_864),
    "openai/gpt-oss-20b": (49_152, 24_576),
    "microsoft/phi-4": (204_800, 204_800),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_cache_of_a_well_known_model_is_as_published(name: str) -> None:
    shape = known(name).shape
    assert (bytes_per_token(shape), bytes_per_token(shape, at=1 << 20)) == PUBLISHED[name]


@pytest.mark.parametrize("name", MODELS)
def test_every_figure_has_a_source_with_a_day(name: str) -> None:
    model, table = MODELS[name].models[name], MODELS[name]
    if model.config:
        assert "202" in table.sources[model.config_source]
    if model.bytes:
        assert table.sources[model.bytes_source]
    elif not model.note:
        assert model.bits
    if model.certainty == "estimate" and not model.of:
        assert model.note, "what could not be verified is said"


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


@pytest.mark.parametrize(
    "text",
    [
        "sources: {}\nmodels: {a/b: {bytes: 1}}",
        "sources: {}\nmodels: {a/b: {of: c/d, bytes: 1}}",
        "sources: {}\nmodels: {a/b: {config: {hidden_size: 1}, bytes: 1, bytes_source: x}}",
        "sources: {}\nmodels: {a/b: {config: {hidden_size: 1}}}",
        "sources: {}\nmodels: {a/b: {byts: 1}}",
    ],
)
def test_a_broken_entry_is_named_by_file_and_line(tmp_path: Any, text: str) -> None:  # noqa: ANN401  same
    from llmhost.spec.catalog import Catalog  # noqa: PLC0415  same

    folder = tmp_path / "profiles" / "_models"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"mine\.yaml:\d"):
        Catalog((tmp_path,)).families()
