"""The deployment's own secrets: made once, kept outside the repository, readable by the owner only."""

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.deployment import env


@dataclass(frozen=True, slots=True)
class Secrets:
    """Django's signing key, the key identifiers are hashed with, the master key, and the signing keys.

    The keys are 32 bytes each; `receipt`, `checkpoint` and `token` are Ed25519 seeds, each used for nothing but
    that (`token` for purpose tokens and the lists that say which of them were taken back).
    """

    django: str
    lookup: bytes
    master: bytes
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


KEYS = ("lookup", "master", "receipt", "checkpoint", "token")


def _fresh() -> dict[str, str]:
    made = {name: b64encode(secrets.token_bytes(32)).decode() for name in KEYS}
    return {"django": secrets.token_urlsafe(48), **made}


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


def _complete(path: Path) -> None:
    """Add the keys that a file of an earlier version lacks. The lock lets one process at a time do it."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = json.loads(path.read_text())
        if missing := {name: made for name, made in _fresh().items() if name not in held}:
            partial = path.with_suffix(f".{os.getpid()}")
            partial.touch(0o600)
            partial.write_text(json.dumps(held | missing))
            partial.replace(path)


@lru_cache(maxsize=1)
def load() -> Secrets:
    """Read the deployment's secrets, making them at the very first start."""
    path = Path(env.read("SAYSO_SECRETS_FILE") or env.home() / "secrets.json")
    if not path.exists():
        _create(path)
    if not set(KEYS) <= json.loads(path.read_text()).keys():
        _complete(path)
    read = json.loads(path.read_text())
    return Secrets(django=read["django"], **{name: b64decode(read[name]) for name in KEYS})
