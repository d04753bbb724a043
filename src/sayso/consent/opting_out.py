"""Verbs of opting out: a browser's signal is heeded; an identifier is blocked, and lifted by who proved it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from sayso.consent import journal, ledger, models, signal
from sayso.core.consent import Answer
from sayso.core.errors import Unproved
from sayso.core.opt_out import Scope
from sayso.core.values import new_id, utc_text
from sayso.core.vocabulary import Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.identity.proofing import limits
from sayso.notices import queries as notices
from sayso.outbox import services as outbox
from sayso.outbox import store as numbers

LIMIT = "opt_out_address"


@transaction.atomic
def heed_signal(subjects: list[str], brand: str, now: datetime, source: str = "") -> int:
    """Take down that Global Privacy Control was seen from these subjects; give for how many it was news.

    `source` is the subject whose browser sent it, the first of `subjects` when left out.
    """
    db = DjangoDatabase()
    unrecorded = signal.unrecorded(db, subjects, brand, source)
    return len(ledger.record(db, unrecorded, now)) if unrecorded else 0


def carry_signal(device: str, account: str, brand: str, now: datetime) -> None:
    """Let a signal that a device once sent hold for the account signed in on it (11 CCR 7025(c)(1))."""
    standing = ledger.standing_of(DjangoDatabase(), device, brand)
    if standing and standing.gpc:
        heed_signal([account], brand, now, source=device)


@transaction.atomic
def block(kind: str, value: str, scopes: Collection[Scope], source: str, now: datetime) -> None:
    """Stop these scopes for whoever has an identifier (`email` or `customer`), for every brand.

    Nobody is looked up: the work is the same whether we know the identifier or not, and the worker sees to
    the rest. A limit never refuses; past it, what is said again is only not told again.
    """
    lookup, at, wanted = keys.lookup(kind, value), utc_text(now), sorted(set(scopes))
    known = models.Block.objects.filter(kind=kind, lookup=lookup, scope__in=wanted).count()
    rows = [models.Block(kind=kind, lookup=lookup, scope=scope, since=at, source=source) for scope in wanted]
    models.Block.objects.bulk_create(rows, ignore_conflicts=True)
    if limits.take(LIMIT, lookup, now) or known < len(wanted):
        outbox.post("consent.blocked", {"kind": kind, "lookup": lookup, "scopes": wanted}, now)
    db = DjangoDatabase()
    journal.append(db, [journal.blocked(kind, lookup, wanted, source, numbers.last(db), now)])


@transaction.atomic
def lift_block(account: str, scope: Scope, brand: str, locale: str, now: datetime) -> bool:
    """Lift what was stopped for the identifiers of an account; tell whether there was anything.

    It permits nothing: her own answers hold again as they stand. Raises `Unproved` with code `not_proved`
    for an account of which nothing was ever proved.
    """
    if not any(identifier.proved for identifier in identity.identifiers_of(account)):
        raise Unproved(
            "not_proved", "Nobody has shown that this account is theirs.", "Sign in by a code first."
        )
    lifted = 0
    for kind, lookup in identity.lookups_of(account):
        lifted += models.Block.objects.filter(kind=kind, lookup=lookup, scope=scope).delete()[0]
    if lifted:
        _record_lifting(account, brand, locale, now)
        outbox.post("consent.lifted", {"subject": account, "scopes": [str(scope)]}, now)
    return lifted > 0


def _record_lifting(account: str, brand: str, locale: str, now: datetime) -> None:
    version = notices.current(brand).notice.version
    answer = Answer(
        event=new_id(),
        version=version,
        answers={},
        locale=locale,
        text_hash="",
        layout="",
        surface="centre",
        act="lift",
        voucher=Voucher.ACCOUNT,
    )
    item = ledger.Submission(brand, answer, ledger.body_hash_of(answer.event.encode()), subject=account)
    ledger.record(DjangoDatabase(), [item], now)
