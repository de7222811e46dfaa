"""How many bytes the tensors of a model take, by its `config.json` alone and number by number.

Written for the tests: llmhost reads sizes and computes none. Each family's tensors are those that
its code in transformers or in its own repository makes.
"""

from collections.abc import Callable, Mapping

from tests.fit.counting.families import FAMILIES
from tests.fit.counting.parts import Config, Parts, awq, fp8, gptq, mlx, mxfp4, plain
from tests.fit.counting.seeing import EYES

_PACKED: Mapping[str, Callable[[Parts, int], int]] = {
    "gptq": gptq,
    "awq": awq,
    "fp8": fp8,
    "mxfp4": mxfp4,
    "mlx": mlx,
}
_BLOCKS = {"mxfp4": 32, "mlx": 64, "fp8": 128, "awq": 128}


def parts_of(config: Config) -> Parts:
    """The tensors of a model."""
    text = {**config, **config.get("text_config", {})}
    kind = config.get("text_config", config).get("model_type", config["model_type"])
    parts = FAMILIES[kind](text)
    if eyes := EYES.get(config["model_type"]):
        parts.rest += eyes(config)
    return parts


def bytes_of(config: Config, form: str) -> int:
    """What the tensors of a model take in a number format."""
    parts = parts_of(config)
    if form in {"bf16", "f32"}:
        return plain(parts, 16 if form == "bf16" else 32)
    said = config.get("quantization_config", {}).get("group_size")
    return _PACKED[form](parts, said or _BLOCKS[form])
