"""Shapes that several endpoints share."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field


def _one_at_least(schema: dict[str, Any]) -> None:
    given = {"type": "string"}
    schema["anyOf"] = [{"required": [name], "properties": {name: given}} for name in schema["properties"]]


class SubjectIn(Schema):
    """Who is meant: a device by its secret, a customer by number, an e-mail address. At least one."""

    model_config = ConfigDict(json_schema_extra=_one_at_least)
    device: str | None = Field(None, min_length=1, max_length=43)
    customer: str | None = Field(None, min_length=1, max_length=100)
    email: str | None = Field(None, min_length=1, max_length=254)

    def reference(self) -> dict[str, str]:
        """Give what was sent as the reference identities are looked up by."""
        return {name: value for name, value in self.dict(exclude_unset=True).items() if value is not None}


class StandingOut(Schema):
    """Where a person stands: the revision to send back as `base`, and every choice's status."""

    rev: int
    states: dict[str, str]


def _no_text(value: object) -> object:
    if isinstance(value, bool | str):  # the framework would read "4" and true as numbers
        raise ValueError("Input should be a number")
    return value


Json = dict[str, Any]
Whole = Annotated[int, Field(ge=0, le=2_000_000_000), BeforeValidator(_no_text)]
AFew = Annotated[int, Field(ge=1, le=100), BeforeValidator(_no_text)]
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$")]  # no control characters: databases refuse some
