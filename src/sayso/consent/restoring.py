"""A database that was put back to an earlier time: how it is noticed, and how its ledger and log are mended.

The journal outside the database names the highest number the ledger had given. A database that has not come
that far, or lacks the row of that number, was restored. No Django here: edge and worker ask this at their start.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.consent import journal, ledger
from sayso.consent.ledger import Submission
from sayso.consent.log import history, keeper, reading, tombstones
from sayso.core.age import Band, youngest
from sayso.core.checkpoint import read_note
from sayso.core.consent import Answer, Standing
from sayso.core.errors import Conflict
from sayso.core.leaf import Tombstone
from sayso.core.merkle import root as root_of
from sayso.core.older_answer import Provenance
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment import journal as outside
from sayso.deployment.database import Database
from sayso.deployment.journal import Entry
from sayso.identity import journal as identity
from sayso.identity.journal import Said
from sayso.notices import store as notices
from sayso.outbox import store as outbox

ACT = "restored"
GAP = 1_000_000  # numbers left out: some were given after the journal's last line, and receipts name them
RECENT = 5000  # answers that a crash may have left out of the journal
BATCH = 200  # answers recorded together
COVERED = 1000  # entries under one tombstone
_ROWS = ("consent_event", "consent_evidence", "consent_tombstone", "consent_keynews")  # of the log's entries


@dataclass(frozen=True, slots=True)
class Behind:
    """What a restored database lacks: the number it has come to, and the one the journal knows of."""

    has: int
    known: int


def _has_row(db: Database, seq: int) -> bool:
    return any(db.run(f"SELECT 1 FROM {table} WHERE seq = %s", [seq]) for table in (*_ROWS, "consent_leaf"))  # noqa: S608


def _has_block(db: Database, entry: Entry) -> bool:
    found = "SELECT 1 FROM consent_block WHERE kind = %s AND lookup = %s"
    news = "SELECT 1 FROM outbox_news WHERE seq = %s AND topic = 'consent.blocked'"
    return bool(db.run(found, [entry["of"], entry["lookup"]]) or db.run(news, [entry["seq"]]))


def _has_version(db: Database, entry: Entry) -> bool:
    return notices.editions(db, entry["brand"]).find(entry["version"]) is not None


def _holds(db: Database, entry: Entry) -> bool:
    """Tell whether what an entry is about is in the database: a command run since may have taken its number."""
    if entry["kind"] in (journal.NARROWED, journal.LOGGED):
        return _has_row(db, entry["seq"])
    if entry["kind"] == notices.PUBLISHED:
        return _has_version(db, entry)
    if entry["kind"] == identity.REVOKED:
        return identity.is_shut(db, entry)
    if entry["kind"] == journal.GUARDIAN_ENDED:
        return not identity.still_guards(db, entry["link"])
    return entry["kind"] != journal.BLOCKED or _has_block(db, entry)


def behind(db: Database) -> Behind | None:
    """Say what a database lacks that the journal knows of; None when it lacks nothing.

    Raises `Conflict` with code `journal_damaged`.
    """
    newest = _newest()
    if not newest:
        return None
    has, known = outbox.last(db), max(int(entry["seq"]) for entry in newest)
    return None if has >= known and all(_holds(db, entry) for entry in newest) else Behind(has, known)


def _newest() -> list[Entry]:
    """Give the newest entry of the journal, and that of commands: one run on a restored database hides no other."""
    told = sorted(outside.newest(), key=lambda entry: int(entry["seq"]))
    by_command = [entry["kind"] in (notices.PUBLISHED, history.KEY_LOST, identity.REVOKED) for entry in told]
    return list(dict(zip(by_command, told, strict=True)).values())


def need_replayed(db: Database) -> None:
    """Make sure that nothing starts on a restored database before the journal was replayed.

    Raises `Conflict` with code `restored`.
    """
    found = behind(db)
    if found is not None:
        told = (
            f"This database was restored: it has come to {found.has}, and the journal knows of {found.known}. "
            "Withdrawals and deletions made since would be undone."
        )
        raise Conflict("restored", told, "Run `sayso ledger replay`, then start again.")


def _missing_leaves(db: Database, entries: Sequence[Entry]) -> Iterator[tuple[Entry, list[tuple[int, str]]]]:
    """Give what each checkpoint in the journal placed that the log lacks, in the log's order."""
    size = keeper.end(db)[0]
    placed = sorted((one for one in entries if one["kind"] == journal.LOGGED), key=_place)
    for entry in placed:
        lacking = [(seq, leaf) for at, seq, leaf in journal.leaves_in(entry) if at >= size]
        if lacking:
            size += len(lacking)
            yield entry, lacking


def _place(entry: Entry) -> tuple[int, int]:
    return int(entry["position"]), int(entry["seq"])


def mend_log(db: Database, entries: Sequence[Entry], now: datetime) -> int:
    """Put the log back to its last signed checkpoint, and declare the entries whose rows are gone.

    The leaves are the journal's, so that every checkpoint anybody ever saw is continued; a tombstone of its
    own kind says which answers were lost. Gives how many. Raises `Conflict` with code `log_broken` where the
    journal and the log do not agree.
    """
    restored: list[tuple[int, str]] = []
    for entry, leaves in _missing_leaves(db, entries):
        size = keeper.end(db)[0]
        keeper.place(db, size, leaves)
        _restore_checkpoint(db, entry, size + len(leaves))
        restored += leaves
    # INVARIANT: declared is only what this very restore lost; what was removed before it stays a finding.
    outbox.jump(db, _beyond(db, entries))
    history.declare_again(db, entries, now)
    return _declare_lost(db, restored, now)


def _beyond(db: Database, entries: Sequence[Entry]) -> int:
    known = max((int(entry["seq"]) for entry in entries), default=0)
    return known + GAP if known > outbox.last(db) else outbox.last(db)


def _rowless(db: Database, leaves: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    marks, numbers = ", ".join(["%s"] * len(leaves)), [seq for seq, _ in leaves]
    found: set[int] = set()
    for table in _ROWS:
        rows = db.run(f"SELECT seq FROM {table} WHERE seq IN ({marks})", numbers)  # noqa: S608 our own
        found |= {int(row[0]) for row in rows}
    return [(seq, leaf) for seq, leaf in leaves if seq not in found]


def _declare_lost(db: Database, leaves: Sequence[tuple[int, str]], now: datetime) -> int:
    lost = 0
    for start in range(0, len(leaves), COVERED):
        if covers := _rowless(db, leaves[start : start + COVERED]):
            tombstones.lay(db, Tombstone.LOST, covers, None, now)
            lost += len(covers)
    return lost


def _restore_checkpoint(db: Database, entry: Entry, size: int) -> None:
    root = root_of(size, reading.nodes_of(db))
    if root.hex() != entry["root"]:
        raise Conflict(
            "log_broken",
            "The journal's leaves do not make the root that was signed.",
            "Keep both; ask for help.",
        )
    point = read_note(entry["note"]).checkpoint
    db.run(
        "INSERT INTO consent_checkpoint (size, root, origin, note, first, signed_at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (size) DO NOTHING",
        [size, root.hex(), point.origin, entry["note"], entry["note"], entry["at"]],
    )


def erased_in(entries: Sequence[Entry]) -> list[str]:
    """List everybody who was forgotten."""
    return list(dict.fromkeys(entry["subject"] for entry in entries if entry["kind"] == journal.ERASED))


def lost_notices(db: Database, entries: Sequence[Entry]) -> list[Entry]:
    """List the notices that were published since the backup, in order."""
    lost: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry["kind"] != notices.PUBLISHED:
            continue
        if _has_version(db, entry):
            lost[entry["brand"]] = []  # what came before it is in force no more, whether it is there or not
        else:
            lost.setdefault(entry["brand"], []).append(entry)
    return [entry for each in lost.values() for entry in each]


def need_versions(db: Database, said: Sequence[Said]) -> None:
    """Make sure that the database has every notice that was answered.

    Raises `Conflict` with code `notice_lost`, naming brand and version.
    """
    asked = {(one.body["brand"], one.body["version"]) for one in said if one.kind == journal.NARROWED}
    for brand, version in sorted(asked):
        try:
            notices.version(db, brand, version)
        except Conflict as missing:
            told = f"The notice {version} of {brand} was published after this backup, and was answered."
            raise Conflict(
                "notice_lost", told, "Publish it again: `sayso apply DIR`; then replay."
            ) from missing


def read_said(entries: Sequence[Entry]) -> tuple[list[Said], list[str]]:
    """Open what the journal says of people who were not erased; beside it, whose key is gone all the same."""
    erased = set(erased_in(entries))
    sealed = [one for one in entries if "sealed" in one and one["subject"] not in erased]
    boxes = identity.opened(sealed)
    lost = {one["subject"] for one, box in zip(sealed, boxes, strict=True) if box is None}
    return [box for box in boxes if box is not None], sorted(lost)


def _older(kept: Mapping[str, Any]) -> Provenance:
    # An older no needs its time and nothing more: which older yes it outweighs.
    return Provenance(kept["system"], {}, "", read_utc(kept["at"]) if kept["at"] else None)


def _submission(said: Said) -> Submission:
    body = said.body
    put_off = dict.fromkeys(body.get("put_off", ()), ConsentStatus.DEFERRED)
    answer = Answer(
        event=body["event"],
        version=body["version"],
        answers=put_off | dict.fromkeys(body["noes"], ConsentStatus.REFUSED),
        locale="",
        text_hash="",
        layout="",
        surface="journal",
        act=ACT,
        voucher=Voucher(body["voucher"]),
        gpc=body["gpc"],
        client_at=body["at"],
        guardian=body["guardian"],
        imported=_older(body["older"]) if "older" in body else None,
    )
    return Submission(body["brand"], answer, body["body_hash"], subject=said.subject)


def narrow_again(db: Database, said: Sequence[Said], now: datetime) -> int:
    """Record once more every no the database lost; give how many. What it still has is left as it is."""
    lost: list[Submission] = []
    for one in said:
        if one.kind == identity.NAMED and identity.exists(db, one.subject):
            identity.restore_names(db, one.subject, one.body, now)
        if one.kind == journal.NARROWED and not _recorded(db, one):
            identity.restore_names(db, one.subject, one.body["names"], read_utc(one.body["at"]))
            lost.append(_submission(one))
    for start in range(0, len(lost), BATCH):
        ledger.record(db, lost[start : start + BATCH], now)
    return len(lost)


def _recorded(db: Database, one: Said) -> bool:
    found = "SELECT 1 FROM consent_event WHERE subject = %s AND event = %s"
    return bool(db.run(found, [one.subject, one.body["event"]]))


def _is_news(db: Database, seq: int, **about: str) -> bool:
    """Tell whether the database has the news of a number, and it is about this."""
    news = outbox.after(db, seq - 1, 1)
    return any(told.seq == seq and told.payload.items() >= about.items() for told in news)


def mark_again(db: Database, said: Sequence[Said], now: datetime) -> int:
    """Note once more who counts as a minor, where the database lost it; give how many."""
    marked = 0
    for one in said:
        lost = one.kind == journal.MARKED and not _is_news(db, one.seq, subject=one.subject)
        if lost and identity.exists(db, one.subject):
            brand, band = one.body["brand"], Band(one.body["flags"]["band"])
            standing = ledger.standing_of(db, one.subject, brand) or Standing()
            if youngest([standing.band, band]) is not standing.band:
                ledger.mark_minor(db, one.subject, brand, {"band": band}, now)
                marked += 1
    return marked


def block_again(db: Database, entries: Sequence[Entry], now: datetime) -> int:
    """Put back every Block the database lost, and none that was lifted before; give how many.

    Recipients are told once more: whether they had been is lost with the rest. News `consent.blocked`.
    """
    put = 0
    for entry in entries:
        about = {"kind": entry["of"], "lookup": entry["lookup"]} if entry["kind"] == journal.BLOCKED else {}
        if about and not _is_news(db, entry["seq"], **about):
            put += sum(_put_back(db, entry, scope) for scope in entry["scopes"])
            news = {**about, "scopes": entry["scopes"]}
            outbox.post(db, outbox.take(db, 1), "consent.blocked", news, now)
    return put


def _put_back(db: Database, entry: Entry, scope: str) -> int:
    put = db.run(
        "INSERT INTO consent_block (kind, lookup, scope, since, source) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (kind, lookup, scope) DO NOTHING RETURNING scope",
        [entry["of"], entry["lookup"], scope, entry["at"], entry["source"]],
    )
    return len(put)


def suppress_again(db: Database, entries: Sequence[Entry]) -> None:
    """Remember once more whom nobody may import again."""
    for entry in entries:
        if entry["kind"] == journal.SUPPRESSED:
            identity.suppress_again(db, entry["of"], entry["lookup"], read_utc(entry["at"]))


def deletions_in(entries: Sequence[Entry], said: Sequence[Said]) -> list[Said]:
    """List the confirmed deletions that were neither carried out, nor taken back or declined since."""
    ended = {entry["subject"]: int(entry["seq"]) for entry in entries if entry["kind"] == journal.KEPT}
    asked = {one.subject: one for one in said if one.kind == journal.DELETING}
    return [one for one in asked.values() if ended.get(one.subject, -1) < one.seq]


def hold_back(db: Database, subjects: Sequence[str], now: datetime) -> int:
    """Refuse every use of those whose entries cannot be read and who were not erased; give how many.

    Their keys were lost with a key store. What they said no to is unknown, so that nothing is permitted.
    """
    known = [subject for subject in subjects if identity.exists(db, subject)]
    for subject in known:
        for brand in notices.brands(db):
            standing = ledger.standing_of(db, subject, brand)
            if standing is None or not standing.restricted:
                ledger.mark_restricted(db, subject, brand, now)
    return len(known)


def catch_up(db: Database) -> int:
    """Write into the journal what a crash left out of it: committed, and nobody was told. Give how many.

    Only the last of the answers can be concerned: every other was acknowledged, and so is in it.
    """
    newest = db.run(f"SELECT subject, event, seq FROM consent_event ORDER BY seq DESC LIMIT {RECENT}")  # noqa: S608 a number
    if not newest:
        return 0
    since = outside.read_since(int(newest[-1][2]))
    # The log's own entries bear the numbers of answers too, and say nothing of what was narrowed.
    known = {entry["seq"] for entry in since if entry["kind"] == journal.NARROWED}
    left_out = [
        event
        for subject, name, seq in newest
        if seq not in known and (event := ledger.event_of(db, subject, name)) is not None
    ]
    entries = journal.narrowings(db, left_out)
    outside.append(entries)
    return len(entries)
