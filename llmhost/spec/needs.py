"""What a provider needs of models and GPUs."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from llmhost.spec.part import Part

Capability = Annotated[str, StringConstraints(pattern=r"^\d+\.\d$")]


class Refusal(Part):
    """Models that a provider cannot serve."""

    pattern: str
    """Shell pattern, compared with the model's id regardless of case."""
    reason: str
    """Why, and what serves them instead."""


class Models(Part):
    """Which models, and how their weights come to the host."""

    source: Literal["hub", "ollama", "lmstudio"]
    """Who fetches: llmhost from the Hugging Face hub, or the provider from its own registry."""
    layout: Literal["directory", "gguf"] = "directory"
    """What the provider opens: a directory as on the hub, or one GGUF file."""
    gpu: str
    """Model served by default with GPUs; with GPUs this profile cannot have, the same as `cpu`."""
    cpu: str = ""
    """Model served by default without GPUs; empty where the provider needs one."""
    files: tuple[str, ...] = ()
    """Patterns of the files to fetch from the hub; empty takes the whole repository."""
    refuse: tuple[Refusal, ...] = ()
    """What it cannot serve although it looks like it."""


class Gpus(Part):
    """GPUs: how many, which, and which not."""

    model: str
    """GPU model used when nothing is said, as in `_machines/gpus.yaml`."""
    count: int = Field(ge=1)
    """How many of them when nothing is said."""
    split: Literal["tensor", "layer", "automatic", "none"]
    """How a model is spread: every layer over all GPUs, layer by layer, or as it sees fit."""
    powers_of_two: bool = False
    """Whether only 1, 2, 4, 8 … GPUs are of use."""
    minimum_capability: Capability | None = None
    """Least CUDA compute capability its kernels are built for, quoted: "8.0"."""
    exclude: dict[str, str] = Field(default_factory=dict)
    """GPU models it does not run on although their capability would do, each with the reason."""


class Context(Part):
    """Longest context in tokens when nothing is said; always passed to the provider explicitly."""

    gpu: int = Field(gt=0)
    """With GPUs."""
    cpu: int = Field(gt=0)
    """Without."""
