"""What a model family leaves out of its `config.json` because its code has it as a default.

From the configuration classes of transformers 5 (src/transformers/models/*/configuration_*.py),
read 2026-11-20.
"""

from collections.abc import Mapping

_GEMMA3: Mapping[str, object] = {
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "vocab_size": 262208,
    "sliding_window": 4096,
    "sliding_window_pattern": 6,
    "max_position_embeddings": 131072,
}

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "gemma": {"head_dim": 256},
    "gemma2": {"head_dim": 256, "sliding_window": 4096, "sliding_window_pattern": 2},
    "gemma3_text": _GEMMA3,
    "gemma3": _GEMMA3,
    "gemma3n_text": {
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "head_dim": 256,
        "sliding_window": 512,
        "num_kv_shared_layers": 15,
        "vocab_size": 262400,
    },
    "cohere2": {"sliding_window": 4096, "sliding_window_pattern": 4},
    "llama4_text": {"attention_chunk_size": 8192, "no_rope_layer_interval": 4, "head_dim": 128},
    "gpt2": {"n_head": 12, "n_layer": 12, "n_embd": 768},
    "jamba": {"attn_layer_period": 8, "attn_layer_offset": 4},
    "qwen3_next": {"full_attention_interval": 4},
    "falcon_h1": {"attention_beside_state": True},
}
