"""Views for whoever reads the database with SQL: who permits what now. Plain SQL, without Django.

`permitted_people` has one row for each choice that a subject permits under the notice in force (`brand, choice,
subject, rev`), `permitted_names` one for each name such a subject is known by (`brand, choice, kind, name`, the
name as replicas have it). They fail closed: a standing that may have aged is left out until it was looked at
again, and right after a publication nobody is listed until it is known which answers still stand. A browser that
somebody is signed in on is not listed: what her account says holds for it too, and the account is listed itself.
"""

from sayso.deployment.database import Database

_NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    "postgresql": "to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
_VIEW = """
CREATE VIEW permitted_people AS
SELECT standing.brand AS brand, carried.choice AS choice, standing.subject AS subject, standing.rev AS rev
FROM consent_standing AS standing
JOIN consent_pattern AS pattern ON pattern.id = standing.pattern
JOIN consent_permit AS permit ON permit.pattern = pattern.id
JOIN consent_carried AS carried ON carried.brand = pattern.brand AND carried.version = pattern.version
 AND carried.choice = permit.choice
WHERE carried.current = (
  SELECT newest.version FROM notices_noticeversion AS newest WHERE newest.brand = standing.brand
  ORDER BY newest.ordinal DESC LIMIT 1)
AND standing.restricted = 0 AND standing.erasing = 0
AND (standing.valid_until = '' OR standing.valid_until > {now})
AND NOT EXISTS (
  SELECT 1 FROM identity_identifier AS known
  JOIN consent_block AS block ON block.kind = known.kind AND block.lookup = known.lookup
  WHERE known.subject_id = standing.subject AND {covered} > 0)
AND NOT EXISTS (
  SELECT 1 FROM identity_devicelink AS link
  WHERE link.device_id = standing.subject AND link.ended_at IS NULL AND link.until > {stamp})
"""
_STAMP = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')", "postgresql": "now()"}
_COVERED = {
    "sqlite": "instr(carried.stopped_by, ' ' || block.scope || ' ')",
    "postgresql": "strpos(carried.stopped_by, ' ' || block.scope || ' ')",
}


_NAMES = """
CREATE VIEW permitted_names AS
SELECT people.brand AS brand, people.choice AS choice, known.kind AS kind, substr(known.lookup, 1, 32) AS name
FROM permitted_people AS people JOIN identity_identifier AS known ON known.subject_id = people.subject
"""


def drop(db: Database) -> None:
    """Take the views away: SQLite alters no table that a view reads."""
    db.run("DROP VIEW IF EXISTS permitted_names")
    db.run("DROP VIEW IF EXISTS permitted_people")


def create(db: Database) -> None:
    """Make the views anew."""
    drop(db)
    of = db.dialect
    db.run(_VIEW.format(now=_NOW[of], covered=_COVERED[of], stamp=_STAMP[of]))
    db.run(_NAMES)
