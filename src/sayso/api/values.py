"""Shapes that several endpoints share."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field


class SubjectIn(Schema):
    """Who is meant: a device by its secret, a customer by number, an e-mail address. At least one."""

    device: str | None = Field(None, max_length=43)
    customer: str | None = Field(None, max_length=100)
    email: str | None = Field(None, max_length=254)

    def reference(self) -> dict[str, str]:
        """Give what was sent as the reference identities are looked up by."""
        return {name: value for name, value in self.dict(exclude_unset=True).items() if value is not None}


class StandingOut(Schema):
    """Where a person stands: the revision to send back as `base`, and every choice's status."""

    rev: int
    states: dict[str, str]


Json = dict[str, Any]
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$")]  # no control characters: databases refuse some
