"""Encryption of what is stored about a subject, under a key of that subject's own.

The keys live in a store apart from the data: a backup of the data without it is ciphertext, and destroying
a key forgets everything sealed under it. No Django here: the edge uses this too.
"""

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.core.errors import NotFound
from sayso.deployment import env, secrets

NONCE = 12  # bytes, as AES-GCM wants it
_local = threading.local()


def _store() -> sqlite3.Connection:
    path = urlsplit(env.keys_url()).path
    if getattr(_local, "at", None) != (path, os.getpid()):
        connection = sqlite3.connect(path, timeout=5, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")  # a destroyed key leaves no trace in free pages
        connection.execute("CREATE TABLE IF NOT EXISTS key (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")
        _local.connection, _local.at = connection, (path, os.getpid())
    store: sqlite3.Connection = _local.connection
    return store


def close() -> None:
    """Close this thread's connection to the key store."""
    if getattr(_local, "at", None) is not None:
        _local.connection.close()
        _local.at = None


os.register_at_fork(before=close)  # SQLite forbids carrying a connection into a child, even to close it there


def _encrypt(key: bytes, plaintext: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to.encode())


def _decrypt(key: bytes, blob: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE], blob[NONCE:], bound_to.encode())
    except InvalidTag as broken:
        raise NotFound(
            "key_mismatch", "A sealed value does not open with its key.", "Restore the key store."
        ) from broken


def make_keys(subjects: list[str]) -> None:
    """Make sure every subject has a key, in one commit. Done before anything is sealed under it."""
    rows = [(subject, _encrypt(secrets.load().master, os.urandom(32), subject)) for subject in subjects]
    store = _store()
    store.execute("BEGIN IMMEDIATE")
    store.executemany("INSERT OR IGNORE INTO key (subject, wrapped) VALUES (?, ?)", rows)
    store.execute("COMMIT")


def has_key(subject: str) -> bool:
    """Tell whether what was sealed for this subject can still be read."""
    return _store().execute("SELECT 1 FROM key WHERE subject = ?", (subject,)).fetchone() is not None


def _gone() -> NotFound:
    return NotFound("key_destroyed", "The key of this subject is gone.", "Nothing: it was erased.")


def _key(subject: str) -> bytes:
    row = _store().execute("SELECT wrapped FROM key WHERE subject = ?", (subject,)).fetchone()
    if row is None:
        raise _gone()
    return _decrypt(secrets.load().master, row[0], subject)


def seal(subject: str, plaintext: bytes) -> bytes:
    """Encrypt something about a subject (AES-256-GCM; 28 bytes longer than the plaintext)."""
    if not has_key(subject):
        make_keys([subject])
    return _encrypt(_key(subject), plaintext, subject)


def seal_all(values: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Encrypt many things, each under its own subject's key, with one look into the store for all of them.

    Raises `NotFound` with code `key_destroyed` where a subject has no key: `make_keys` comes first.
    """
    subjects = list({subject for subject, _ in values})
    marks = ", ".join(["?"] * len(subjects))
    rows = _store().execute(f"SELECT subject, wrapped FROM key WHERE subject IN ({marks})", subjects)  # noqa: S608
    wrapped = dict(rows.fetchall())
    master = secrets.load().master
    opened = {subject: _decrypt(master, blob, subject) for subject, blob in wrapped.items()}
    if len(opened) < len(subjects):
        raise _gone()
    return [_encrypt(opened[subject], plaintext, subject) for subject, plaintext in values]


def unseal(subject: str, blob: bytes | memoryview) -> bytes:
    """Read what `seal` wrote.

    Raises `NotFound` with code `key_destroyed` once the subject was forgotten.
    """
    return _decrypt(_key(subject), bytes(blob), subject)


def destroy(subject: str) -> None:
    """Forget the key: nothing sealed under it can be read again."""
    _store().execute("DELETE FROM key WHERE subject = ?", (subject,))


@lru_cache(maxsize=8)
def lookup_key(purpose: str) -> bytes:
    """Give the key that identifiers of one kind are hashed with. Whoever holds it can test guesses."""
    return hmac.digest(secrets.load().lookup, purpose.encode(), "sha256")


def lookup(kind: str, value: str) -> str:
    """Give the keyed hash an identifier is found by: 64 hexadecimal digits, useless without our key."""
    return hmac.digest(lookup_key(kind), normal(kind, value).encode(), "sha256").hex()


def normal(kind: str, value: str) -> str:
    """Write an identifier the one way it is compared: trimmed, e-mail addresses in lower case."""
    return value.strip().lower() if kind == "email" else value.strip()


def secret_hash(secret: str) -> str:
    """Give the hash of a device secret, API key or link secret; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
