"""The fields a person can have corrected, with the words and hints a form needs."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sayso.centre.shown import Words

# column → label, and what the browser may fill in (HTML autocomplete)
NAMED: dict[str, tuple[Words, str]] = {
    "name": (_("Your name"), "name"),
    "email": (_("Your e-mail address"), "email"),
    "phone": (_("Your telephone number"), "tel"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    name: str
    label: Words
    autocomplete: str


def fields(names: list[str]) -> list[Field]:
    """List the fields in the order given; one without a label of ours shows its own name."""
    return [Field(name, *NAMED.get(name, (name, "off"))) for name in names]


def label(name: str) -> Words:
    """Give what a field is called; one without a label of ours shows its own name."""
    return NAMED.get(name, (name, ""))[0]
