"""The number formats of GGUF files: how many bytes a block of how many numbers takes."""

from collections.abc import Mapping

_K = 256  # numbers in a block of the K and IQ formats

# By the format's number: name, numbers per block, bytes per block. From GGML_QUANT_SIZES of the
# `gguf` package 0.19.0 (gguf/constants.py), 2026-11-20; a test compares them.
FORMATS: Mapping[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", _K, 84),
    11: ("Q3_K", _K, 110),
    12: ("Q4_K", _K, 144),
    13: ("Q5_K", _K, 176),
    14: ("Q6_K", _K, 210),
    15: ("Q8_K", _K, 292),
    16: ("IQ2_XXS", _K, 66),
    17: ("IQ2_XS", _K, 74),
    18: ("IQ3_XXS", _K, 98),
    19: ("IQ1_S", _K, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", _K, 110),
    22: ("IQ2_S", _K, 82),
    23: ("IQ4_XS", _K, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", _K, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", _K, 54),
    35: ("TQ2_0", _K, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
}
