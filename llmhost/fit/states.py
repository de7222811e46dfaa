"""What layers without attention keep of a request: the same amount, however long it is.

State-space and linear-attention layers keep a matrix per head and the last inputs of a short
convolution (vllm 0.33.0, model_executor/layers/mamba/mamba_utils.py, 2026-11-20).
"""

from llmhost.fit.reading import Description

_HALF, _SINGLE = 2, 4  # bytes of a number in 16 and in 32 bits


def state_bytes(of: Description) -> int:
    """Bytes that one such layer keeps of one request; 0 where nothing is said of it."""
    if of.get("linear_num_value_heads") is not None:
        return _delta_net(of)
    if of.get("linear_attn_config") is not None:
        return _kimi(of)
    if of.get("mamba_num_heads", "mamba_n_heads") is not None:
        return _mamba2(of)
    if of.get("mamba_d_state") is not None:
        return _mamba1(of)
    return 0


def _delta_net(of: Description) -> int:
    """Gated DeltaNet of Qwen3-Next and Qwen3.5."""
    keys, key = of.number("linear_num_key_heads"), of.number("linear_key_head_dim")
    values, value = of.number("linear_num_value_heads"), of.number("linear_value_head_dim")
    before = of.number("linear_conv_kernel_dim", default=4) - 1
    number = _HALF if of.text("mamba_ssm_dtype") == "bfloat16" else _SINGLE
    return before * (2 * keys * key + values * value) * _HALF + values * key * value * number


def _kimi(of: Description) -> int:
    """Kimi Delta Attention: three convolutions and a square matrix per head."""
    linear = Description(of.inner("linear_attn_config"), {})
    heads, size = linear.number("num_heads"), linear.number("head_dim")
    before = linear.number("short_conv_kernel_size", default=4) - 1
    return 3 * before * heads * size * _HALF + heads * size * size * _SINGLE


def _mamba2(of: Description) -> int:
    heads = of.number("mamba_num_heads", "mamba_n_heads")
    size = of.number("mamba_head_dim", "mamba_d_head")
    state = of.number("ssm_state_size", "mamba_d_state")
    groups = of.number("n_groups", "mamba_n_groups", default=1)
    before = of.number("conv_kernel", "mamba_d_conv", default=4) - 1
    inputs = heads * size + 2 * groups * state
    return before * inputs * _HALF + heads * size * state * _SINGLE


def _mamba1(of: Description) -> int:
    inner = of.number("mamba_expand", default=2) * of.number("hidden_size")
    before = of.number("mamba_d_conv", default=4) - 1
    return inner * (before * _HALF + of.number("mamba_d_state") * _SINGLE)
