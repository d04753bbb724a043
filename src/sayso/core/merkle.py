"""The Merkle tree of the ledger's log (RFC 9162)."""

import hashlib


def leaf_hash(leaf: bytes) -> bytes:
    """Give the hash of one leaf: SHA-256 over 0x00 and its bytes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()
