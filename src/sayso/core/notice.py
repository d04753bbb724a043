"""A notice as it is read, checked and published. Immutable: its content hash is its name (ISO/IEC 29184)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.core.choice import Choice
from sayso.core.duration import read_duration
from sayso.core.errors import Invalid
from sayso.core.purpose import Category, Part, Purpose, Recipient, Texts, material_hash
from sayso.core.values import NAME, content_hash
from sayso.core.vocabulary import LegalBasis, Operation

PRESET = frozenset({"preset", "default", "checked", "preselected", "selected", "opt_in", "on"})
NEEDS_CONSENT = frozenset({Operation.SELL, Operation.SHARE_ADS})


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible, how to reach them, and where to complain."""

    name: str
    address: str
    country: str
    contact: str
    complaint: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of what a brand tells its customers."""

    brand: str
    version: str
    locales: tuple[str, ...]
    controller: Controller
    title: Texts
    body: Texts
    categories: dict[str, Category]
    recipients: dict[str, Recipient]
    purposes: dict[str, Purpose]
    document: dict[str, Any] = field(repr=False, compare=False)

    def parts(self) -> list[tuple[Purpose, Part]]:
        """List every part that is asked or told, in the notice's order."""
        return [(purpose, part) for purpose in self.purposes.values() for part in purpose.parts]

    def choices(self) -> list[Choice]:
        """List what a person can answer, in the notice's order."""
        return [part.choice for purpose, part in self.parts() if purpose.asked]

    def find(self, choice: str) -> tuple[Purpose, Part] | None:
        """Give the purpose and part of a choice identifier, or None when it is not listed."""
        return next((pair for pair in self.parts() if pair[1].choice.id == choice), None)

    def material(self, choice: str) -> str:
        """Give the hash of everything material told about a listed choice."""
        found = self.find(choice)
        if found is None:
            raise Invalid(
                "unknown_choice", "This notice does not list that choice.", "Read the notice again."
            )
        purpose, part = found
        return material_hash(purpose, part, self.recipients.get(part.choice.recipient))


def _wrong(where: str, detail: str, remedy: str, code: str = "invalid_notice") -> Invalid:
    return Invalid(code, f"{where}: {detail}", remedy)


def _text(source: Mapping[str, Any], name: str, where: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(where, f"`{name}` is missing.", f"Write `{name}` as plain text.")
    return value.strip()


def _texts(source: Mapping[str, Any], name: str, locales: tuple[str, ...], where: str) -> Texts:
    value = source.get(name)
    if not isinstance(value, dict) or any(not isinstance(value.get(loc), str) for loc in locales):
        raise _wrong(where, f"`{name}` lacks a locale.", f"Write `{name}` in each of {', '.join(locales)}.")
    return {locale: value[locale].strip() for locale in locales}


def _named(source: Mapping[str, Any], name: str, where: str) -> dict[str, dict[str, Any]]:
    value = source.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise _wrong(
            where, f"`{name}` is not a table of named entries.", f"Write `{name}:` then one name a line."
        )
    for key in value:
        if not isinstance(key, str) or not NAME.match(key):
            raise _wrong(where, f"{key!r} is not a name.", "Use small letters, digits, _ and -.")
    return value


def _refuse_presets(node: Any, where: str) -> None:
    """A pre-set answer is no answer (GDPR art. 4(11), recital 32; CJEU C-673/17)."""
    if isinstance(node, dict):
        for key, value in node.items():
            # YAML 1.1 readers turn a bare `on:` into True.
            if key is True or key in PRESET:
                raise _wrong(where, f"`{key}` would pre-set an answer.", "Remove it.", "preset_refused")
            _refuse_presets(value, where)
    elif isinstance(node, list):
        for entry in node:
            _refuse_presets(entry, where)


def _category(key: str, source: Mapping[str, Any], locales: tuple[str, ...]) -> Category:
    where = f"categories.{key}"
    return Category(
        key,
        _text(source, "iri", where),
        _texts(source, "title", locales, where),
        bool(source.get("sensitive")),
    )


def _recipient(key: str, source: Mapping[str, Any], locales: tuple[str, ...]) -> Recipient:
    where = f"recipients.{key}"
    return Recipient(
        id=key,
        name=_text(source, "name", where),
        role=_text(source, "role", where),
        country=_text(source, "country", where),
        what=_texts(source, "what", locales, where),
        safeguards=_texts(source, "safeguards", locales, where),
        contact=_text(source, "contact", where),
        since=str(source.get("since", "")),
    )


def _part(purpose: str, source: Any, where: str) -> Part:
    if not isinstance(source, dict):
        raise _wrong(where, "a part is not a table.", "Write category, operation, recipient, retention.")
    try:
        operation = Operation(_text(source, "operation", where))
    except ValueError as unknown:
        remedy = f"Choose one of {', '.join(Operation)}."
        raise _wrong(where, "the operation is unknown.", remedy) from unknown
    retention = _text(source, "retention", where)
    choice = Choice(purpose, _text(source, "category", where), operation, _text(source, "recipient", where))
    return Part(choice, read_duration(retention), retention, tuple(source.get("hosts", ())))


def _purpose(key: str, source: Mapping[str, Any], locales: tuple[str, ...]) -> Purpose:
    where = f"purposes.{key}"
    try:
        basis = LegalBasis(_text(source, "basis", where))
    except ValueError as unknown:
        raise _wrong(
            where, "the legal basis is unknown.", f"Choose one of {', '.join(LegalBasis)}."
        ) from unknown
    asked = basis is LegalBasis.CONSENT
    return Purpose(
        id=key,
        iri=_text(source, "iri", where),
        title=_texts(source, "title", locales, where),
        text=_texts(source, "text", locales, where),
        benefit=_texts(source, "benefit", locales, where) if asked else {},
        consequence=_texts(source, "consequence", locales, where) if asked else {},
        basis=basis,
        law="" if asked else _text(source, "law", where),
        cross_context=source.get("advertising") == "cross_context",
        explicit=bool(source.get("explicit")),
        valid_for=read_duration(str(source.get("valid_for", "P24M"))),
        parts=tuple(_part(key, part, f"{where}.parts") for part in source.get("parts", ())),
    )


def _check_part(purpose: Purpose, part: Part, notice: Notice) -> None:
    where, choice = f"purposes.{purpose.id}.parts", part.choice
    category = notice.categories.get(choice.category)
    if category is None:
        raise _wrong(where, f"category {choice.category!r} is not described.", "Add it under `categories`.")
    if choice.recipient != "self" and choice.recipient not in notice.recipients:
        raise _wrong(where, f"recipient {choice.recipient!r} is not named.", "Add it under `recipients`.")
    if (choice.operation is Operation.USE) != (choice.recipient == "self"):
        raise _wrong(where, "`use` is by `self`; anything else names a recipient.", "Correct the recipient.")
    if purpose.basis is LegalBasis.LEGITIMATE_INTEREST and (
        choice.operation in NEEDS_CONSENT or category.sensitive or purpose.cross_context
    ):
        raise _wrong(where, "legitimate interest cannot carry this.", "Ask for consent.", "basis_refused")
    if category.sensitive and purpose.asked and not purpose.explicit:
        raise _wrong(where, "sensitive data needs its own statement.", "Mark the purpose `explicit: true`.")


def _check(notice: Notice) -> None:
    for purpose, part in notice.parts():
        _check_part(purpose, part, notice)
    for purpose in notice.purposes.values():
        if not purpose.parts:
            raise _wrong(
                f"purposes.{purpose.id}", "no part is listed.", "List what is used, by whom, how long."
            )
        if purpose.asked and notice.document["purposes"][purpose.id].get("required"):
            raise _wrong(
                f"purposes.{purpose.id}",
                "an optional purpose may not block the service.",
                "Remove `required` or name the contract or law as its basis.",
                "blocking_refused",
            )
    ids = [part.choice.id for _, part in notice.parts()]
    if len(set(ids)) != len(ids):
        raise _wrong("purposes", "the same choice is listed twice.", "List each combination once.")


def read_notice(document: Mapping[str, Any]) -> Notice:
    """Read and check a notice from its authored document (a JSON value).

    Raises `Invalid` with code `invalid_notice`, `preset_refused`, `blocking_refused` or `basis_refused`,
    naming the place. The version is the content hash of the document.
    """
    _refuse_presets(document, "notice")
    locales = tuple(document.get("locales", ()))
    if not locales or not all(isinstance(locale, str) for locale in locales):
        raise _wrong("locales", "no locale is listed.", "List the locales the notice is written in.")
    controller = document.get("controller", {})
    if not isinstance(controller, dict):
        raise _wrong("controller", "it is not a table.", "Write name, address, country, contact, complaint.")
    named = ("name", "address", "country", "contact", "complaint")
    notice = Notice(
        brand=_text(document, "brand", "notice"),
        version=content_hash(document),
        locales=locales,
        controller=Controller(*(_text(controller, name, "controller") for name in named)),
        title=_texts(document, "title", locales, "notice"),
        body=_texts(document, "body", locales, "notice"),
        categories={k: _category(k, v, locales) for k, v in _named(document, "categories", "notice").items()},
        recipients={
            k: _recipient(k, v, locales) for k, v in _named(document, "recipients", "notice").items()
        },
        purposes={k: _purpose(k, v, locales) for k, v in _named(document, "purposes", "notice").items()},
        document=dict(document),
    )
    _check(notice)
    return notice
