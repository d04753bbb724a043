"""Find or make, by the hundred, the people an older system names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from sayso.core.values import new_id
from sayso.core.vocabulary import Voucher
from sayso.deployment import bulk
from sayso.deployment.database import Row
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.outbox import store as outbox

Named = tuple[str, str]  # kind and keyed hash


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a row means. `also` are other accounts its identifiers belong to: a no is theirs too, a yes is not.

    No subject: this person was erased and is not recorded again.
    """

    subject: str | None
    also: tuple[str, ...] = ()


def _found(names: set[Named], columns: str, table: str) -> list[Row]:
    found, values = bulk.among_rows(DjangoDatabase(), {"kind": "varchar", "lookup": "varchar"}, list(names))
    return DjangoDatabase().run(f"SELECT {columns} FROM {table} WHERE {found}", values)  # noqa: S608 our own


def _accounts(names: set[Named]) -> dict[Named, str]:
    """Give the accounts known by these names."""
    rows = _found(names, "kind, lookup, subject_id", "identity_identifier")
    return {(str(kind), str(lookup)): str(subject) for kind, lookup, subject in rows}


def _erased(names: set[Named]) -> set[Named]:
    rows = _found(names, "kind, lookup", "identity_suppression")
    return {(str(kind), str(lookup)) for kind, lookup in rows}


def _device(secret: str, now: datetime) -> str:
    """Give the subject of a device, made if it never answered. Under the ledger's lock."""
    db, secret_hash = DjangoDatabase(), store.read_device_secret(secret)
    known = store.subject_of_device(db, secret_hash)
    if known is None:
        known = new_id()
        keys.make_keys([known])
        store.add_device(db, secret_hash, known, now)
        store.tell(db, [known])
    return known


class _Newcomers:
    """Accounts to be made for those nobody knew, written together at the end."""

    def __init__(self, known: dict[Named, str], now: datetime) -> None:
        self.known, self._now = known, now
        self._subjects: list[str] = []
        self._names: list[tuple[str, Named, str]] = []

    def account(self) -> str:
        """Make an account that has no name yet."""
        self._subjects.append(new_id())
        return self._subjects[-1]

    def name(self, subject: str, name: Named, value: str) -> None:
        """Let an account be known by one more name, unless somebody is known by it."""
        if name not in self.known:
            self.known[name] = subject
            self._names.append((subject, name, value))

    @property
    def some(self) -> bool:
        """Tell whether anybody or any name is new."""
        return bool(self._subjects or self._names)

    def write(self) -> None:
        """Write all of them, with their keys first: nothing is sealed under a key that is not there."""
        db = DjangoDatabase()
        if self._subjects:
            keys.make_keys(self._subjects)
            store.add_accounts(db, self._subjects, self._now)
        values = [(subject, keys.normal(name[0], value).encode()) for subject, name, value in self._names]
        sealed = keys.seal_all(values) if values else []
        named = [
            (subject, kind, lookup, box)
            for (subject, (kind, lookup), _), box in zip(self._names, sealed, strict=True)
        ]
        store.add_identifiers(db, named, Voucher.IMPORT, self._now)
        if self._names:
            store.tell(db, sorted({subject for subject, _, _ in self._names}))


def _account(named: Mapping[str, str], names: Mapping[str, Named], new: _Newcomers) -> Person:
    """Say which account a row means: the customer number's, else the address's, else a new one.

    An address that another account holds stays where it is, as when a shop's server links a customer: nobody
    takes over an account by writing its address into a file. An account that was known gets no further address.
    """
    known = [new.known.get(names[kind]) for kind in store.NAMED_BY if kind in named]
    subject = known[0] or new.account()
    for kind, value in named.items():
        if known[0] is None or kind == "customer":
            new.name(subject, names[kind], value)
    return Person(subject, tuple({each for each in known if each and each != subject}))


@transaction.atomic
def find_or_make(rows: Sequence[Mapping[str, str]], now: datetime) -> list[Person]:
    """Give the person of each row, by `customer`, `email` and `device`, making an account where nobody knows her.

    Raises `Unproved` (`device_malformed`), and `IntegrityError` when somebody was erased or added meanwhile.
    """
    named = [{kind: row[kind] for kind in store.NAMED_BY if row.get(kind)} for row in rows]
    hashed = [{kind: (kind, keys.lookup(kind, value)) for kind, value in row.items()} for row in named]
    every = {name for names in hashed for name in names.values()}
    erased, new = _erased(every), _Newcomers(_accounts(every), now)
    if any(row.get("device") for row in rows):
        # INVARIANT: the ledger's lock first and devices under it, as an edge does; else each waits for the other.
        outbox.take(DjangoDatabase(), 0)
    people = []
    for row, names_of, names in zip(rows, named, hashed, strict=True):
        if erased & set(names.values()):
            people.append(Person(None))
            continue
        person = _account(names_of, names, new) if names else None
        device = _device(row["device"], now) if row.get("device") else None
        if person is None:
            people.append(Person(device))
        else:
            people.append(Person(person.subject, (*person.also, *([device] if device else []))))
    new.write()
    # INVARIANT: writing took the ledger's lock, as a deletion does first: who was erased before is seen here.
    if new.some and _erased(every) != erased:
        raise IntegrityError("Somebody was erased meanwhile; whoever asked looks again.")
    return people
