"""An answer that an older system kept, and what it still proves here.

Whoever relies on consent must be able to show it (GDPR art. 7(1)): when it was said, what the person was told,
and where she said it (EDPB Guidelines 05/2020, 5.1). A yes of which any of these three is missing proves nothing
and permits nothing. A no needs no proof.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.values import canonical, read_utc, utc_text

LONGEST = 4000  # characters of one piece of evidence: a wording, not a book
_EVENTS = uuid.UUID("6c1a44c2-6f0e-5d1b-9a33-0b1f2f6a7d58")  # a name space of our own (RFC 9562, 6.6)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an older answer comes from: the system, when it was said, what was told, where, under which number.

    `said` is what the row says of each older purpose. `flaw` is why it is no free act of the person,
    such as a box nobody ticked; empty: none known. `until` is when the older system let it end. `row` is the hash
    of what the row itself says, before any mapping.
    """

    system: str
    said: Mapping[str, str]
    row: str
    at: datetime | None = None
    text: str = ""
    source: str = ""
    receipt: str = ""
    flaw: str = ""
    until: datetime | None = None

    @property
    def proves_a_yes(self) -> bool:
        """Tell whether a yes with this evidence may permit anything."""
        # INVARIANT: absent evidence is no evidence. Time, text and place, and nothing known against it.
        return bool(self.at and self.text and self.source and not self.flaw)

    def missing(self) -> list[str]:
        """Name what is missing to prove a yes, for the person who imports."""
        named = {"answered_at": self.at, "text": self.text, "source": self.source}
        lacking = [name for name, value in named.items() if not value]
        return [*lacking, self.flaw] if self.flaw else lacking


def write_provenance(source: Provenance) -> dict[str, Any]:
    """Write where an older answer comes from as JSON, as it stands sealed in the ledger."""
    return {
        "system": source.system,
        "said": dict(source.said),
        "row": source.row,
        "at": source.at and utc_text(source.at),
        "text": source.text,
        "source": source.source,
        "receipt": source.receipt,
        "flaw": source.flaw,
        "until": source.until and utc_text(source.until),
    }


def read_provenance(source: Mapping[str, Any]) -> Provenance:
    """Read what `write_provenance` wrote."""
    times = {name: read_utc(source[name]) if source[name] else None for name in ("at", "until")}
    return Provenance(**{**source, **times})


def body_of(source: Provenance) -> bytes:
    """Give what makes an older answer this one and no other: what the row says, and nothing of ours.

    Not the notice, nor how its purposes are mapped: the same row is the same answer, however often it comes.
    """
    return canonical([source.system, source.row])


def event_of(subject: str, brand: str, source: Provenance) -> str:
    """Give the event that an older answer of a subject to a brand becomes: the same row, the same event, for ever.

    The same row taken over for two brands is an answer to each. The subject's id is random, so the event tells
    nothing to whoever knows the row.
    """
    return str(uuid.uuid5(_EVENTS, f"{subject} {brand} {body_of(source).decode()}"))
