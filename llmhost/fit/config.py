"""From a `config.json`, as it is published beside a model's weights, to the model's shape."""

from collections import Counter
from collections.abc import Mapping

from llmhost.fit.families import DEFAULTS
from llmhost.fit.kinds import layer_kinds, window_of
from llmhost.fit.reading import Description
from llmhost.fit.shape import Layers, Shape
from llmhost.fit.states import state_bytes
from llmhost.fit.widths import widths

_INNER = ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim")
_CONTEXT = (
    "max_position_embeddings",
    "seq_length",
    "max_seq_len",
    "n_positions",
    "model_max_length",
)
# Where a model that also sees or hears describes the part that speaks.
_SPEAKING = ("text_config", "llm_config", "language_config", "thinker_config", "text_model")


def shape_of_config(config: Mapping[str, object]) -> Shape:
    """The shape of a model by its `config.json`.

    Raises:
        ShapeError: It does not say what is needed, or says what cannot be.
    """
    of = _speaking(config)
    depth = of.depth(
        "num_hidden_layers", "n_layer", "n_layers", "num_layers", each="layers_block_type"
    )
    hidden = of.number("hidden_size", "n_embd", "d_model", "dim")
    heads = of.number("num_attention_heads", "n_head", "n_heads", "num_heads")
    layers, doubts = _layers(of, depth, heads, hidden)
    return Shape(
        layers=layers,
        depth=depth,
        heads=heads,
        hidden=hidden,
        wide=_wide(of, hidden),
        vocabulary=of.number("vocab_size", "padded_vocab_size", default=0, least=0),
        longest=_longest(of),
        also_divide=_also(of),
        widths=widths(of, hidden, heads),
        doubts=doubts,
    )


def _speaking(config: Mapping[str, object]) -> Description:
    part: Mapping[str, object] = config
    for _ in range(3):  # thinker_config holds a text_config in turn
        inner = next(
            (part[name] for name in _SPEAKING if isinstance(part.get(name), Mapping)), None
        )
        if not isinstance(inner, Mapping):
            break
        part = inner
    family = part.get("model_type") or config.get("model_type")
    defaults = DEFAULTS.get(family, {}) if isinstance(family, str) else {}
    return Description(part, {**defaults, **config})


def _layers(
    of: Description, depth: int, heads: int, hidden: int
) -> tuple[tuple[Layers, ...], tuple[str, ...]]:
    if of.get("kv_lora_rank") is not None:
        return _latent(of, depth), ()
    if of.items("compress_ratios"):
        return _compressed(of, depth)
    if of.items("block_configs"):
        return _searched(of, heads, hidden), ()
    doubt = "the index of its sparse attention is not counted; it is not known here how it is kept"
    sparse = isinstance(of.get("sparse_attention_config"), Mapping)
    return _usual(of, depth, heads, hidden), (doubt,) if sparse else ()


def _usual(of: Description, depth: int, heads: int, hidden: int) -> tuple[Layers, ...]:
    """MHA, GQA and MQA, all or some with a window, and layers that keep a state instead."""
    kinds = Counter(layer_kinds(of, depth))
    if of.flag("attention_beside_state"):
        kinds["state"] = depth
    key = of.number(
        "head_dim", "kv_channels", "attention_head_dim", default=_per_head(hidden, heads)
    )
    value = of.number("v_head_dim", default=key)
    kv_heads = _kv_heads(of, heads)
    full_key = of.number("global_head_dim", default=key)
    window = window_of(of)
    groups = (
        Layers(
            "full",
            kinds["full"],
            kv_heads=of.number("num_global_key_value_heads", default=kv_heads),
            key=full_key,
            value=of.number("global_head_dim", default=value),
        ),
        Layers(
            "window",
            kinds["window"],
            kv_heads=of.number("swa_num_key_value_heads", default=kv_heads),
            key=of.number("swa_head_dim", default=key),
            value=of.number("swa_v_head_dim", default=value),
            window=window,
        ),
        Layers("state", kinds["state"], state=state_bytes(of)),
    )
    return tuple(group for group in groups if group.count)


def _latent(of: Description, depth: int) -> tuple[Layers, ...]:
    """Multi-head latent attention, with the index of sparse attention where there is one."""
    kinds = Counter(layer_kinds(of, depth))
    size = of.number("kv_lora_rank") + of.number("qk_rope_head_dim", default=0, least=0)
    # The index keeps a key in 8 bits per token, and a scale in 32 bits per 128 numbers
    # (vllm 0.33.0, DeepseekV32IndexerCache).
    index = of.number("index_head_dim", default=0, least=0)
    beside = index + -(-index // 128) * 4
    latent = kinds["full"] + kinds["window"]
    shared = sum(1 for kind in of.items("indexer_types")[:depth] if kind == "shared")
    groups = (
        Layers("latent", latent - min(shared, latent), latent=size, beside=beside),
        Layers("latent", min(shared, latent), latent=size),
        Layers("state", kinds["state"], state=state_bytes(of)),
    )
    return tuple(group for group in groups if group.count)


def _compressed(of: Description, depth: int) -> tuple[tuple[Layers, ...], tuple[str, ...]]:
    """DeepSeek V4: every layer has a window, and most keep one vector per so many tokens."""
    size, window = of.number("head_dim"), of.number("sliding_window")
    index = of.number("index_head_dim", default=0, least=0)
    ratios = Counter(
        ratio for ratio in of.items("compress_ratios")[:depth] if isinstance(ratio, int)
    )
    groups = [Layers("window", depth, kv_heads=1, key=size, window=window)]
    finest = min((ratio for ratio in ratios if ratio > 0), default=0)
    for ratio, count in sorted(ratios.items()):
        if ratio > 0:
            beside = -(-index // ratio) if ratio == finest else 0
            groups.append(Layers("latent", count, latent=-(-size // ratio), beside=beside))
    doubt = "compressed attention is counted by `compress_ratios`; no engine's figure confirms it"
    return tuple(groups), (doubt,)


def _searched(of: Description, heads: int, hidden: int) -> tuple[Layers, ...]:
    """Nemotron's searched architectures: every layer has its own number of heads, or none."""
    key = of.number("head_dim", default=_per_head(hidden, heads))
    counts: Counter[int] = Counter()
    for block in of.items("block_configs"):
        attention = block.get("attention") if isinstance(block, Mapping) else None
        part = Description(attention if isinstance(attention, Mapping) else {}, {})
        if not (part.flag("no_op") or part.flag("replace_with_linear")) and attention:
            counts[max(heads // part.number("n_heads_in_group", default=1), 1)] += 1
    return tuple(
        Layers("full", count, kv_heads=kv_heads, key=key, value=key)
        for kv_heads, count in sorted(counts.items())
    )


def _kv_heads(of: Description, heads: int) -> int:
    if of.get("multi_query") is True and of.get("new_decoder_architecture") is not True:
        return 1
    if of.get("multi_query_attention") is True:
        return of.number("multi_query_group_num", default=1)
    return of.number("num_key_value_heads", "num_kv_heads", "n_head_kv", default=heads)


def _per_head(hidden: int, heads: int) -> int:
    return max(hidden // heads, 1)


def _wide(of: Description, hidden: int) -> int:
    inner = of.number(*_INNER, default=4 * hidden)
    chosen = of.number("num_experts_per_tok", "num_experts_per_token", "top_k_experts", default=0)
    if not chosen:
        return 2 * inner
    expert = of.number("moe_intermediate_size", default=inner)
    return max(chosen * (2 * expert + hidden), 2 * inner)


def _longest(of: Description) -> int:
    """The longest context; of a model whose positions are stretched, after that.

    YaRN's factor is applied by engines to the original length (vllm 0.33.0, config/model.py); most
    descriptions state the stretched length already.
    """
    trained = of.number(*_CONTEXT, default=0, least=0)
    scaling = of.get("rope_scaling", "rope_parameters")
    if isinstance(scaling, Mapping) and "yarn" in (scaling.get("rope_type"), scaling.get("type")):
        original, factor = scaling.get("original_max_position_embeddings"), scaling.get("factor")
        if isinstance(original, int) and isinstance(factor, int | float) and 0 < factor < 1e6:  # noqa: PLR2004  no context is stretched more
            return max(trained, int(original * factor))
    return trained


def _also(of: Description) -> tuple[tuple[int, str], ...]:
    values = of.number("linear_num_value_heads", default=0, least=0)
    keys = of.number("linear_num_key_heads", default=0, least=0)
    found = ((keys, "key heads of linear attention"), (values, "value heads of linear attention"))
    return tuple((number, what) for number, what in found if number)
