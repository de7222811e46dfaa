"""How wide the matrices of a model are where tensor parallelism cuts them."""

from llmhost.fit.reading import Description
from llmhost.fit.shape import Width

_INNER = ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim")
_EXPERTS = ("n_routed_experts", "num_experts", "num_local_experts", "num_routed_experts")


def widths(of: Description, hidden: int, heads: int) -> tuple[Width, ...]:
    """Everything that is cut: the heads' results, feed-forward parts, experts."""
    found = (
        Width(_heads(of, hidden, heads), "the attention heads' results are"),
        *_feed_forward(of, hidden),
        Width(_linear(of), "the results of linear attention are"),
    )
    return tuple(width for width in found if width.size)


def _feed_forward(of: Description, hidden: int) -> tuple[Width, ...]:
    inner = of.number(*_INNER, default=4 * hidden)
    experts = of.number(*_EXPERTS, default=0, least=0)
    if not experts:
        return (Width(inner, "its feed-forward part is"),)
    each = of.number("moe_intermediate_size", default=inner)
    shared = of.number("shared_expert_intermediate_size", default=0, least=0)
    shared = shared or each * of.number("n_shared_experts", default=0, least=0)
    dense = inner if of.number("first_k_dense_replace", default=0, least=0) else 0
    return (
        Width(each, "each of its experts is", experts=True),
        Width(shared, "its shared expert is"),
        Width(dense, "the feed-forward part of its first layers is"),
    )


def _heads(of: Description, hidden: int, heads: int) -> int:
    one = of.number("head_dim", "kv_channels", default=max(hidden // heads, 1))
    return heads * of.number("v_head_dim", default=one)


def _linear(of: Description) -> int:
    heads = of.number("linear_num_value_heads", default=0, least=0)
    return heads * of.number("linear_value_head_dim", default=0, least=0)
