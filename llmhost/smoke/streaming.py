"""Whether a stream is one: that it comes piece by piece, while it is made, and to its end."""

from llmhost.endpoint.completion import Completion
from llmhost.endpoint.exchange import Exchange
from llmhost.spec.checks import Check, Streamed

# What no engine does for one reader: after so long a silence so many pieces, each of them sooner
# than 5000 a second would bring it. One that is merely fast is not silent so long before. Our own.
_SILENT_SECONDS = 0.5
_MANY = 8
_SOONEST_SECONDS = 0.0002


def broken(check: Check, exchange: Exchange, answer: Completion) -> str:
    """What is wrong with a stream that a check asked for; empty when nothing is."""
    wanted = check.expect.stream or Streamed()
    return (
        _incomplete(wanted, exchange, answer) or _uncounted(check, answer) or _late(wanted, answer)
    )


def _incomplete(wanted: Streamed, exchange: Exchange, answer: Completion) -> str:
    if not exchange.events:
        return f"the answer is no stream: {exchange.body}"
    if len(answer.times) < wanted.pieces:
        return f"{len(answer.times)} pieces with text came, and {wanted.pieces} must"
    if not answer.finish:
        return "the stream does not say why it ended"
    return "" if answer.done else "the stream did not end with [DONE]"


def _uncounted(check: Check, answer: Completion) -> str:
    asked = check.body.get("stream_options") or {}
    if asked.get("include_usage") and answer.tokens is None:
        return "the stream holds no `usage`, which was asked for"
    return ""


def _late(wanted: Streamed, answer: Completion) -> str:
    first, last, count = answer.times[0], answer.times[-1], len(answer.times)
    if wanted.first_seconds is not None and first > wanted.first_seconds:
        allowed = f"{wanted.first_seconds:g} s are allowed"
        return f"the first token came after {first:.1f} s, and {allowed}"
    together = count >= _MANY and last - first < _SOONEST_SECONDS * (count - 1)
    if wanted.spread and together and first >= _SILENT_SECONDS:
        return f"all {count} pieces came together after {first:.1f} s: something holds them back"
    return ""
