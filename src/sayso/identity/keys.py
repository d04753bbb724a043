"""Encryption of what is stored about a subject, under a key of that subject's own.

The keys live in a store apart from the data: a backup of the data without it is ciphertext, and destroying
a key forgets everything sealed under it. No Django here: the edge uses this too.
"""

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.core.errors import NotFound
from sayso.deployment import env, secrets

NONCE = 12  # bytes, as AES-GCM wants it
_LOOK = 5000  # keys of one look; SQLite takes 32 766 values in a statement
_local = threading.local()
_TABLES = (
    "CREATE TABLE IF NOT EXISTS key"
    " (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL, epoch INTEGER NOT NULL DEFAULT 1)",
    "CREATE TABLE IF NOT EXISTS epoch (number INTEGER PRIMARY KEY, cut_at TEXT NOT NULL, destroyed_at TEXT)",
    "CREATE TABLE IF NOT EXISTS backup"
    " (name TEXT PRIMARY KEY, taken_at TEXT NOT NULL, until TEXT NOT NULL, epochs TEXT NOT NULL)",
    "INSERT OR IGNORE INTO epoch (number, cut_at) VALUES (1, '')",
)


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # a destroyed key leaves no trace in free pages
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    if "epoch" not in [column[1] for column in connection.execute("PRAGMA table_info(key)")]:
        # A store of an earlier version: all its keys are wrapped under the first master key.
        connection.execute("ALTER TABLE key ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1")
    connection.execute("COMMIT")
    return connection


def store() -> sqlite3.Connection:
    """Give this thread's own connection to the key store, opened at its first use."""
    at = (os.environ.get("SAYSO_KEYS_URL"), os.environ.get("SAYSO_HOME"), os.getcwd(), os.getpid())
    if getattr(_local, "at", None) != at:
        _local.connection, _local.at = _open(urlsplit(env.keys_url()).path), at
    opened: sqlite3.Connection = _local.connection
    return opened


def close() -> None:
    """Close this thread's connection to the key store."""
    if getattr(_local, "at", None) is not None:
        _local.connection.close()
        _local.at = None


os.register_at_fork(before=close)  # SQLite forbids carrying a connection into a child, even to close it there


@lru_cache(maxsize=16)
def _cipher(master: bytes) -> AESGCM:
    return AESGCM(master)


def _encrypt(cipher: AESGCM, plaintext: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plaintext, bound_to.encode())


def _decrypt(cipher: AESGCM, blob: bytes, bound_to: str) -> bytes:
    try:
        return cipher.decrypt(blob[:NONCE], blob[NONCE:], bound_to.encode())
    except InvalidTag as broken:
        raise NotFound(
            "key_mismatch", "A sealed value does not open with its key.", "Restore the key store."
        ) from broken


Masters = Mapping[int, bytes]  # epoch → master key


def masters() -> Masters:
    """Give the master keys as the secrets file has them at this moment, to wrap and unwrap one batch with."""
    return secrets.current().masters


def wrap(key: bytes, subject: str, epoch: int, held: Masters) -> bytes:
    """Encrypt a subject's key under the master key of an epoch, bound to whose key it is."""
    return _encrypt(_cipher(_master(epoch, held)), key, subject)


def unwrap(wrapped: bytes, subject: str, epoch: int, held: Masters) -> bytes:
    """Open a subject's key. Raises `NotFound` with code `key_destroyed` once the epoch's master key is gone."""
    return _decrypt(_cipher(_master(epoch, held)), wrapped, subject)


def _master(epoch: int, held: Masters) -> bytes:
    if epoch not in held:
        raise _gone()
    return held[epoch]


def newest_epoch() -> int:
    """Give the epoch whose master key wraps new keys."""
    found = store().execute("SELECT max(number) FROM epoch WHERE destroyed_at IS NULL").fetchone()
    return int(found[0])


def make_keys(subjects: list[str]) -> None:
    """Make sure every subject has a key, in one commit. Done before anything is sealed under it."""
    if not subjects:
        return
    connection = store()
    connection.execute("BEGIN IMMEDIATE")
    try:
        # INVARIANT: read under the lock that `cut` and `destroy` of an epoch take: no key is ever wrapped
        # under a master key that is being destroyed.
        epoch = newest_epoch()
        held = masters()
        rows = [(subject, wrap(os.urandom(32), subject, epoch, held), epoch) for subject in subjects]
        connection.executemany("INSERT OR IGNORE INTO key (subject, wrapped, epoch) VALUES (?, ?, ?)", rows)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def make_missing(subjects: Collection[str]) -> None:
    """Make a key for those of these subjects who have none."""
    marks = ", ".join(["?"] * len(subjects))
    rows = store().execute(f"SELECT subject FROM key WHERE subject IN ({marks})", list(subjects))  # noqa: S608
    if missing := set(subjects) - {row[0] for row in rows}:
        make_keys(list(missing))


def has_key(subject: str) -> bool:
    """Tell whether what was sealed for this subject can still be read."""
    return store().execute("SELECT 1 FROM key WHERE subject = ?", (subject,)).fetchone() is not None


def _gone() -> NotFound:
    return NotFound("key_destroyed", "The key of this subject is gone.", "Nothing: it was erased.")


def _held(subject: str) -> AESGCM | None:
    row = store().execute("SELECT wrapped, epoch FROM key WHERE subject = ?", (subject,)).fetchone()
    return AESGCM(unwrap(row[0], subject, row[1], masters())) if row else None


def _opened(subjects: Iterable[str]) -> dict[str, AESGCM]:
    """Open the keys of many subjects in one look.

    They are the caller's for one batch and are kept nowhere: a key that another process destroys opens
    nothing from the next look on.
    """
    wanted, found = list(dict.fromkeys(subjects)), dict[str, AESGCM]()
    for start in range(0, len(wanted), _LOOK):
        some = wanted[start : start + _LOOK]
        marks = ", ".join(["?"] * len(some))
        rows = (
            store()
            .execute(
                f"SELECT subject, wrapped, epoch FROM key WHERE subject IN ({marks})",  # noqa: S608 marks alone
                some,
            )
            .fetchall()
        )
        held = masters()  # read after the rows: none of them is wrapped under a master key cut meanwhile
        found.update({subject: AESGCM(unwrap(blob, subject, epoch, held)) for subject, blob, epoch in rows})
    return found


def seal(subject: str, plaintext: bytes) -> bytes:
    """Encrypt something about a subject (AES-256-GCM; 28 bytes longer than the plaintext)."""
    key = _held(subject)
    if key is None:
        make_keys([subject])
        key = _held(subject)
    if key is None:
        raise _gone()
    return _encrypt(key, plaintext, subject)


def seal_all(values: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Encrypt many things, each under its own subject's key, with one look into the store for all of them.

    Raises `NotFound` with code `key_destroyed` where a subject has no key: `make_keys` comes first.
    """
    opened = _opened(subject for subject, _ in values)
    try:
        return [_encrypt(opened[subject], plaintext, subject) for subject, plaintext in values]
    except KeyError:
        raise _gone() from None


def unseal(subject: str, blob: bytes | memoryview) -> bytes:
    """Read what `seal` wrote.

    Raises `NotFound` with code `key_destroyed` once the subject was forgotten.
    """
    key = _held(subject)
    if key is None:
        raise _gone()
    return _decrypt(key, bytes(blob), subject)


def unseal_all(values: Sequence[tuple[str, bytes | memoryview]]) -> list[bytes | None]:
    """Read many sealed things with one look into the store; None for each whose subject was forgotten."""
    opened = _opened(subject for subject, _ in values)
    return [
        _decrypt(opened[subject], bytes(blob), subject) if subject in opened else None
        for subject, blob in values
    ]


def destroy(subject: str) -> None:
    """Forget the key: nothing sealed under it can be read again."""
    store().execute("DELETE FROM key WHERE subject = ?", (subject,))


def settle() -> None:
    """Write the store's log into its file and empty it: what was destroyed lies in neither any more."""
    store().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@lru_cache(maxsize=8)
def lookup_key(purpose: str) -> bytes:
    """Give the key that identifiers of one kind are hashed with. Whoever holds it can test guesses."""
    return hmac.digest(secrets.load().lookup, purpose.encode(), "sha256")


def derived(purpose: str) -> bytes:
    """Give 32 bytes for one purpose of this deployment, such as telling the journal's lines from others'."""
    return lookup_key(f"derived:{purpose}")


def lookup(kind: str, value: str) -> str:
    """Give the keyed hash an identifier is found by: 64 hexadecimal digits, useless without our key."""
    return hmac.digest(lookup_key(kind), normal(kind, value).encode(), "sha256").hex()


def normal(kind: str, value: str) -> str:
    """Write an identifier the one way it is compared: trimmed, e-mail addresses in lower case."""
    return value.strip().lower() if kind == "email" else value.strip()


def secret_hash(secret: str) -> str:
    """Give the hash of a device secret, API key or link secret; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
