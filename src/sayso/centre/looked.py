"""The looks of staff at a person, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from sayso.centre.shown import Words
from sayso.staff import queries as staff

ROLE: dict[str, Words] = {"support": _("support"), "officer": _("privacy officer")}
SHOWN: dict[str, Words] = {
    "choices": _("where your answers stand"),
    "requests": _("your requests"),
    "evidence": _("the evidence file of one request"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One look: who, in which role, when, why, and what was shown."""

    name: str
    role: Words
    at: datetime
    reason: str
    shown: tuple[Words, ...]


def looks_of(account: str) -> list[Look]:
    """List every look at an account, newest first."""
    return [
        Look(
            one.name,
            ROLE.get(one.role, one.role),
            one.at,
            one.reason,
            tuple(SHOWN.get(name, name) for name in one.shown),
        )
        for one in staff.looks_of(account)
    ]
