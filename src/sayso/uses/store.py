"""Add up what was counted, in plain SQL: every edge and web process writes increments to the same rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sayso.core.values import utc_text
from sayso.deployment.database import Database
from sayso.identity import named

Said = tuple[tuple[str, bool], ...]  # choice, and whether it was permitted


# What is counted: one call for a brand with a server key (its hash), about whoever these names mean
# (`identity.named.names_of`), and what it was told. A plain tuple: one is made for every answer.
Asked = tuple[str, str, tuple[str, ...], Said]
Row = tuple[str, str, str, str, bool]  # subject, brand, choice, system, permitted
Missed = Mapping[tuple[str, str], int]  # brand, hash of the key → uses that were not counted


def add(db: Database, counts: Mapping[Asked, int], missed: Missed, now: datetime) -> None:
    """Add these counts to today's, in the caller's transaction. What nobody known was asked about is left out."""
    labels = named.labels_of_keys(db, {key for _, key, *_ in counts} | {key for _, key in missed})
    rows = _rows(db, counts, labels, now)
    there = named.still_there(db, {row[0] for row in rows})
    _add_uses(db, {row: times for row, times in rows.items() if row[0] in there}, now)
    _add_lost(db, missed, labels, now)


def _rows(
    db: Database, counts: Mapping[Asked, int], labels: Mapping[str, str], now: datetime
) -> Counter[Row]:
    known = named.subjects_named(db, {name for _, _, names, _ in counts for name in names}, now)
    rows: Counter[Row] = Counter()
    for (brand, key, names, said), times in counts.items():
        for subject in _whose(names, known):
            for choice, permitted in said:
                rows[subject, brand, choice, labels.get(key, ""), permitted] += times
    return rows


def _whose(names: Iterable[str], known: Mapping[str, named.Named]) -> set[str]:
    """Say on whom a use is counted: on every account it was about, on a device only where no account was."""
    meant = [known[name] for name in names if name in known]
    accounts = {one.account for one in meant if one.account}
    return accounts or {one.subject for one in meant}


_ADD_USES = (
    "INSERT INTO uses_use (subject, brand, choice, system, permitted, day, times, first_at, last_at)"
    " VALUES {rows} ON CONFLICT (subject, brand, choice, system, day, permitted) DO UPDATE SET"
    " times = uses_use.times + excluded.times,"
    " first_at = CASE WHEN excluded.first_at < uses_use.first_at THEN excluded.first_at ELSE uses_use.first_at END,"
    " last_at = CASE WHEN excluded.last_at > uses_use.last_at THEN excluded.last_at ELSE uses_use.last_at END"
)
_ADD_LOST = (
    "INSERT INTO uses_lost (brand, system, day, times) VALUES {rows}"
    " ON CONFLICT (brand, system, day) DO UPDATE SET times = uses_lost.times + excluded.times"
)


def _many(db: Database, sql: str, rows: list[list[object]]) -> None:
    if rows:
        marks = f"({', '.join(['%s'] * len(rows[0]))})"
        db.run(sql.format(rows=", ".join([marks] * len(rows))), [value for row in rows for value in row])


def _add_uses(db: Database, rows: Mapping[Row, int], now: datetime) -> None:
    day, at = now.date().isoformat(), utc_text(now)
    # Every writer in the same order: two edges that add to the same people wait for each other, never in a ring.
    _many(db, _ADD_USES, [[*row, day, rows[row], at, at] for row in sorted(rows)])


def _add_lost(db: Database, missed: Missed, labels: Mapping[str, str], now: datetime) -> None:
    summed: Counter[tuple[str, str]] = Counter()
    for (brand, key), times in missed.items():
        summed[brand, labels.get(key, "")] += times
    day = now.date().isoformat()
    _many(db, _ADD_LOST, [[brand, system, day, summed[brand, system]] for brand, system in sorted(summed)])
