"""Codes a person can type: no vowels that make words, nothing that looks like something else."""

import hmac
import secrets

from sayso.identity import keys

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
LENGTH = 8  # 28^8 codes: five guesses hit one in 75 thousand million
LONG = 16  # 28^16, 77 bits: needs no limit on guesses (NIST SP 800-63B, 5.1.3.2: throttle below 64 bits)


def new_code(length: int = LENGTH) -> str:
    """Make a code of eight characters, or of `LONG`."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shown(code: str) -> str:
    """Write a code the way it is mailed: `BCDF-2345`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed(text: str) -> str:
    """Read a code as people type it: any case, with spaces or hyphens."""
    return "".join(character for character in text.upper() if character.isalnum())


def hashed(challenge: str, code: str) -> str:
    """Give the keyed hash a code is stored as; bound to its challenge."""
    return keys.lookup("proof_code", f"{challenge}:{code}")


def fits(challenge: str, text: str, code_hash: str) -> bool:
    """Tell, in constant time, whether what was typed is the code."""
    return hmac.compare_digest(hashed(challenge, typed(text)), code_hash)
