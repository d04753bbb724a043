"""Read published notices in plain SQL: edge and web share this. Versions never change, so they are kept."""

import json
from functools import lru_cache

from sayso.core.consent import Published
from sayso.core.errors import Conflict, NotFound
from sayso.core.notice_reading import read_notice
from sayso.deployment.database import Database


@lru_cache(maxsize=256)
def _compiled(version: str, document: str, generations: str) -> Published:
    return Published(read_notice(json.loads(document)), json.loads(generations))


def brand_of_site(db: Database, site: str) -> str:
    """Give the brand a site belongs to.

    Raises `NotFound` with code `unknown_site`.
    """
    rows = db.run("SELECT brand FROM notices_site WHERE id = %s", [site])
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
    rows = db.run(
        "SELECT version, document, generations FROM notices_noticeversion"
        " WHERE brand = %s ORDER BY ordinal DESC LIMIT 1",
        [brand],
    )
    if not rows:
        raise NotFound("no_notice", "This brand has not published a notice.", "Run `sayso apply` first.")
    return _compiled(*rows[0])


def version(db: Database, brand: str, name: str) -> Published:
    """Give one published version of a brand's notice.

    Raises `Conflict` with code `unknown_version`.
    """
    rows = db.run(
        "SELECT version, document, generations FROM notices_noticeversion WHERE version = %s AND brand = %s",
        [name, brand],
    )
    if not rows:
        raise Conflict(
            "unknown_version", "That notice was never published.", "Show the current notice and ask again."
        )
    return _compiled(*rows[0])
