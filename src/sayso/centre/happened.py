"""What happened, newest first: her answers as the ledger has them, and each step it led to."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from sayso.centre import shown
from sayso.centre.shown import Words
from sayso.consent import queries as consent
from sayso.consent.queries import Recorded
from sayso.core.choice import OWN_USE
from sayso.core.notice import Notice
from sayso.core.older_answer import Provenance, read_provenance
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus
from sayso.notices import queries as notices


@dataclass(frozen=True, slots=True)
class Said:
    """One choice inside an answer: what she said and what it came to."""

    title: str
    says: Words
    tone: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the history shows it."""

    event: str
    at: datetime
    act: Words
    surface: Words
    voucher: Words
    version: str
    locale: str
    said: tuple[Said, ...]
    by: str = ""  # who of the staff took it, where it was not she herself
    older: Provenance | None = None  # what an older system kept of it


def _title(notice: Notice, choice: str, locale: str) -> str:
    found = notice.find(choice)
    if found is None:
        return choice
    purpose, part = found
    return f"{purpose.title[locale]}: {notice.categories[part.choice.category].title[locale]}"


def _by_staff(event: Recorded, notice: Notice, locale: str) -> str:
    named = {"name": event.evidence.get("staff", ""), "brand": shown.who(notice, OWN_USE, locale)}
    return _("by %(name)s of %(brand)s’s support, by telephone") % named if named["name"] else ""


def _says(status: ConsentStatus, by: str, older: bool) -> tuple[Words, str]:
    if older and status is ConsentStatus.UNKNOWN:
        return _("A yes without proof: counts as no"), "open"
    asked = by and status is ConsentStatus.REQUESTED
    return (_("Waits for your confirmation: counts as no"), "open") if asked else shown.STATUS[status]


def answer_shown(event: Recorded, notice: Notice, locale: str) -> Answer:
    """Give one event of the ledger as pages show it, in the words of the version it answered."""
    by = _by_staff(event, notice, locale)
    said = tuple(
        Said(_title(notice, choice, locale), *_says(ConsentStatus(status), by, "imported" in event.evidence))
        for choice, status in event.outcome.items()
    )
    evidence = event.evidence
    return Answer(
        event=event.event,
        at=read_utc(event.recorded_at),
        act=shown.ACT.get(evidence["act"], _("Answered")),
        surface=shown.SURFACE.get(evidence["surface"], evidence["surface"]),
        voucher=shown.VOUCHER.get(evidence["voucher"], evidence["voucher"]),
        version=event.version,
        locale=evidence["locale"],
        said=said,
        by=by,
        older=read_provenance(evidence["imported"]) if "imported" in evidence else None,
    )


def recently(subjects: list[str], brand: str, notice: Notice, locale: str) -> list[Answer]:
    """List her answers, newest first, each in the words of the notice it answered."""
    listed = []
    # One act may hold for the account and for a browser: it is one answer, shown once, the account's.
    in_order = sorted(consent.history_of(subjects, brand), key=lambda each: subjects.index(each.subject))
    once = {event.event: event for event in reversed(in_order)}.values()
    for event in sorted(once, key=lambda each: each.seq, reverse=True):
        told = notice if event.version == notice.version else notices.version(brand, event.version).notice
        listed.append(answer_shown(event, told, locale if locale in told.locales else told.locales[0]))
    return listed
