"""The strictness every part of a YAML file shares: frozen, and no key that nobody reads."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Item = TypeVar("Item")


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("at least one belongs here")
    return items


# A list with something in it. Its length is looked at when every item is good: pydantic's own bound
# counts a wrong one as missing, and says so besides.
Some = Annotated[tuple[Item, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]


class Part(BaseModel):
    """A mapping in a YAML file; a key it does not know is an error that names the nearest one."""

    # Infinity and NaN are numbers in YAML and none in JSON; limits of them hold or fail for ever.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, allow_inf_nan=False)

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
