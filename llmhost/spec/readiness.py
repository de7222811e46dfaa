"""When a provider serves: how it behaves while it loads, what to look at, how long it may take."""

from typing import Literal

from pydantic import Field

from llmhost.spec.part import Part


class Resident(Part):
    """Where to see that the model is in memory, for providers that answer before it is."""

    get: str
    """Path of a JSON document that tells."""
    items: str
    """Key of the list in it."""
    match: tuple[str, ...]
    """Fields of an item, one of which holds the model's id."""
    equal: tuple[str, str] | None = None
    """Two fields that are equal once the whole model lies on the GPUs; asked with GPUs only."""
    nonempty: str = ""
    """A field that is an empty list while the model is not loaded."""


class Deadline(Part):
    """How long loading may take: a share for the process, and one for every GB of weights."""

    seconds: int = Field(gt=0)
    """Start of the process, compilation, graph capture: what does not grow with the model."""
    per_gb: float = Field(ge=0)
    """Seconds per GB (10^9 bytes) of weights that are read from disk to memory."""


class Readiness(Part):
    """How to tell that a provider serves. Readiness has classes, not one address."""

    while_loading: Literal["silent", "unavailable", "ok"]
    """What a request meets before the model is loaded: nobody listens, 503, or 200 all the same."""
    alive: str
    """Path that answers as soon as, and as long as, the process serves HTTP."""
    ready: str
    """Path that answers 200 once the model is loaded; no proof where `ok` is said above."""
    models: str = "/v1/models"
    """Path of the OpenAI-compatible list of models."""
    resident: Resident | None = None
    """Where to see that the model is in memory; without it, `ready` is believed."""
    deadline: Deadline
    """How long to wait for `ready`, once the weights are on the host."""


class Failure(Part):
    """A known way to fail, recognised by what the engine logs."""

    pattern: str
    """Regular expression, searched in each line of the log."""
    cause: str
    """What it means."""
    hint: str
    """What to do about it."""
