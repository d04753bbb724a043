"""What a replica keeps of each name: the compiled decisions of whoever goes by it, read from the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import NamedTuple

from sayso.consent import reading
from sayso.core.opt_out import Scope
from sayso.core.table import Row, Table, sooner, ticks
from sayso.deployment.database import Database
from sayso.identity import naming
from sayso.identity.naming import Linked, Named
from sayso.identity.store import Lookup

Who = tuple[str, str | None]  # a subject and the account signed in on it


class Entry(NamedTuple):
    """A row as it is kept by name, times as `core.table.ticks`.

    `alone`: in company of another name only the whole rules can tell, so the database is asked. `awaited`: a
    device secret whose first showing must be noted, so the database is asked too.
    """

    codes: str
    signal_codes: str
    until: int
    ends: tuple[int, ...]
    alone: bool
    awaited: bool


def _entry(row: Row, link: Linked | None, *, alone: bool, awaited: bool) -> Entry:
    until = sooner(row.until, ticks(link.until) if link else 0)
    # Most people answer alike: interned, one text of codes stands for all of them and goes with the last.
    return Entry(intern(row.codes), intern(row.signal_codes), until, row.ends, alone or row.minor, awaited)


def of_nobody(table: Table, stopped: frozenset[Scope], now: datetime) -> Entry:
    """Give the entry of an identifier that is blocked and that nobody we know goes by."""
    return _entry(table.row((None,), now, stopped), None, alone=True, awaited=False)


def of_everybody(db: Database, table: Table, named: Sequence[Named], now: datetime) -> dict[str, Entry]:
    """Give the entry of each of these names. A device's is that of the account signed in on it too."""
    links = naming.links_of_each(db, {each.subject for each in named if _sees_links(each)}, now)
    people = {each.subject for each in named} | {link.account for link in links.values()}
    standings = reading.standings_of(db, people, table.published.notice.brand)
    lookups = naming.lookups_of_each(db, people)
    blocks = reading.blocks_on(db, {lookup for every in lookups.values() for lookup in every})
    rows: dict[Who, Row] = {}
    made = {}
    for each in named:
        link = links.get(each.subject) if _sees_links(each) else None
        who = (each.subject, link.account if link else None)
        stopped = _stopped(who, lookups, blocks) if blocks else frozenset[Scope]()
        if who not in rows:
            subjects = [subject for subject in who if subject]
            rows[who] = table.row([standings.get(subject) for subject in subjects], now, stopped)
        made[each.name] = _entry(rows[who], link, alone=bool(stopped), awaited=each.awaited)
    return made


def _sees_links(each: Named) -> bool:
    return each.kind == "device" and each.latest


def _stopped(
    who: Who, lookups: Mapping[str, Sequence[Lookup]], blocks: Mapping[Lookup, frozenset[Scope]]
) -> frozenset[Scope]:
    """Give what Blocks stop for somebody: those on any identifier of hers."""
    hers = (lookup for subject in who if subject for lookup in lookups.get(subject, ()))
    return frozenset(scope for lookup in hers for scope in blocks.get(lookup, ()))
