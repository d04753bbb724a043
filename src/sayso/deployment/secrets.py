"""The deployment's own secrets: made once, kept outside the repository, readable by the owner only."""

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
    """Django's signing key, the key identifiers are hashed with, the master key, and the receipt key.

    The three keys are 32 bytes each; `receipt` is an Ed25519 seed used for nothing but receipts.
    """

    django: str
    lookup: bytes
    master: bytes
    receipt: bytes

    def receipt_key(self) -> Ed25519PrivateKey:
        """Give the key that signs receipts."""
        return Ed25519PrivateKey.from_private_bytes(self.receipt)


def _fresh() -> dict[str, str]:
    made = {name: b64encode(secrets.token_bytes(32)).decode() for name in ("lookup", "master", "receipt")}
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


@lru_cache(maxsize=1)
def load() -> Secrets:
    """Read the deployment's secrets, making them at the very first start."""
    path = Path(env.read("SAYSO_SECRETS_FILE") or env.home() / "secrets.json")
    if not path.exists():
        _create(path)
    read = json.loads(path.read_text())
    keys = {name: b64decode(read[name]) for name in ("lookup", "master", "receipt")}
    return Secrets(django=read["django"], **keys)
