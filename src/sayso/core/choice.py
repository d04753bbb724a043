"""A choice: the smallest thing a person can answer on its own."""

from dataclasses import dataclass

from sayso.core.errors import Invalid
from sayso.core.values import NAME
from sayso.core.vocabulary import Operation

OWN_USE = "self"


@dataclass(frozen=True, slots=True)
class Choice:
    """Purpose × data category × operation × recipient, as listed in a notice."""

    purpose: str
    category: str
    operation: Operation
    recipient: str = OWN_USE

    @property
    def id(self) -> str:
        """Give the stable identifier, `purpose.category.operation.recipient`."""
        return f"{self.purpose}.{self.category}.{self.operation}.{self.recipient}"


def read_choice(text: str) -> Choice:
    """Read a choice identifier.

    Raises `Invalid` with code `unknown_choice` when it has not four well-formed names.
    """
    parts = text.split(".")
    if len(parts) == 4 and all(NAME.match(part) for part in parts) and parts[2] in list(Operation):
        return Choice(parts[0], parts[1], Operation(parts[2]), parts[3])
    raise Invalid(
        "unknown_choice",
        "A choice is written purpose.category.operation.recipient.",
        "Take the identifiers of choices from the published notice.",
    )
