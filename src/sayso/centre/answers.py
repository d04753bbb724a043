"""Record what a form of the centre says, for everyone it speaks for: the account and this browser."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from sayso.centre.visitor import Visitor, locale_of
from sayso.consent import queries as consent
from sayso.consent import services
from sayso.consent.queries import Answered, Recorded
from sayso.core.decision import Reason
from sayso.core.errors import Invalid
from sayso.core.values import new_id
from sayso.core.vocabulary import PERMITTING, ConsentStatus, Voucher
from sayso.notices import queries as notices

SILENT = frozenset({ConsentStatus.UNKNOWN, ConsentStatus.DEFERRED})


def standings(visitor: Visitor, brand: str, now: datetime) -> list[Answered]:
    """Give where everyone stands whose answers count here; one blank standing for somebody new."""
    people: list[str | None] = [*visitor.subjects] or [None]
    return [consent.answered(subject, brand, now, signal=visitor.signal) for subject in people]


def together(answered: list[Answered]) -> dict[str, str]:
    """Give where each choice stands, as the gate would decide: yes only where everyone says yes.

    What was given and is held back besides stands as `blocked` or `gpc`.
    """
    return {
        choice: _strictest([_stands(each, choice) for each in answered]) for choice in answered[0].statuses
    }


def _stands(answered: Answered, choice: str) -> str:
    status = answered.statuses[choice]
    if status not in PERMITTING:
        return status
    if choice in answered.blocked:
        return Reason.BLOCKED
    return Reason.GPC if choice in answered.masked else status


def _strictest(statuses: list[str]) -> str:
    refusing = [status for status in statuses if status not in PERMITTING]
    spoken = [status for status in refusing if status not in SILENT]
    return (spoken or refusing or statuses)[0]


def write_base(answered: list[Answered]) -> str:
    """Write the revisions a page was made from, to be sent back by its forms."""
    return ".".join(str(each.rev) for each in answered)


def read_base(text: str, visitor: Visitor) -> list[int]:
    """Read what `write_base` wrote. A page made for other people than are here now has seen nothing."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        raise Invalid("malformed_base", "The form is not one of ours.", "Open the page again.")
    people = max(1, len(visitor.subjects))
    return [int(part) for part in parts] if len(parts) == people else [0] * people


@transaction.atomic
def record(
    visitor: Visitor,
    brand: str,
    answers: Mapping[str, ConsentStatus],
    base: list[int],
    act: str,
    now: datetime,
) -> list[Recorded]:
    """Record the same answers for the account and for this browser, and give the events.

    Raises what the ledger raises; then nothing was recorded for either.
    """
    locale = locale_of(notices.current(brand).notice)
    if not visitor.subjects:
        answer = services.centre_answer(brand, dict(answers), base[0], act, Voucher.DEVICE, locale)
        answer = replace(answer, gpc=visitor.signal)
        return [services.record_answer(visitor.secret, None, brand, answer, now)]
    event, recorded = new_id(), []  # one act has one number, whoever it holds for
    for subject, seen in zip(visitor.subjects, base, strict=True):
        vouched = Voucher.ACCOUNT if subject == visitor.account else Voucher.DEVICE
        answer = services.centre_answer(brand, dict(answers), seen, act, vouched, locale)
        answer = replace(answer, event=event, gpc=visitor.signal)
        recorded.append(services.record_for(subject, brand, answer, now))
    return recorded


def stop_everything(visitor: Visitor, brand: str, now: datetime) -> list[Recorded]:
    """Refuse every choice of the notice in force, for the account and for this browser."""
    answered = standings(visitor, brand, now)
    refusals = dict.fromkeys(answered[0].statuses, ConsentStatus.REFUSED)
    return record(visitor, brand, refusals, [each.rev for each in answered], "stop_everything", now)
