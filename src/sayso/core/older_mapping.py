"""How an older system's purposes, columns and words map to our choices: declared by the brand, never guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sayso.core.choice import read_choice
from sayso.core.consent import Published
from sayso.core.errors import Invalid
from sayso.core.values import NAME, content_hash
from sayso.core.vocabulary import ConsentStatus

FIELDS = (  # what a row may say, and what its column is called where the mapping names no other
    "email", "customer", "device", "purpose", "answer", "answered_at", "until", "text", "source", "receipt",
    "locale",
)  # fmt: skip
WORDS: dict[str, ConsentStatus] = {
    **dict.fromkeys(
        ("yes", "true", "1", "given", "granted", "opt_in", "opted_in", "subscribed"), ConsentStatus.GIVEN
    ),
    **dict.fromkeys(
        (
            "no",
            "false",
            "0",
            "refused",
            "denied",
            "withdrawn",
            "revoked",
            "opt_out",
            "opted_out",
            "unsubscribed",
        ),
        ConsentStatus.REFUSED,
    ),
}
_BOOLEAN = {"True": ("true", "yes"), "False": ("false", "no")}  # YAML reads a bare yes as the truth
_KEYS = {"system", "notice", "columns", "purposes", "answers", "texts", "declared", "timezone"}


@dataclass(frozen=True, slots=True)
class OlderSystem:
    """What a brand declares of an older system. `hash` names the declaration in every run that used it.

    `purposes`: older purpose → our choices, none where it is left out on purpose. `texts`: what the older
    system called a wording → the wording. `declared`: text and source that hold for every row without its own.
    """

    system: str
    purposes: Mapping[str, tuple[str, ...]]
    notice: str
    columns: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, ConsentStatus] = field(default_factory=lambda: WORDS)
    texts: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None

    @property
    def hash(self) -> str:
        """Name this declaration: another mapping of the same file is another run."""
        zone = self.zone and self.zone.key
        told = [dict(table) for table in (self.columns, self.answers, self.texts, self.declared)]
        purposes = {older: list(ours) for older, ours in self.purposes.items()}
        return content_hash([self.system, self.notice, purposes, *told, zone])

    def column(self, name: str) -> str:
        """Give the column in which a row says something."""
        return self.columns.get(name, name)


def _wrong(what: str) -> Invalid:
    remedy = "Correct the mapping; `docs/how-to/import-older-answers.md` shows one."
    return Invalid("invalid_mapping", f"The mapping is wrong: {what}.", remedy)


def _texts(source: object, name: str, among: Iterable[str] = ()) -> dict[str, str]:
    if not isinstance(source, dict) or not all(isinstance(value, str) for value in source.values()):
        raise _wrong(f"`{name}` is not a table of texts")
    read = {str(key): value for key, value in source.items()}
    if among and (strange := set(read) - set(among)):
        raise _wrong(f"`{name}` knows no {sorted(strange)[0]!r}; it knows {', '.join(among)}")
    return read


def _choices(older: object, ours: object, published: Published) -> tuple[str, ...]:
    choices = [ours] if isinstance(ours, str) else ours
    if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
        raise _wrong(f"purpose {older!r} does not name choices")
    asked = set(published.choice_ids())
    for choice in choices:
        found = published.notice.find(read_choice(choice).id)
        if found is None or choice not in asked:
            raise _wrong(f"purpose {older!r} names {choice}, which the notice does not ask")
        if found[0].explicit and len(choices) > 1:
            # GDPR art. 9(2)(a): explicit consent needs a statement of its own.
            raise _wrong(f"{choice} needs a statement of its own, and {older!r} says other things too")
    return tuple(choices)


def _purposes(source: object, published: Published) -> dict[str, tuple[str, ...]]:
    if not isinstance(source, dict) or not source:
        raise _wrong("`purposes` maps nothing")
    return {str(older): _choices(older, ours, published) for older, ours in source.items()}


def _answers(source: object) -> dict[str, ConsentStatus]:
    if not isinstance(source, dict) or set(source) - {"given", "refused"}:
        raise _wrong("`answers` lists words under `given` and `refused`")
    read: dict[str, ConsentStatus] = {}
    for meaning, words in source.items():
        if not isinstance(words, list):
            raise _wrong(f"`answers` has no list under {meaning!r}")
        for word in [word_of(each) for each in words for each in _BOOLEAN.get(str(each), (each,))]:
            if read.setdefault(word, ConsentStatus(meaning)) != meaning:
                raise _wrong(f"{word!r} means both yes and no")
    return read


def word_of(value: object) -> str:
    """Write the word of an answer the one way it is compared."""
    return str(value).strip().casefold().replace("-", "_")


def _zone(source: object) -> ZoneInfo | None:
    if source is None:
        return None
    try:
        return ZoneInfo(str(source))
    except (KeyError, ValueError, OSError) as unknown:
        raise _wrong(f"there is no time zone {source!r}") from unknown


def read_mapping(source: Mapping[str, Any], published: Published) -> OlderSystem:
    """Read a mapping to the choices of a published notice.

    Raises `Invalid` (`invalid_mapping`, `unknown_choice`), naming what is wrong.
    """
    if strange := set(map(str, source)) - _KEYS:
        raise _wrong(f"it knows no {sorted(strange)[0]!r}")
    system = source.get("system")
    if not isinstance(system, str) or not NAME.match(system):
        raise _wrong("`system` is no name of small letters, digits, - and _")
    return OlderSystem(
        system=system,
        purposes=_purposes(source.get("purposes"), published),
        notice=published.notice.version,
        columns=_texts(source.get("columns", {}), "columns", FIELDS),
        answers=_answers(source["answers"]) if "answers" in source else WORDS,
        texts=_texts(source.get("texts", {}), "texts"),
        declared=_texts(source.get("declared", {}), "declared", ("text", "source")),
        zone=_zone(source.get("timezone")),
    )
