"""Verbs that write answers, for the pages and the REST interface. All go through `ledger.record`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from sayso.consent import evidence, ledger, models, queries
from sayso.consent.ledger import Recorded, Submission
from sayso.consent.log import tombstones
from sayso.consent.log.tombstones import Covered
from sayso.consent.opting_out import block, carry_signal, heed_signal, lift_block
from sayso.core.consent import Answer
from sayso.core.duration import Duration
from sayso.core.layout import text_hash
from sayso.core.leaf import Tombstone
from sayso.core.values import canonical, new_id, read_utc, utc_text
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import queries as people
from sayso.identity import store as identity
from sayso.notices import queries as notices
from sayso.outbox import services as outbox
from sayso.outbox import store as numbers

__all__ = [
    "block", "carry_signal", "centre_answer", "forget_subjects", "heed_signal", "join_permissions",
    "join_refusals", "lift_block", "mark_erasing", "record_answer", "record_for", "stop_everything",
]  # fmt: skip
CENTRE = "centre-1"
EVIDENCE_KEPT = Duration(months=36, days=0)
EVIDENCE_BASIS = "GDPR art. 7(1) and 17(3)(e): being able to demonstrate consent"


def _submission(brand: str, answer: Answer) -> Submission:
    body = canonical([answer.version, dict(answer.answers), answer.evidence()])
    return Submission(brand, answer, ledger.body_hash_of(body))


def record_answer(
    device_secret: str | None, account: str | None, brand: str, answer: Answer, now: datetime
) -> Recorded:
    """Record one answer of a device (by its secret) or of a signed-in account (by its subject).

    Raises what `ledger.record` raises, and `Unproved` for a malformed device secret.
    """
    item = _submission(brand, answer)
    if account is not None:
        item = replace(item, subject=account)
    else:
        item = replace(item, device=identity.read_device_secret(device_secret))
    return ledger.record(DjangoDatabase(), [item], now)[0]


def record_for(subject: str, brand: str, answer: Answer, now: datetime) -> Recorded:
    """Record an answer of a subject that is already known."""
    return ledger.record(DjangoDatabase(), [replace(_submission(brand, answer), subject=subject)], now)[0]


def centre_answer(
    brand: str,
    answers: dict[str, ConsentStatus],
    base: int,
    act: str,
    voucher: Voucher,
    locale: str,
    layout: str = CENTRE,
) -> Answer:
    """Make the answer that a form of the privacy centre stands for, under the notice in force."""
    notice = notices.current(brand).notice
    return Answer(
        event=new_id(),
        version=notice.version,
        answers=answers,
        locale=locale,
        text_hash=text_hash(notice, layout, locale),
        layout=layout,
        surface="centre",
        act=act,
        voucher=voucher,
        base=base,
    )


def _copied(
    source: str, brand: str, wanted: Iterable[str] | None, said: ConsentStatus, now: datetime
) -> dict[str, ConsentStatus]:
    from_states = NARROW if said is ConsentStatus.REFUSED else PERMITTING
    held = queries.answered(source, brand, now).statuses
    return {
        choice: said
        for choice, status in held.items()
        if status in from_states and (wanted is None or choice in wanted)
    }


def _refused_since(device: str, brand: str, since: datetime | None) -> set[str]:
    """List what a device refused from a moment on. An earlier no was carried then, and she was told."""
    events = queries.history_of([device], brand)
    recent = (event for event in events if since is None or read_utc(event.recorded_at) >= since)
    return {
        choice
        for event in recent
        for choice, status in event.outcome.items()
        if ConsentStatus(status) in NARROW
    }


@transaction.atomic
def join_refusals(
    device: str, account: str, brand: str, locale: str, since: datetime | None, now: datetime
) -> list[str]:
    """Carry a device's refusals to the account at once; give the choices that changed it.

    `since` is the device's sign-in before this one. What it refused before then was carried then: if the
    account permits it now, the person has said otherwise since, and signing in again takes nothing back.
    """
    mine = queries.answered(account, brand, now)
    refused = _copied(device, brand, _refused_since(device, brand, since), ConsentStatus.REFUSED, now)
    fresh = {choice: said for choice, said in refused.items() if mine.statuses[choice] not in NARROW}
    if fresh:
        answer = centre_answer(brand, fresh, mine.rev, "join", Voucher.DEVICE, locale)
        record_for(account, brand, answer, now)
    return sorted(fresh)


@transaction.atomic
def join_permissions(
    device: str, account: str, brand: str, choices: list[str], base: int, locale: str, now: datetime
) -> list[str]:
    """Carry to the account those permissions of the device that the person ticked; give what it permits now.

    `base` is the account's revision on the page she ticked them on: a page that lay open while she said no
    elsewhere undoes nothing.
    """
    carried = _copied(device, brand, set(choices), ConsentStatus.GIVEN, now)
    if not carried:
        return []
    answer = centre_answer(brand, carried, base, "join", Voucher.ACCOUNT, locale)
    recorded = record_for(account, brand, answer, now)
    return sorted(c for c, status in recorded.outcome.items() if ConsentStatus(status) in PERMITTING)


@transaction.atomic
def stop_everything(subject: str, brand: str, voucher: Voucher, locale: str, now: datetime) -> Recorded:
    """Refuse every choice of the notice in force."""
    mine = queries.answered(subject, brand, now)
    refusals = dict.fromkeys(mine.statuses, ConsentStatus.REFUSED)
    answer = centre_answer(brand, refusals, mine.rev, "stop_everything", voucher, locale)
    return record_for(subject, brand, answer, now)


@transaction.atomic
def mark_erasing(subjects: list[str], brand: str, now: datetime) -> None:
    """Refuse every use of these subjects' data from this moment."""
    for subject in subjects:
        ledger.mark_erasing(DjangoDatabase(), subject, brand, now)


@transaction.atomic
def lift_erasing(subjects: list[str], brand: str, now: datetime) -> None:
    """Let these subjects' answers count again: their deletion was taken back or declined."""
    for subject in subjects:
        ledger.mark_erasing(DjangoDatabase(), subject, brand, now, erasing=False)


@transaction.atomic
def forget_subjects(subjects: list[str], now: datetime) -> int:
    """Drop these subjects' standings and cut their events from them; give how many events were cut.

    What must still be proved moves to the evidence table under a fresh random number, with its legal basis
    and end date, found by the names she had proved in a look of two officers only; what was sealed stays
    behind and dies with the subject's key. A tombstone tells auditors of the log that these entries were
    erased by right, and not removed behind its back.
    """
    # INVARIANT: nothing is recorded of them between reading what they said and the end of this transaction.
    numbers.take(DjangoDatabase(), 0)
    keep_until, names = EVIDENCE_KEPT.after(now), people.proved_lookups(subjects)
    cut: list[Covered] = []
    for subject in subjects:
        number = new_id()
        mine: list[Covered] = []
        for event in models.Event.objects.filter(subject=subject).order_by("seq"):
            models.Evidence.objects.create(
                seq=event.seq,
                number=number,
                brand=event.brand,
                version=event.version,
                answers=event.answers,
                outcome=event.outcome,
                recorded_at=event.recorded_at,
                leaf_hash=event.leaf_hash,
                commitment=event.commitment,
                basis=EVIDENCE_BASIS,
                keep_until=utc_text(keep_until),
            )
            mine.append((event.seq, event.leaf_hash))
        if mine:
            evidence.name(number, names)
            tombstones.lay(DjangoDatabase(), Tombstone.ERASURE, mine, keep_until, now)
        models.Event.objects.filter(subject=subject).delete()
        models.Standing.objects.filter(subject=subject).delete()
        cut += mine
    outbox.post("consent.forgotten", {"subjects": subjects}, now)
    return len(cut)


@transaction.atomic
def end_retention(now: datetime) -> int:
    """Delete the evidence whose end date has come, under one tombstone; give how many entries it covers."""
    ended = models.Evidence.objects.filter(keep_until__lte=utc_text(now)).order_by("seq")
    covered = list(ended.values_list("seq", "leaf_hash"))
    if covered:
        tombstones.lay(DjangoDatabase(), Tombstone.END_OF_RETENTION, covered, None, now)
        models.Evidence.objects.filter(seq__in=[seq for seq, _ in covered]).delete()
        evidence.forget_unused_names()
    return len(covered)
