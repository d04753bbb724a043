"""A choice: the smallest thing a person can answer on its own."""

from dataclasses import dataclass, field

from sayso.core.errors import Invalid
from sayso.core.values import NAME
from sayso.core.vocabulary import Operation

OWN_USE = "self"


@dataclass(frozen=True, slots=True)
class Choice:
    """Purpose × data category × operation × recipient, as listed in a notice.

    `id` is its stable identifier, `purpose.category.operation.recipient`.
    """

    purpose: str
    category: str
    operation: Operation
    recipient: str = OWN_USE
    id: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the identifier down: every rule asks for it."""
        name = f"{self.purpose}.{self.category}.{self.operation}.{self.recipient}"
        object.__setattr__(self, "id", name)


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
