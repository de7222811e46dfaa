"""A byte-level tokenizer for the tiny model: bytes are tokens, and so are a few words."""

import json
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

SPECIAL = ("<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>")
BOS, EOS = 1, 2
WORDS = ("the", "of", "and", "to", "in", "is", "it", "you", "that", "he", "was", "for", "on", "are")
# GPT-2's byte alphabet: a printable Latin-1 character stands for itself, every other byte for one
# of the characters from U+0100.
# https://github.com/openai/gpt-2/blob/master/src/encoder.py, 2026-11-20
PRINTABLE = frozenset([*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)])
SPACE = "\u0120"

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def merges() -> tuple[tuple[str, str], ...]:
    """The pairs of tokens that become one, in order; they spell the words, each after a space."""
    pairs: dict[tuple[str, str], None] = {}
    for word in WORDS:
        token = SPACE
        for letter in word:
            pairs[token, letter] = None
            token += letter
    return tuple(pairs)


def vocabulary() -> tuple[str, ...]:
    """All tokens; a token's place is its number."""
    shifted = iter(range(0x100, 0x200))
    letters = (chr(byte if byte in PRINTABLE else next(shifted)) for byte in range(256))
    return (*SPECIAL, *letters, *("".join(pair) for pair in merges()))


def files() -> dict[str, bytes]:
    """The tokenizer's files in the layout of Hugging Face's `tokenizers` and `transformers`."""
    config: Json = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL[BOS],
        "eos_token": SPECIAL[EOS],
        "unk_token": SPECIAL[0],
        "pad_token": SPECIAL[EOS],
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }
    return {
        "tokenizer.json": json.dumps(_tokenizer()).encode(),
        "tokenizer_config.json": json.dumps(config, indent=1).encode(),
        "chat_template.jinja": CHAT_TEMPLATE.encode(),
    }


def _tokenizer() -> Json:
    byte_level: Json = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": True,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_special(number, token) for number, token in enumerate(SPECIAL)],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: number for number, token in enumerate(vocabulary())},
            "merges": [list(pair) for pair in merges()],
        },
    }


def _special(number: int, token: str) -> Json:
    flags: dict[str, Json] = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": token, "special": True, **flags}
