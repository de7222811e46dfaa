"""The part of each family of models that reads and writes words."""

from collections.abc import Callable, Mapping

from tests.fit.counting.parts import Config, Matrix, Parts


def _attention(config: Config, *, heads: int = 0, kv: int = 0, head: int = 0) -> list[Matrix]:
    hidden = config["hidden_size"]
    heads = heads or config["num_attention_heads"]
    kv = kv or config.get("num_key_value_heads") or heads
    head = head or config.get("head_dim") or hidden // heads
    return [
        (heads * head, hidden),
        (kv * head, hidden),
        (kv * head, hidden),
        (hidden, heads * head),
    ]


def _gated(hidden: int, inner: int) -> list[Matrix]:
    return [(inner, hidden), (inner, hidden), (hidden, inner)]


def _words(config: Config, parts: Parts, *, tied: bool) -> Parts:
    hidden = config["hidden_size"]
    matrix = (config["vocab_size"], hidden)
    parts.words += [matrix] if config.get("tie_word_embeddings", tied) else [matrix, matrix]
    parts.rest += hidden
    return parts


def _llama(
    config: Config, *, biases: bool = False, norms: bool = False, tied: bool = False
) -> Parts:
    """Llama and its kin: GQA, a gated feed-forward part, two norms."""
    hidden, parts = config["hidden_size"], Parts()
    attention = _attention(config)
    rest = 2 * hidden
    if biases:
        rest += sum(out for out, _ in attention[:3])
    if norms:
        rest += 2 * config["head_dim"]
    count = config["num_hidden_layers"]
    parts.add([*attention, *_gated(hidden, config["intermediate_size"])], rest=rest, times=count)
    return _words(config, parts, tied=tied)


def _mixture(config: Config, *, norms: bool = False) -> Parts:
    """Mixtral, Qwen 3 and Granite: a router, and experts in the place of one feed-forward part."""
    hidden, parts, count = config["hidden_size"], Parts(), config["num_hidden_layers"]
    experts = config.get("num_local_experts") or config["num_experts"]
    inner = config.get("moe_intermediate_size") or config["intermediate_size"]
    rest = 2 * hidden + experts * hidden + (2 * config["head_dim"] if norms else 0)
    parts.add(_attention(config), rest=rest, times=count)
    parts.add_experts(_gated(hidden, inner), times=experts * count)
    return _words(config, parts, tied=False)


def _gemma(config: Config) -> Parts:
    """Gemma 1: MQA, and the output matrix is the embedding."""
    return _llama(config, tied=True)


def _gemma3(config: Config, *, norms: bool = True) -> Parts:
    """Gemma 2 and 3: four norms per layer, and in the latter two of the heads."""
    hidden, parts = config["hidden_size"], Parts()
    matrices = [*_attention(config), *_gated(hidden, config["intermediate_size"])]
    rest = 4 * hidden + (2 * config["head_dim"] if norms else 0)
    parts.add(matrices, rest=rest, times=config["num_hidden_layers"])
    return _words(config, parts, tied=True)


def _gemma4(config: Config) -> Parts:
    """Gemma 4: layers without a window have wider heads, whose keys are their values."""
    hidden, parts = config["hidden_size"], Parts()
    gated = _gated(hidden, config["intermediate_size"])
    for kind in config["layer_types"]:
        full = kind == "full_attention"
        head = config["global_head_dim"] if full else config["head_dim"]
        kv = config["num_global_key_value_heads"] if full else config["num_key_value_heads"]
        query, key, value, out = _attention(config, kv=kv, head=head)
        shared = full and config["attention_k_eq_v"]
        attention = [query, key, out] if shared else [query, key, value, out]
        parts.add([*attention, *gated], rest=4 * hidden + 2 * head + 1)
    return _words(config, parts, tied=True)


def _gpt_oss(config: Config) -> Parts:
    """gpt-oss: biases everywhere, a number per head for the attention sink."""
    hidden, inner, parts = config["hidden_size"], config["intermediate_size"], Parts()
    attention, experts = _attention(config), config["num_local_experts"]
    rest = sum(out for out, _ in attention) + config["num_attention_heads"] + 2 * hidden
    rest += experts * (hidden + 1) + experts * (2 * inner + hidden)
    parts.add(attention, rest=rest, times=config["num_hidden_layers"])
    parts.add_experts(_gated(hidden, inner), times=experts * config["num_hidden_layers"])
    return _words(config, parts, tied=False)


def _deepseek(config: Config) -> Parts:
    """DeepSeek 2 and 3: latent attention, experts after the first layers, maybe one layer more."""
    hidden, parts = config["hidden_size"], Parts()
    further = config.get("num_nextn_predict_layers", 0)
    routed, inner = config["n_routed_experts"], config["moe_intermediate_size"]
    for layer in range(config["num_hidden_layers"] + further):
        attention, vectors = _latent(config)
        parts.add(attention, rest=2 * hidden + vectors)
        if layer < config["first_k_dense_replace"]:
            parts.add(_gated(hidden, config["intermediate_size"]))
            continue
        parts.add_experts(_gated(hidden, inner), times=routed)
        parts.add(_gated(hidden, inner * config["n_shared_experts"]), rest=routed * hidden)
        if config.get("topk_method") == "noaux_tc":
            parts.extra += 4 * routed  # a 32-bit correction per expert
    for _ in range(further):  # words of its own, a norm each for both inputs and the output
        matrix = (config["vocab_size"], hidden)
        parts.words += [matrix, matrix, (hidden, 2 * hidden)]
        parts.rest += 3 * hidden
    return _words(config, parts, tied=False)


def _latent(config: Config) -> tuple[list[Matrix], int]:
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    query, latent, value = config["q_lora_rank"], config["kv_lora_rank"], config["v_head_dim"]
    key, turned = config["qk_nope_head_dim"], config["qk_rope_head_dim"]
    into = [(query, hidden), (heads * (key + turned), query)] if query else []
    into = into or [(heads * (key + turned), hidden)]
    rest = [(latent + turned, hidden), (heads * (key + value), latent), (hidden, heads * value)]
    return [*into, *rest], (query or 0) + latent


def _falcon(config: Config) -> Parts:
    """Falcon 180B: one matrix for queries, keys and values; norms with biases."""
    hidden, parts = config["hidden_size"], Parts()
    attention = _attention(config, kv=config["num_kv_heads"])
    matrices = [*attention, (4 * hidden, hidden), (hidden, 4 * hidden)]
    parts.add(matrices, rest=4 * hidden, times=config["num_hidden_layers"])
    parts.rest += hidden  # the bias of the last norm
    return _words(config, parts, tied=False)


def _qwen(config: Config) -> Parts:
    """Qwen 1: MHA with one biased matrix; half of `intermediate_size` on each side of the gate."""
    hidden, parts = config["hidden_size"], Parts()
    matrices = [(3 * hidden, hidden), (hidden, hidden)]
    matrices += _gated(hidden, config["intermediate_size"] // 2)
    biased = 0 if config.get("quantization_config") else 3 * hidden  # packing writes it itself
    parts.add(matrices, rest=2 * hidden + biased, times=config["num_hidden_layers"])
    return _words(config, parts, tied=False)


def _starcoder(config: Config) -> Parts:
    """GPT BigCode: MQA, learned positions, biases everywhere."""
    hidden, inner, layers = config["n_embd"], config["n_inner"], config["n_layer"]
    parts = Parts(words=[(config["vocab_size"], hidden)] * 2)
    head = hidden // config["n_head"]
    matrices = [(hidden + 2 * head, hidden), (hidden, hidden), (inner, hidden), (hidden, inner)]
    parts.add(matrices, rest=4 * hidden, times=layers)
    parts.rest += config["n_positions"] * hidden + 2 * hidden
    return parts


def _persimmon(config: Config) -> Parts:
    """Persimmon, below Fuyu: MHA, biases everywhere, norms of queries and keys."""
    hidden, inner, parts = config["hidden_size"], config["intermediate_size"], Parts()
    head = hidden // config["num_attention_heads"]
    matrices = [(3 * hidden, hidden), (hidden, hidden), (inner, hidden), (hidden, inner)]
    rest = sum(out for out, _ in matrices) + 4 * hidden + 4 * head
    parts.add(matrices, rest=rest, times=config["num_hidden_layers"])
    parts.rest += hidden
    return _words(config, parts, tied=False)


def _qwen35(config: Config) -> Parts:
    """Qwen 3.5 with experts: of four layers three keep a state; a gate beside every query."""
    hidden, head, parts = config["hidden_size"], config["head_dim"], Parts()
    keys = config["linear_num_key_heads"] * config["linear_key_head_dim"]
    values = config["linear_num_value_heads"] * config["linear_value_head_dim"]
    mixed, gates = 2 * keys + values, 2 * config["linear_num_value_heads"]
    for layer in range(config["num_hidden_layers"]):
        if (layer + 1) % config["full_attention_interval"]:
            parts.add([(mixed, hidden), (values, hidden), (gates, hidden), (hidden, values)])
            parts.rest += mixed * config["linear_conv_kernel_dim"] + gates
            parts.rest += config["linear_value_head_dim"]
        else:
            query, *others = _attention(config)
            parts.add([query, query, *others], rest=2 * head)
        experts, inner = config["num_experts"], config["moe_intermediate_size"]
        parts.add_experts(_gated(hidden, inner), times=experts)
        shared = _gated(hidden, config["shared_expert_intermediate_size"])
        parts.add(shared, rest=(experts + 1) * hidden + 2 * hidden)
    return _words(config, parts, tied=False)


FAMILIES: Mapping[str, Callable[[Config], Parts]] = {
    **dict.fromkeys(("llama", "mistral", "phi3", "internlm2"), _llama),
    "smollm3": lambda config: _llama(config, tied=True),
    **dict.fromkeys(("qwen2", "qwen2_vl", "qwen2_5_vl"), lambda c: _llama(c, biases=True)),
    **dict.fromkeys(("qwen3", "qwen3_vl_text"), lambda c: _llama(c, norms=True)),
    **dict.fromkeys(("mixtral", "granitemoe"), _mixture),
    "qwen3_moe": lambda config: _mixture(config, norms=True),
    "gemma": _gemma,
    "gemma2": lambda config: _gemma3(config, norms=False),
    "gemma3_text": _gemma3,
    "gemma4_text": _gemma4,
    "gpt_oss": _gpt_oss,
    **dict.fromkeys(("deepseek_v2", "deepseek_v3", "kimi_k2"), _deepseek),
    "falcon": _falcon,
    "qwen": _qwen,
    "gpt_bigcode": _starcoder,
    "persimmon": _persimmon,
    "qwen3_5_moe_text": _qwen35,
}
"""By `model_type`."""
