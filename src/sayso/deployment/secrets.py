"""The deployment's own secrets: made once, kept outside the repository, readable by the owner only."""

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.deployment import env


@dataclass(frozen=True, slots=True)
class Secrets:
    """Django's signing key, the key identifiers are hashed with, the master keys, and the signing keys.

    The keys are 32 bytes each; `receipt`, `checkpoint` and `token` are Ed25519 seeds, each used for nothing but
    that (`token` for purpose tokens and the lists that say which of them were taken back). `masters` are the
    master keys by epoch; those that were destroyed are not among them.
    """

    django: str
    lookup: bytes
    masters: Mapping[int, bytes]
    receipt: bytes
    checkpoint: bytes
    token: bytes

    def receipt_key(self) -> Ed25519PrivateKey:
        """Give the key that signs receipts."""
        return Ed25519PrivateKey.from_private_bytes(self.receipt)

    def checkpoint_key(self) -> Ed25519PrivateKey:
        """Give the key that signs the log's checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self.checkpoint)

    def token_key(self) -> Ed25519PrivateKey:
        """Give the key that signs purpose tokens and their status lists."""
        return Ed25519PrivateKey.from_private_bytes(self.token)


KEYS = ("lookup", "receipt", "checkpoint", "token")
FIRST = "master"  # how files of an earlier version, and fresh ones, name the master key of epoch 1
LATER = "masters"  # and those cut since, by the number of their epoch
_loaded: list[tuple[str, int, int]] = []  # which file the secrets in memory were read from


def _new() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _fresh() -> dict[str, str]:
    return {"django": secrets.token_urlsafe(48), **{name: _new() for name in (*KEYS, FIRST)}}


def _path() -> str:
    return env.read("SAYSO_SECRETS_FILE") or str(env.home() / "secrets.json")


def _create(path: Path) -> None:
    # O_EXCL: of two processes that start together one writes and the other reads what it wrote.
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(_fresh(), file)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _change(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Replace the file by what `change` makes of it, whole or not at all. The lock lets one process do it."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = json.loads(path.read_text())
        if (after := change(held)) == held:
            return
        partial = path.with_suffix(f".{os.getpid()}")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(after, file)
            file.flush()
            os.fsync(descriptor)  # a key that is used before its file is on disk may be lost with the power
        partial.replace(path)
        _make_durable(path.parent)


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lacks(held: Mapping[str, Any]) -> dict[str, str]:
    """Make what a file of an earlier version lacks."""
    needed = ["django", *KEYS, *([] if held.get(LATER) else [FIRST])]
    return {name: made for name, made in _fresh().items() if name in needed and name not in held}


@lru_cache(maxsize=1)
def load() -> Secrets:
    """Read the deployment's secrets, making them at the very first start."""
    path = Path(_path())
    if not path.exists():
        _create(path)
    if _lacks(json.loads(path.read_text())):
        _change(path, lambda held: held | _lacks(held))
    _loaded[:] = [_stamp(str(path))]
    read = json.loads(path.read_text())
    first = {1: b64decode(read[FIRST])} if FIRST in read else {}
    later = {int(number): b64decode(key) for number, key in read.get(LATER, {}).items()}
    named = {name: b64decode(read[name]) for name in KEYS}
    return Secrets(django=read["django"], masters=first | later, **named)


def _stamp(path: str) -> tuple[str, int, int]:
    seen = os.stat(path)
    return path, seen.st_mtime_ns, seen.st_ino


def current() -> Secrets:
    """Give the secrets as their file has them now: a replaced file is read again, so that a master key
    destroyed by another process opens nothing here from then on.
    """
    held = load()
    if _stamp(_path()) != _loaded[0]:
        load.cache_clear()
        held = load()
    return held


def add_master(epoch: int) -> None:
    """Cut the master key of an epoch, unless the file has one for it already."""
    load()

    def added(held: dict[str, Any]) -> dict[str, Any]:
        later = {str(epoch): _new(), **held.get(LATER, {})}
        return held if epoch == 1 and FIRST in held else held | {LATER: later}

    _change(Path(_path()), added)


def remove_master(epoch: int) -> None:
    """Forget the master key of an epoch: nothing wrapped under it can be opened any more, in no copy."""

    def removed(held: dict[str, Any]) -> dict[str, Any]:
        later = {number: key for number, key in held.get(LATER, {}).items() if number != str(epoch)}
        gone = {FIRST} if epoch == 1 else set()
        return {name: value for name, value in {**held, LATER: later}.items() if name not in gone}

    _change(Path(_path()), removed)
