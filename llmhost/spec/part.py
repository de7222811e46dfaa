"""The strictness every part of a YAML file shares: frozen, and no key that nobody reads."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """A mapping in a YAML file; a key it does not know is an error that names the nearest one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_every_key(cls, data: Any) -> Any:  # noqa: ANN401  anything may stand in a file
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    known = ", ".join(cls.model_fields)
                    raise PydanticCustomError(
                        "unknown_key",
                        "unknown key `{key}`",
                        {"key": str(key), "known": known},
                    )
        return data
