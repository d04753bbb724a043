"""Read published notices in plain SQL: edge and web share this. Versions never change, so they are kept."""

import json
from collections.abc import Iterable, Iterator

from sayso.core.consent import Published
from sayso.core.editions import Editions
from sayso.core.errors import Conflict, NotFound
from sayso.core.lineage import Earlier, earlier_generations
from sayso.core.notice_reading import read_notice
from sayso.deployment.database import Database, Row

PUBLISHED = "published"  # what the journal outside the database calls a notice that was published
_NEWEST = "SELECT ordinal, version FROM notices_noticeversion WHERE brand = %s ORDER BY ordinal DESC LIMIT 1"
_ALL = "SELECT document, generations FROM notices_noticeversion WHERE brand = %s ORDER BY ordinal"
_kept: dict[
    str, Editions
] = {}  # by brand: reading a notice again for every answer would cost most of its time


def forget() -> None:
    """Keep nothing that was read: for whoever exchanges the database under a running process."""
    _kept.clear()


def editions(db: Database, brand: str) -> Editions:
    """Give every version a brand published; none before the first."""
    newest = db.run(_NEWEST, [brand])
    kept = _kept.get(brand)
    if not newest:
        return Editions(())
    ordinal, version = newest[0]
    if kept is None or len(kept.versions) != ordinal or kept.version(ordinal) != version:
        rows = db.run(_ALL, [brand])
        kept = Editions(tuple(_read(rows)))
        _kept[brand] = kept
    return kept


def _read(rows: Iterable[Row]) -> Iterator[Published]:
    earlier: Earlier = {}
    for document, told in rows:
        generations = json.loads(told)
        yield Published(read_notice(json.loads(document)), generations, earlier)
        earlier = earlier_generations(earlier, generations)


def brand_of_site(db: Database, site: str) -> str:
    """Give the brand a site belongs to.

    Raises `NotFound` with code `unknown_site`.
    """
    # What came with an address may hold anything; PostgreSQL takes no NUL, not even to look for one.
    rows = db.run("SELECT brand FROM notices_site WHERE id = %s", [site]) if "\0" not in site else []
    if not rows:
        raise NotFound(
            "unknown_site", "There is no such site.", "Check the site's name in the brand's settings."
        )
    return str(rows[0][0])


def brands(db: Database) -> list[str]:
    """List the brands that published a notice."""
    rows = db.run("SELECT DISTINCT brand FROM notices_noticeversion ORDER BY brand")
    return [str(row[0]) for row in rows]


def current(db: Database, brand: str) -> Published:
    """Give the notice a brand published last.

    Raises `NotFound` with code `no_notice` before the first.
    """
    versions = editions(db, brand).versions
    if not versions:
        raise NotFound("no_notice", "This brand has not published a notice.", "Run `sayso apply` first.")
    return versions[-1]


def version(db: Database, brand: str, name: str) -> Published:
    """Give one published version of a brand's notice.

    Raises `Conflict` with code `unknown_version`.
    """
    published = editions(db, brand).find(name)
    if published is None:
        raise Conflict(
            "unknown_version", "That notice was never published.", "Show the current notice and ask again."
        )
    return published
