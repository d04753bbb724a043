"""Keep what reports and searches read in step with the notice in force, at a bounded speed.

Nobody waits for this: what is permitted is judged from each standing as it is read, whatever version it was
written under. Only the view `permitted_people` and searches by pattern look at what is tidied here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sayso.consent import standings
from sayso.core.consent import Published
from sayso.core.editions import Editions, carried
from sayso.core.opt_out import scopes_covering
from sayso.core.values import read_utc, utc_text
from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import Database, Row
from sayso.notices import store as notices
from sayso.outbox import store as outbox

CARRIED = Table(
    "consent_carried",
    {
        "brand": "varchar",
        "version": "varchar",
        "current": "varchar",
        "choice": "varchar",
        "stopped_by": "varchar",
    },
)
LOOKED_AT = 1000  # standings of one step
REWRITTEN = 50  # of them in one transaction: while it lasts, answers wait
AGAIN = timedelta(hours=6)  # after which a walk that came to the end begins anew, for what ended by age

_PAGE = """SELECT standing.subject, pattern.version, standing.valid_until FROM consent_standing AS standing
 LEFT JOIN consent_pattern AS pattern ON pattern.id = standing.pattern
 WHERE standing.brand = %s AND standing.subject > %s ORDER BY standing.subject LIMIT %s"""


def tidy(db: Database, now: datetime) -> int:
    """Take one step for every brand and give how many standings were written anew."""
    return sum(_tidy_brand(db, notices.editions(db, brand), now) for brand in notices.brands(db))


def _tidy_brand(db: Database, editions: Editions, now: datetime) -> int:
    current = editions.versions[-1]
    _tell_what_is_carried(db, editions.versions, current)
    brand, version = current.notice.brand, current.notice.version
    after = _place(db, brand, version, now)
    if after is None:
        return 0
    page = db.run(_PAGE, [brand, after, LOOKED_AT])
    stale = [subject for subject, under, until in page if under != version or "" < until <= utc_text(now)]
    for start in range(0, len(stale), REWRITTEN):
        _rewrite(db, editions, stale[start : start + REWRITTEN], now)
    _keep_place(db, brand, page[-1][0] if len(page) == LOOKED_AT else "", now)
    return len(stale)


def _tell_what_is_carried(db: Database, versions: Sequence[Published], current: Published) -> None:
    """Write which choices of every version hold under the one in force, unless that is written."""
    brand, version = current.notice.brand, current.notice.version
    if db.run("SELECT 1 FROM consent_carried WHERE brand = %s AND current = %s LIMIT 1", [brand, version]):
        return
    with db.transaction():
        bulk.insert(db, CARRIED, _what_is_carried(versions, current), skipping=True)
        db.run("DELETE FROM consent_carried WHERE brand = %s AND current <> %s", [brand, version])


def _what_is_carried(versions: Sequence[Published], current: Published) -> list[Row]:
    brand, version = current.notice.brand, current.notice.version
    return [
        (brand, each.notice.version, version, choice, _stopped_by(current, choice))
        for each in versions
        for choice in carried(each, current)
    ]


def is_carried_true(db: Database, editions: Editions) -> bool:
    """Tell whether reports read of earlier versions what the notice in force lets stand.

    Nothing written yet is true: then nobody is listed.
    """
    current = editions.versions[-1]
    found = db.run(
        f"SELECT {CARRIED.named} FROM consent_carried WHERE brand = %s AND current = %s",  # noqa: S608 our own columns
        [current.notice.brand, current.notice.version],
    )
    return not found or sorted(found) == sorted(_what_is_carried(editions.versions, current))


def mend_what_is_carried(db: Database, editions: Editions) -> None:
    """Write anew which choices of every version hold under the one in force."""
    current = editions.versions[-1]
    with db.transaction():
        db.run("DELETE FROM consent_carried WHERE brand = %s", [current.notice.brand])
        _tell_what_is_carried(db, editions.versions, current)


def _stopped_by(published: Published, choice: str) -> str:
    found = published.notice.find(choice)
    scopes = sorted(scopes_covering(published.notice, *found)) if found else []
    return f" {' '.join(scopes)} " if scopes else ""


def _place(db: Database, brand: str, version: str, now: datetime) -> str | None:
    """Give the subject after which the walk goes on, or None while it rests."""
    rows = db.run("SELECT current, subject, ended_at FROM consent_walk WHERE brand = %s", [brand])
    if not rows:
        db.run(
            "INSERT INTO consent_walk (brand, current, subject, ended_at) VALUES (%s, %s, '', '')",
            [brand, version],
        )
        return ""
    current, subject, ended_at = rows[0]
    if current == version and not ended_at:
        return str(subject)
    if current == version and now - read_utc(ended_at) < AGAIN:
        return None
    db.run(
        "UPDATE consent_walk SET current = %s, subject = '', ended_at = '' WHERE brand = %s", [version, brand]
    )
    return ""


def _keep_place(db: Database, brand: str, subject: str, now: datetime) -> None:
    ended_at = "" if subject else utc_text(now)
    db.run("UPDATE consent_walk SET subject = %s, ended_at = %s WHERE brand = %s", [subject, ended_at, brand])


def _rewrite(db: Database, editions: Editions, subjects: Sequence[str], now: datetime) -> None:
    current = editions.versions[-1]
    with db.transaction():
        outbox.take(db, 0)  # the lock under which standings are written
        found = standings.of(db, current.notice.brand, subjects)
        known = {
            subject: (standing.rev, standings.write_down(standing, current, editions, now))
            for subject, standing in found.items()
        }
        standings.write(db, current.notice.brand, {}, known)
