"""Patterns: the codes of one row. Many people share a pattern, so each is kept once, under a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sayso_sdk.errors import unreadable

_DIGITS = b"0123456789abcdefghijklmnopqrstuv"
_NO_CODE = 255
MOST = 1 << 28
_CODES = bytes(_DIGITS.index(byte) if byte in _DIGITS else _NO_CODE for byte in range(256))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One code per choice, without and with Global Privacy Control, and whether rules for minors were used."""

    codes: bytes
    signal: bytes
    minor: bool


def read_codes(text: object, choices: int, reasons: int) -> bytes:
    """Read one code per choice, each the number of a reason.

    Raises SaysoProblem `unreadable` for another length or a number that is no reason's.
    """
    if not isinstance(text, str) or len(text) != choices:
        raise unreadable(200)
    codes = text.encode("ascii", "replace").translate(_CODES)
    if codes and max(codes) >= reasons:
        raise unreadable(200)
    return codes


class Patterns:
    """The patterns of one copy. One thread adds, any number of threads read `table`, without a lock."""

    def __init__(self, choices: int, reasons: int, known: list[Pattern] | None = None) -> None:
        self.table: list[Pattern] = known or []
        self._shape = (choices, reasons)
        self._numbers: dict[tuple[object, object, object], int] = {}
        self._of_pattern = {pattern: number for number, pattern in enumerate(self.table)}

    def number(self, codes: object, signal: object, minor: object) -> int:
        """Return the number of a pattern as the wire writes it, adding it when it is new."""
        told = (codes, signal, minor)
        try:
            return self._numbers[told]
        except (KeyError, TypeError):
            return self._numbers.setdefault(told, self._add(codes, signal, minor))

    def _add(self, codes: object, signal: object, minor: object) -> int:
        plain = read_codes(codes, *self._shape)
        heard = plain if signal == "" else read_codes(signal, *self._shape)
        pattern = Pattern(plain, heard, _flag(minor))
        if pattern not in self._of_pattern:
            if len(self.table) == MOST:
                raise unreadable(200)
            self.table.append(pattern)
            self._of_pattern[pattern] = len(self.table) - 1
        return self._of_pattern[pattern]


def _flag(value: object) -> bool:
    if value not in (True, False):
        raise unreadable(200)
    return bool(value)


def pack(pattern: Pattern) -> bytes:
    """Write a pattern as bytes."""
    return (
        bytes([pattern.minor]) + pattern.codes + (b"" if pattern.signal == pattern.codes else pattern.signal)
    )


def unpack(choices: int) -> Callable[[bytes], Pattern]:
    """Return what reads the bytes of `pack` for this many choices."""

    def read(packed: bytes) -> Pattern:
        codes, signal = packed[1 : choices + 1], packed[choices + 1 :]
        return Pattern(codes, signal or codes, bool(packed[0]))

    return read
