"""Whom a reference means: every identifier is looked for under the first 16 bytes of its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from sayso_sdk.device import is_device_secret
from sayso_sdk.replica.wire import NAME
from sayso_sdk.values import SubjectRef

_ORDER = ("device", "customer", "email")
_BLOCK = 64  # bytes, of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Names:
    """Hashes identifiers with the brand's keys; remembers the `kept` last of them."""

    def __init__(self, keys: Mapping[str, bytes], kept: int) -> None:
        self._keys = {kind: _Keyed(key) for kind, key in keys.items()}
        self._alone = lru_cache(maxsize=kept)(self._hash)

    def of(self, subject: SubjectRef) -> tuple[bytes, ...]:
        """Return the names of a reference: device, customer, e-mail. Empty when it cannot be read."""
        try:
            if len(subject) == 1:
                (kind,) = subject
                return self._alone(kind, subject[kind])  # type: ignore[literal-required]  # any kind; `_alone` refuses
            if set(subject) - set(_ORDER):
                return ()
            kinds = (kind for kind in _ORDER if kind in subject)
            return tuple(self._alone(kind, subject[kind])[0] for kind in kinds)  # type: ignore[literal-required]  # one of `_ORDER`
        except (KeyError, TypeError, ValueError, AttributeError):
            return ()

    def _hash(self, kind: str, value: str) -> tuple[bytes]:
        if not value:
            raise ValueError("an empty identifier names nobody")
        if kind == "device":
            return (_of_device(value),)
        plain = value.strip().lower() if kind == "email" else value.strip()
        return (self._keys[kind].digest(plain.encode())[:NAME],)


class Person:
    """One person, hashed once, for several questions. Make it with `Gate.person`."""

    __slots__ = ("made_by", "names", "subject")

    def __init__(self, subject: SubjectRef, made_by: Names | None) -> None:
        self.subject = subject
        self.made_by = made_by
        self.names = made_by.of(subject) if made_by else ()


def _of_device(secret: str) -> bytes:
    if not is_device_secret(secret):
        raise ValueError("not a device secret")
    return hashlib.sha256(secret.encode()).digest()[:NAME]


class _Keyed:
    """HMAC-SHA256 (RFC 2104) under one key, whose two paddings are hashed beforehand."""

    def __init__(self, key: bytes) -> None:
        held = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(held.translate(_INNER))
        self._outer = hashlib.sha256(held.translate(_OUTER))

    def digest(self, message: bytes) -> bytes:
        """Return the hash of a message, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
