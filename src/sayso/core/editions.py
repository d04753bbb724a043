"""Every version a brand published, by number; and where a person stands written short against them.

Most people answer everything in one or two acts, so choices that share an act share a row: who said yes to all
takes some fifty bytes, however many choices there are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from sayso.core.consent import Held, Published
from sayso.core.vocabulary import ConsentStatus

_CODES = {status: code for code, status in enumerate(ConsentStatus)}
_STATUSES = tuple(ConsentStatus)
_MARKS = ((False, True), (True, False), (False, False), (True, True))  # of a generation, and counts
_COUNTS = 3  # the mark that is not written
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Editions:
    """A brand's published versions in their order; the first has number 1, and 0 stands for none."""

    versions: tuple[Published, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {each.notice.version: number for number, each in enumerate(self.versions, 1)}

    @cached_property
    def _places(self) -> list[dict[str, int]]:
        return [{choice: place for place, choice in enumerate(each.generations)} for each in self.versions]

    @cached_property
    def _choices(self) -> list[list[str]]:
        return [list(each.generations) for each in self.versions]

    @cached_property
    def _first(self) -> dict[tuple[str, str], int]:
        """Give the first version in which a choice had a generation, by both; "" is any."""
        first: dict[tuple[str, str], int] = {}
        for number, each in enumerate(self.versions, 1):
            for choice, generation in each.generations.items():
                first.setdefault((choice, generation), number)
                first.setdefault((choice, ""), number)
        return first

    def number(self, version: str) -> int:
        """Give the number of a version; 0 for none."""
        return self._numbers[version] if version else 0

    def version(self, number: int) -> str:
        """Give the name of a version by its number; empty for 0."""
        return self.versions[number - 1].notice.version if number else ""

    def find(self, version: str) -> Published | None:
        """Give a version by its name, or None when it was never published."""
        number = self._numbers.get(version)
        return self.versions[number - 1] if number else None

    def write(self, held: Mapping[str, Held]) -> str:
        """Write where choices stand, short: a JSON list of acts, each with the choices it still stands for.

        An act is status, rev, narrowed, until, specific, imported, version and a hexadecimal bitset over that
        version's choices; times are microseconds since 1970, 0 for none. A mark follows where it is no answer
        that counts under a generation: 0 for one without a generation, 1 and 2 for what stands beside, with and
        without.
        """
        acts: dict[tuple[int, ...], int] = {}
        for choice, counts in held.items():
            for one in (counts, counts.beside) if counts.beside else (counts,):
                number = self._first[choice, one.generation]
                mark = _MARKS.index((bool(one.generation), one is counts))
                act = (_CODES[one.status], one.rev, one.narrowed, _ticks(one.until), one.specific,
                       _ticks(one.imported), number, mark)  # fmt: skip
                acts[act] = acts.get(act, 0) | 1 << self._places[number - 1][choice]
        told = [
            [*act[:7], f"{places:x}", *([] if act[7] == _COUNTS else [act[7]])]
            for act, places in sorted(acts.items())
        ]
        return json.dumps(told, separators=(",", ":")) if told else ""

    def read(self, written: str) -> dict[str, Held]:
        """Read what `write` wrote."""
        held: dict[str, Held] = {}
        beside: dict[str, Held] = {}
        for code, rev, narrowed, until, specific, imported, number, places, *mark in (
            json.loads(written) if written else ()
        ):
            generations = self.versions[number - 1].generations
            under, counts = _MARKS[mark[0] if mark else _COUNTS]
            into = held if counts else beside
            bits = int(places, 16)
            for choice in self._choices[number - 1]:
                if bits & 1:
                    generation = generations[choice] if under else ""
                    into[choice] = Held(
                        _STATUSES[code],
                        rev,
                        narrowed,
                        generation,
                        _moment(until),
                        specific,
                        _moment(imported),
                    )
                bits >>= 1
        for choice, one in beside.items():
            held[choice] = replace(held[choice], beside=one)
        return held


@lru_cache(maxsize=1024)  # whatever was answered together ends together
def _ticks(moment: datetime | None) -> int:
    return (moment - _EPOCH) // _TICK if moment else 0


@lru_cache(maxsize=1024)
def _moment(ticks: int) -> datetime | None:
    return _EPOCH + ticks * _TICK if ticks else None


def carried(old: Published, new: Published) -> list[str]:
    """List the choices whose yes under one version still permits under a newer one, in the newer's order.

    What a yes comes to for a minor is not material, so where that rule changed nothing is carried unseen.
    """
    if old.notice.directed_to_children != new.notice.directed_to_children:
        return []
    return [choice for choice in new.generations if _carries(old, new, choice)]


def _carries(old: Published, new: Published, choice: str) -> bool:
    before, after = old.notice.find(choice), new.notice.find(choice)
    if before is None or after is None or old.generations.get(choice) != new.generations[choice]:
        return False
    return before[0].minors is after[0].minors
