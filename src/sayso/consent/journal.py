"""What the ledger writes into the journal outside the database before anybody is told that it is done.

A restore brings back an older database. What this holds is what must not be undone by that: noes, what she put
off (it ends what an older system kept), Blocks, what is held back from a minor, guardians who answer no more, and
deletions. Permissions are not among it: the default is no. Beside these stand the log's own leaves and checkpoints,
so that the log of a restored database continues what was signed.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, Protocol

from sayso.consent.log.reading import Signed
from sayso.core.values import utc_text
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment import journal
from sayso.deployment.database import Database
from sayso.deployment.journal import Entry
from sayso.identity import journal as identity
from sayso.identity.journal import Said
from sayso.outbox import store as outbox

NARROWED, MARKED, BLOCKED, LOGGED, EPOCH = "narrowed", "marked", "blocked", "logged", "epoch"
GUARDIAN_ENDED = "guardian_ended"
DELETING, KEPT, ERASED, SUPPRESSED = "deleting", "kept", "erased", "suppressed"
_LEAF = 40  # bytes of one entry of the log: its number and its leaf hash


class Event(Protocol):
    """A recorded answer, as far as the journal goes: what `ledger.Recorded` is."""

    @property
    def seq(self) -> int:
        """Give its number in the ledger."""

    @property
    def subject(self) -> str:
        """Give whose it is."""

    @property
    def brand(self) -> str:
        """Give to which brand it was given."""

    @property
    def version(self) -> str:
        """Give the notice it answers."""

    @property
    def event(self) -> str:
        """Give the number its sender gave it."""

    @property
    def body_hash(self) -> str:
        """Give the hash of what was sent."""

    @property
    def answers(self) -> dict[str, str]:
        """Give what was said, by choice."""

    @property
    def recorded_at(self) -> str:
        """Give when it was recorded."""

    @property
    def evidence(self) -> dict[str, Any]:
        """Give what stands sealed in it."""


def append(db: Database, entries: Sequence[Entry]) -> None:
    """Have these on disk, outside the database, before whoever waits is told. Called once per batch.

    They are written when what they tell of is committed, and the reply waits for them: `Unavailable` with
    code `journal_unwritable` when the disk does not take them.
    """
    if entries:
        db.after_commit(partial(journal.append, entries))


def noes_of(recorded: Event) -> list[str]:
    """List the choices that an answer refused, also those it came too late for: a restore may find it in time."""
    return [choice for choice, said in recorded.answers.items() if said == ConsentStatus.REFUSED]


def put_off_in(recorded: Event) -> list[str]:
    """List the choices that an answer left open: no older yes permits them any more."""
    return [choice for choice, said in recorded.answers.items() if said == ConsentStatus.DEFERRED]


def narrowings(db: Database, recorded: Sequence[Event], devices: Sequence[str | None] = ()) -> list[Entry]:
    """Make the entries of those answers that narrowed something or put it off; the signal of a browser does too.

    `devices` are, beside the answers, the hashes of the secrets they came with; of whoever came without one
    it is looked up what she is found by. An answer that was recorded before is among them: who sends it
    again may never have been told.
    """
    told = [
        (event, device)
        for event, device in zip_longest(recorded, devices)
        if noes_of(event) or put_off_in(event) or event.evidence.get("gpc")
    ]
    names = identity.names_of(db, sorted({event.subject for event, device in told if device is None}))
    return identity.sealed(
        [
            _narrowed(event, {"devices": [device]} if device else names[event.subject])
            for event, device in told
        ]
    )


def _older(imported: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"older": {name: imported[name] for name in ("system", "at")}} if imported else {}


def _narrowed(event: Event, names: identity.Names) -> Said:
    body = {
        "brand": event.brand,
        "version": event.version,
        "event": event.event,
        "body_hash": event.body_hash,
        "noes": noes_of(event),
        "put_off": put_off_in(event),
        **_older(event.evidence.get("imported")),
        "gpc": bool(event.evidence.get("gpc")),
        "voucher": event.evidence["voucher"],
        "guardian": event.evidence.get("guardian", ""),
        "at": event.recorded_at,
        "names": names,
    }
    return Said(NARROWED, event.seq, event.subject, body)


def marked(subject: str, brand: str, seq: int, flags: Mapping[str, Any]) -> list[Entry]:
    """Make the entry of what holds a person's data back whatever she answers: her age."""
    return identity.sealed([Said(MARKED, seq, subject, {"brand": brand, "flags": dict(flags)})])


def blocked(kind: str, lookup: str, scopes: Collection[str], source: str, seq: int, now: datetime) -> Entry:
    """Make the entry of a Block: a keyed hash and nothing more, as in its table."""
    return {
        "kind": BLOCKED,
        "seq": seq,
        "of": kind,
        "lookup": lookup,
        "scopes": sorted(scopes),
        "source": source,
        "at": utc_text(now),
    }


def guardian_ended(db: Database, link: str, by: str) -> Entry:
    """Make the entry of a guardian's link that ended, by whom: a random number that says nothing of anybody."""
    return {"kind": GUARDIAN_ENDED, "seq": outbox.last(db), "link": link, "by": by}


def deleting(
    db: Database, account: str, subjects: Sequence[str], locale: str, received_at: datetime
) -> list[Entry]:
    """Make the entry of a deletion that was asked for and confirmed."""
    names = identity.names_of(db, subjects)
    body = {"names": names, "locale": locale, "received_at": utc_text(received_at)}
    return identity.sealed([Said(DELETING, outbox.last(db), account, body)])


def kept(db: Database, account: str) -> Entry:
    """Make the entry of a deletion that was taken back or declined."""
    return {"kind": KEPT, "seq": outbox.last(db), "subject": account}


def erased(db: Database, subjects: Iterable[str]) -> list[Entry]:
    """Make the entries of people who are forgotten: random numbers that now mean nothing to anybody."""
    seq = outbox.last(db)
    return [{"kind": ERASED, "seq": seq, "subject": subject} for subject in subjects]


def suppressed(db: Database, lookups: Iterable[tuple[str, str]], now: datetime) -> list[Entry]:
    """Make the entries of identifiers that must not be imported again: keyed hashes and nothing more."""
    seq, at = outbox.last(db), utc_text(now)
    return [
        {"kind": SUPPRESSED, "seq": seq, "of": kind, "lookup": lookup, "at": at} for kind, lookup in lookups
    ]


def ahead(entries: Sequence[Entry]) -> None:
    """Have these on disk now, before the transaction they belong to is committed.

    For what is told to somebody by a letter that is part of the same transaction. If that is then rolled
    back it is done again, and said again.
    """
    journal.append(entries)


def opened_epoch(db: Database, epoch: str, now: datetime) -> Entry:
    """Make the entry of a ledger epoch that begins after a restore."""
    return {"kind": EPOCH, "seq": outbox.last(db), "epoch": epoch, "at": utc_text(now)}


def logged(position: int, leaves: Sequence[tuple[int, str]], signed: Signed) -> Entry:
    """Make the entry of what the log keeper placed from `position` on, and of the checkpoint it signs."""
    raw = b"".join(seq.to_bytes(8, "big") + bytes.fromhex(leaf) for seq, leaf in leaves)
    return {
        "kind": LOGGED,
        "seq": leaves[-1][0],
        "position": position,
        "leaves": b64encode(raw).decode(),
        "root": signed.root.hex(),
        "note": signed.note,
        "at": signed.signed_at,
    }


def leaves_in(entry: Entry) -> Iterator[tuple[int, int, str]]:
    """Give the leaves of such an entry: position, number and leaf hash."""
    raw = b64decode(entry["leaves"])
    for index, start in enumerate(range(0, len(raw), _LEAF)):
        one = raw[start : start + _LEAF]
        yield entry["position"] + index, int.from_bytes(one[:8], "big"), one[8:].hex()
