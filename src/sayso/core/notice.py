"""A notice as it is published. Immutable: its content hash is its name (ISO/IEC 29184)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sayso.core.choice import Choice
from sayso.core.errors import Invalid
from sayso.core.purpose import Category, Part, Purpose, Recipient, Texts, material_hash


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible, how to reach them, and the authority to complain to."""

    name: str
    address: str
    country: str
    email: str
    authority: str
    authority_url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of what a brand tells its customers."""

    brand: str
    version: str
    locales: tuple[str, ...]
    controller: Controller
    title: Texts
    asking_title: Texts
    asking_body: Texts
    categories: dict[str, Category]
    recipients: dict[str, Recipient]
    safeguards: dict[str, Texts]
    purposes: dict[str, Purpose]
    directed_to_children: bool
    document: dict[str, Any] = field(repr=False, compare=False)
    _parts: tuple[tuple[Purpose, Part], ...] = field(init=False, repr=False, compare=False)
    _choices: tuple[Choice, ...] = field(init=False, repr=False, compare=False)
    _listed: dict[str, tuple[Purpose, Part]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note what is listed and where each choice stands: every rule asks for it."""
        parts = tuple((purpose, part) for purpose in self.purposes.values() for part in purpose.parts)
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_choices", tuple(part.choice for purpose, part in parts if purpose.asked))
        # The first of two alike is the one found, so they are written last to first.
        listed = {part.choice.id: (purpose, part) for purpose, part in reversed(parts)}
        object.__setattr__(self, "_listed", listed)

    def parts(self) -> Sequence[tuple[Purpose, Part]]:
        """List every part that is asked or told, in the notice's order."""
        return self._parts

    def choices(self) -> Sequence[Choice]:
        """List what a person can answer, in the notice's order."""
        return self._choices

    def find(self, choice: str) -> tuple[Purpose, Part] | None:
        """Give the purpose and part of a choice identifier, or None when it is not listed."""
        return self._listed.get(choice)

    def needing(self, category: str) -> list[Choice]:
        """List the asked choices that need a category of data; none means: do not collect it."""
        return [choice for choice in self.choices() if choice.category == category]

    def using(self, category: str, only: Collection[str] | None = None) -> list[Purpose]:
        """List the purposes, asked or told, that need a category of data; none means: nothing uses it.

        `only` names those that a field is for, when it is not for all of them.
        """
        return [
            purpose
            for purpose in self.purposes.values()
            if any(part.choice.category == category for part in purpose.parts)
            and (only is None or purpose.id in only)
        ]

    def material(self, choice: str) -> str:
        """Give the hash of everything material told about a listed choice.

        Raises `Invalid` with code `unknown_choice`.
        """
        found = self.find(choice)
        if found is None:
            raise Invalid(
                "unknown_choice", "This notice does not list that choice.", "Read the notice again."
            )
        purpose, part = found
        return material_hash(purpose, part, self.recipients.get(part.choice.recipient))
