"""Children and the adults who answer for them: ages said, guardians' answers, links that begin and end.

How old somebody is and who answers for them is kept by `identity`; what follows for every brand's standing is
written here, in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from sayso.consent import journal, ledger, queries, services
from sayso.consent.ledger import Recorded
from sayso.core.age import MINORS, Band, read_born, youngest
from sayso.core.clock import rules_that_apply
from sayso.core.consent import Standing, as_one_person, guardian_status, own_status, strictest
from sayso.core.errors import Forbidden, NotFound
from sayso.core.guardian import guardian_answers, guardian_sees
from sayso.core.purpose import Purpose
from sayso.core.vocabulary import PERMITTING, ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.deployment.journal import Entry
from sayso.identity import ages
from sayso.identity import queries as identity
from sayso.identity.proofing.email_plus import queries as guardians
from sayso.identity.proofing.email_plus import services as email_plus
from sayso.identity.proofing.email_plus.queries import Link
from sayso.notices import queries as notices

GUARDIAN_LEVEL = 1  # one factor twice: the mailbox, and the mailbox again later


def _region(subjects: Sequence[str], brand: str) -> str:
    """Give whose rules apply to a person: declared, delivered to, else the site's market."""
    regions = [identity.regions_of(subject) for subject in subjects]
    declared = next((region for region, _ in regions if region), "")
    delivery = next((region for _, region in regions if region), "")
    market = next((site.market for site in notices.sites(brand)), "")
    return rules_that_apply(declared, delivery, market).region


def _mark_band(subject: str, band: Band, now: datetime) -> None:
    for brand in notices.brands():
        standing = queries.standing_of(subject, brand)
        # Of an adult who never answered nothing is written before the first answer.
        if (standing.band is not band) if standing else band in MINORS:
            ledger.mark_minor(DjangoDatabase(), subject, brand, {"band": band}, now)


@transaction.atomic
def say_age(subjects: Sequence[str], brand: str, born: object, voucher: Voucher, now: datetime) -> Band:
    """Keep the age band of a person, from a month of birth (`2013-05`) that is then forgotten.

    Whoever says an older age later stays where they were until that month comes; a child that has grown out
    of its guardian's rule is answered for no longer. Gives the band that stands. Raises `Invalid`.
    """
    month, region = read_born(born, now), _region(subjects, brand)
    bands = [ages.keep(subject, month, region, voucher, now) for subject in subjects]
    for subject, band in zip(subjects, bands, strict=True):
        _mark_band(subject, band, now)
        _out_of_guard(subject, band, now)
    return youngest(bands)


def _out_of_guard(subject: str, band: Band, now: datetime) -> None:
    link = guardians.of_child(subject, now)
    if link and band is not Band.CHILD:
        end_guardian(link, "age", now)


@transaction.atomic
def correct_age(kind: str, value: str, born: str, now: datetime) -> Band:
    """Keep the band of a customer and of her devices, seen proved by somebody of the brand, older or not.

    Raises `NotFound` with code `unknown_customer`, and `Invalid`.
    """
    account, month = identity.account_by(kind, value), read_born(born, now)
    if account is None:
        raise NotFound("unknown_customer", "Nobody is known by that.", "Look the customer up again.")
    hers = [account, *identity.joined_devices(account)]
    region = _region(hers, next(iter(notices.brands()), ""))
    bands = [ages.correct(subject, month, region, now) for subject in hers]
    for subject, band in zip(hers, bands, strict=True):
        _mark_band(subject, band, now)
        _out_of_guard(subject, band, now)
    return youngest(bands)


@transaction.atomic
def join_age(device: str, account: str, now: datetime) -> None:
    """Let what a device knows of its person's age hold for the account it was joined to."""
    _mark_band(account, ages.carry(device, account, now), now)


def _held(account: str, link: str) -> Link:
    found = guardians.held_by(account, link)
    if found is None:
        raise NotFound("unknown_guardianship", "You answer for nobody by that link.", "Go back to your page.")
    return found


@transaction.atomic
def start_guardian(account: str, link: str, code: str, now: datetime) -> email_plus.Outcome:
    """Take the code of the second letter; when it fits, the guardian's answers count from now on.

    Raises `NotFound`.
    """
    outcome = email_plus.confirm(account, link, code, now)
    if outcome is email_plus.Outcome.STARTED:
        held = _held(account, link)
        for brand in notices.brands():
            ledger.mark_minor(DjangoDatabase(), held.child, brand, {"guardian_method": held.method}, now)
    return outcome


@transaction.atomic
def answer_as_guardian(
    account: str,
    link: str,
    brand: str,
    purpose: str,
    said: ConsentStatus,
    base: int,
    locale: str,
    now: datetime,
) -> Recorded:
    """Record a guardian's answer to one purpose, with the guardian as voucher, among the child's answers.

    Raises `NotFound` for a link that does not hold and for a purpose a guardian is not shown, `Forbidden`
    with code `method_too_weak` for one that needs a stronger proof or is not hers to answer.
    """
    held, told = _held(account, link), notices.current(brand).notice.purposes.get(purpose)
    if told is None or not told.asked or not guardian_sees(told.minors, told.counselling):
        raise NotFound("unknown_purpose", "There is no such choice.", "Go back to the child's choices.")
    choices = _answerable(told, held.method)
    if not choices:
        remedy = "Go back: the page says who decides."
        raise Forbidden("method_too_weak", "This is not for you to answer this way.", remedy)
    return _record(held, brand, dict.fromkeys(choices, said), base, "change", locale, now)


def _answerable(purpose: Purpose, method: str) -> list[str]:
    return [
        part.choice.id
        for part in purpose.parts
        if guardian_answers(purpose.minors, purpose.counselling, method, part.choice.operation)
    ]


def _record(
    link: Link, brand: str, answers: dict[str, ConsentStatus], base: int, act: str, locale: str, now: datetime
) -> Recorded:
    answer = services.centre_answer(brand, answers, base, act, Voucher.GUARDIAN, locale)
    vouched = replace(answer, guardian=link.id, proof_level=GUARDIAN_LEVEL)
    return services.record_for(link.child, brand, vouched, now)


def _permitted_by_guardian(standing: Standing) -> list[str]:
    held = standing.guardian_held.items()
    return [choice for choice, said in held if said.status in PERMITTING]


@transaction.atomic
def end_guardian(link: Link, by: str, now: datetime) -> None:
    """End a link: every yes the guardian gave is taken back, on the record, and counts no more.

    It outlives a restore: who answers no more is not let in again by an older database.
    """
    email_plus.end(link.id, by, now)
    for brand in notices.brands():
        standing, notice = queries.standing_of(link.child, brand), notices.current(brand).notice
        if not link.holds or standing is None:
            continue
        listed = {choice.id for choice in notice.choices()}
        back = [choice for choice in _permitted_by_guardian(standing) if choice in listed]
        if back:
            refusals = dict.fromkeys(back, ConsentStatus.REFUSED)
            _record(link, brand, refusals, standing.rev, "guardian_ended", notice.locales[0], now)
        ledger.mark_minor(DjangoDatabase(), link.child, brand, {"guardian_method": ""}, now)
    journal.append(DjangoDatabase(), [journal.guardian_ended(DjangoDatabase(), link.id, by)])


@transaction.atomic
def end_guardians_again(entries: Sequence[Entry], now: datetime) -> int:
    """End once more every guardian's link that a restore brought back; give how many."""
    ended = {entry["link"]: entry["by"] for entry in entries if entry["kind"] == journal.GUARDIAN_ENDED}
    back = [link for each in ended if (link := guardians.find(each)) and link.ended_at is None]
    for link in back:
        end_guardian(link, ended[link.id], now)
    return len(back)


@transaction.atomic
def forget(subjects: list[str], now: datetime) -> dict[str, int]:
    """Delete what is kept of these subjects' ages and guardians; a guardian who goes takes her yeses along."""
    for link in guardians.all_of(subjects):
        if link.holds:
            end_guardian(link, "guardian" if link.guardian in subjects else "child", now)
    return {"ages": ages.forget(subjects), "guardians": email_plus.forget(subjects)}


@dataclass(frozen=True, slots=True)
class Halves:
    """Where a person's own answers stand and where a guardian's do, by choice."""

    rev: int
    own: dict[str, ConsentStatus]
    guardians: dict[str, ConsentStatus]


def halves(subjects: Sequence[str], brand: str, now: datetime) -> Halves:
    """Take apart what stands for a person by who said it. `rev` is that of the first subject."""
    published = notices.current(brand)
    known = [queries.standing_of(subject, brand) or Standing() for subject in subjects] or [Standing()]
    standings = [standing or Standing() for standing in as_one_person(known)]

    def by(status: Callable[..., ConsentStatus]) -> dict[str, ConsentStatus]:
        return {
            choice: strictest([status(standing, choice, published, now) for standing in standings])
            for choice in published.choice_ids()
        }

    return Halves(known[0].rev, by(own_status), by(guardian_status))


def held(subjects: list[str]) -> dict[str, int]:
    """Count what is kept of these subjects' ages and guardians: nought after an erasure."""
    return {"ages": len(ages_of(subjects)), "guardians": len(guardians.all_of(subjects))}


def ages_of(subjects: list[str]) -> list[ages.Said]:
    """List what these subjects said of their age, for their export."""
    return [said for subject in subjects if (said := ages.age_of(subject))]


def links_of(subjects: list[str]) -> list[Link]:
    """List every link and asking these subjects take part in."""
    return guardians.all_of(subjects)
