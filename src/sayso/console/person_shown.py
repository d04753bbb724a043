"""One person as staff see her: where her answers stand, and nothing that was not asked for."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.consent import queries as consent
from sayso.console import showing
from sayso.core.errors import SaysoError
from sayso.core.layout import locale_for
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from sayso.notices import queries as notices
from sayso.rights import queries as rights
from sayso.staff import queries as staff
from sayso.staff.queries import LookView

Words = str | Promise
ROLE: dict[str, Words] = {"support": _("support"), "officer": _("privacy officer")}
REFUSAL: dict[str, Words] = {
    "nobody_found": _("Nobody is known by exactly that. Ask for it letter by letter."),
    "reason_needed": _("Say in 5 to 200 characters why; the person will read it."),
    "too_many_looks": _("Those were too many looks in a short time. Wait a quarter of an hour."),
}
STATUS: dict[ConsentStatus, tuple[Words, str]] = {
    ConsentStatus.UNKNOWN: (_("not answered"), "open"),
    ConsentStatus.REQUESTED: (_("asked, not confirmed by her"), "open"),
    ConsentStatus.DEFERRED: (_("not now"), "open"),
    ConsentStatus.GIVEN: (_("yes"), "yes"),
    ConsentStatus.RENEWED: (_("yes"), "yes"),
    ConsentStatus.EXPIRED: (_("run out"), "open"),
}
NO: tuple[Words, str] = (_("no"), "no")


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose with where it stands. `waits`: a letter asks her to confirm a yes."""

    id: str
    title: str
    says: Words
    tone: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What one look shows."""

    look: LookView
    role: Words
    by_phone: bool
    is_officer: bool
    purposes: tuple[Purpose, ...]
    requests: tuple[showing.Row, ...]


def roles(names: list[str]) -> list[tuple[str, Words]]:
    """Give the roles somebody may look in, with their names."""
    return [(name, ROLE[name]) for name in names]


def refusal(error: SaysoError) -> Words:
    """Say in the page's language why nobody is shown."""
    return REFUSAL.get(error.code, f"{error.detail} {error.remedy}")


def _stands(statuses: list[ConsentStatus]) -> tuple[Words, str]:
    closed = [status for status in statuses if status not in PERMITTING]
    if closed and len(closed) < len(statuses):
        return _("partly"), "open"
    return STATUS.get((closed or statuses)[0], NO)


def _purposes(account: str, brand: str, language: str, now: datetime) -> tuple[Purpose, ...]:
    notice = notices.current(brand).notice
    locale, statuses = locale_for(notice, language), consent.answered(account, brand, now).statuses
    waiting = {one.purpose for one in staff.waiting_of(account, now) if one.brand == brand}
    return tuple(
        Purpose(
            purpose.id,
            purpose.title[locale],
            *_stands([statuses[part.choice.id] for part in purpose.parts]),
            purpose.id in waiting,
        )
        for purpose in notice.purposes.values()
        if purpose.asked
    )


def page(look: LookView, brand: str, language: str, now: datetime) -> Page:
    """Give what one look shows; its role says how much."""
    asked = rights.requests_of(look.account) if "requests" in look.shown else []
    return Page(
        look=look,
        role=ROLE.get(look.role, look.role),
        by_phone=look.role == "support",
        is_officer=look.role == "officer",
        purposes=_purposes(look.account, brand, language, now),
        requests=tuple(showing.request_row(one, now) for one in asked),
    )
