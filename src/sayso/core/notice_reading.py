"""Read a notice as a brand wrote it, and refuse what may not be published."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sayso.core.choice import OWN_USE, Choice, read_choice
from sayso.core.duration import read_duration
from sayso.core.errors import Invalid
from sayso.core.guardian import MinorRule, default_rule
from sayso.core.notice import Controller, Notice
from sayso.core.plain import hard_sentences
from sayso.core.purpose import Category, Part, Purpose, Recipient, Texts
from sayso.core.values import NAME, content_hash
from sayso.core.vocabulary import LegalBasis, Operation

PRESET = frozenset({"preset", "default", "checked", "preselected", "selected", "opt_in", "on"})
NEEDS_CONSENT = frozenset({Operation.SELL, Operation.SHARE_ADS})
Locales = tuple[str, ...]
T = TypeVar("T")


def _wrong(where: str, detail: str, remedy: str, code: str = "invalid_notice") -> Invalid:
    return Invalid(code, f"{where}: {detail}", remedy)


def _text(source: Mapping[str, Any], name: str, where: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(where, f"`{name}` is missing.", f"Write `{name}` as plain text.")
    return value.strip()


def _texts(source: Mapping[str, Any], name: str, locales: Locales, where: str) -> Texts:
    value = source.get(name)
    if not isinstance(value, dict) or any(not isinstance(value.get(locale), str) for locale in locales):
        raise _wrong(where, f"`{name}` lacks a locale.", f"Write `{name}` in each of {', '.join(locales)}.")
    return {locale: value[locale].strip() for locale in locales}


def _table(source: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = source.get(name)
    if not isinstance(value, dict):
        raise _wrong(name, "it is not a table.", f"Write `{name}:` and its entries beneath.")
    return value


def _entries(source: Mapping[str, Any], name: str, read: Callable[[str, dict[str, Any]], T]) -> dict[str, T]:
    made = {}
    for key, entry in _table(source, name).items():
        if not isinstance(key, str) or not NAME.match(key) or not isinstance(entry, dict):
            remedy = "Use small letters, digits, _ and -, with a table beneath."
            raise _wrong(name, f"{key!r} is not a named entry.", remedy)
        made[key] = read(key, entry)
    return made


def _listed(source: Mapping[str, Any], name: str) -> Iterable[dict[str, Any]]:
    value = source.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _wrong(name, "it is not a list of tables.", f"Write `{name}:` and `- id: …` beneath.")
    return value


def _refuse_presets(node: Any, where: str) -> None:
    """A pre-set answer is no answer (GDPR art. 4(11), recital 32; CJEU C-673/17)."""
    if isinstance(node, dict):
        for key, value in node.items():
            # A YAML 1.1 reader turns a bare `on:` into True.
            if key is True or key in PRESET:
                raise _wrong(where, f"`{key}` would pre-set an answer.", "Remove it.", "preset_refused")
            _refuse_presets(value, where)
    elif isinstance(node, list):
        for entry in node:
            _refuse_presets(entry, where)


def _category(key: str, source: Mapping[str, Any], locales: Locales) -> Category:
    where = f"categories.{key}"
    title, origin = (_texts(source, name, locales, where) for name in ("title", "source"))
    return Category(key, _text(source, "iri", where), title, origin, bool(source.get("sensitive")))


def _recipient(key: str, source: Mapping[str, Any], locales: Locales) -> Recipient:
    where = f"recipients.{key}"
    own = key == OWN_USE
    return Recipient(
        id=key,
        name=_texts(source, "name", locales, where),
        role=_text(source, "role", where),
        country=_text(source, "country", where),
        contact=_text(source, "contact", where),
        what={} if own else _texts(source, "what", locales, where),
        transfer={} if own or "transfer" not in source else _texts(source, "transfer", locales, where),
    )


def _names(source: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = source.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _wrong(where, f"`{name}` is not a list of names.", f"Write `{name}: [one, two]`.")
    return tuple(value)


def _asked_part(purpose: str, source: Mapping[str, Any], locales: Locales) -> Part:
    choice = read_choice(_text(source, "id", f"purposes.{purpose}"))
    where = f"choices.{choice.id}"
    if choice.purpose != purpose:
        raise _wrong(where, f"it stands under {purpose!r}.", "Begin the identifier with its purpose.")
    return Part(
        choice=choice,
        title=_texts(source, "title", locales, where),
        text=_texts(source, "text", locales, where),
        retention=read_duration(source.get("retention")),
        valid_for=read_duration(source.get("consent_lasts")),
        safeguards=_names(source, "safeguards", where),
        hosts=_names(source, "scripts", where),
    )


def _basis(source: Mapping[str, Any], where: str) -> LegalBasis:
    try:
        return LegalBasis(_text(source, "basis", where))
    except ValueError as unknown:
        remedy = f"Choose one of {', '.join(LegalBasis)}."
        raise _wrong(where, "the legal basis is unknown.", remedy) from unknown


def _minors(source: Mapping[str, Any], parts: tuple[Part, ...], where: str) -> MinorRule:
    operations = {part.choice.operation for part in parts}
    if "minors" not in source:
        return default_rule(str(source["iri"]), source.get("advertising") == "cross_context", operations)
    if source["minors"] not in list(MinorRule):
        raise _wrong(where, "`minors` says nobody we know.", f"Choose one of {', '.join(MinorRule)}.")
    rule = MinorRule(source["minors"])
    if rule is MinorRule.CHILD and operations != {Operation.USE}:
        remedy = "Write `minors: forbidden`, or `both`."
        raise _wrong(where, "a child alone cannot permit passing data on.", remedy, "minors_refused")
    return rule


def _plain(source: Mapping[str, Any], locales: Locales, where: str) -> Texts:
    if "plain" not in source:
        return {}
    texts = _texts(source, "plain", locales, where)
    hard = [sentence for locale in locales for sentence in hard_sentences(texts[locale], locale)]
    if hard:
        raise _wrong(where, f"not in plain words: {hard[0]!r}.", "Use short sentences.", "not_plain")
    return texts


def _asked(source: Mapping[str, Any], locales: Locales) -> Purpose:
    key = _text(source, "id", "purposes")
    where = f"purposes.{key}"
    if source.get("required"):
        remedy = "Remove `required`, or tell it under `told` with the contract or law it rests on."
        raise _wrong(where, "an optional purpose may not block the service.", remedy, "blocking_refused")
    parts = tuple(_asked_part(key, part, locales) for part in _listed(source, "choices"))
    return Purpose(
        id=key,
        iri=_text(source, "iri", where),
        title=_texts(source, "title", locales, where),
        text=_texts(source, "text", locales, where),
        benefit=_texts(source, "benefit", locales, where),
        consequence=_texts(source, "consequence", locales, where),
        basis=_basis(source, where),
        law={},
        cross_context=source.get("advertising") == "cross_context",
        explicit=bool(source.get("explicit")),
        parts=parts,
        minors=_minors(source, parts, where),
        counselling=bool(source.get("counselling")),
        plain=_plain(source, locales, where),
    )


def _told(source: Mapping[str, Any], categories: Mapping[str, Category], locales: Locales) -> Purpose:
    key = _text(source, "id", "told")
    where = f"told.{key}"
    text, kept = _texts(source, "text", locales, where), read_duration(source.get("retention"))
    safeguards = _names(source, "safeguards", where)
    operation = Operation(str(source.get("operation", Operation.USE)))
    recipient = _text(source, "recipient", where)
    named = [name for name in _names(source, "categories", where) if name in categories]
    parts = (
        Part(Choice(key, name, operation, recipient), categories[name].title, text, kept, kept, safeguards)
        for name in named
    )
    return Purpose(
        id=key,
        iri=_text(source, "iri", where),
        title=_texts(source, "title", locales, where),
        text=text,
        benefit={},
        consequence={},
        basis=_basis(source, where),
        law=_texts(source, "law", locales, where),
        cross_context=source.get("advertising") == "cross_context",
        explicit=False,
        parts=tuple(parts),
    )


def _check_part(purpose: Purpose, part: Part, notice: Notice) -> None:
    where, choice = f"purposes.{purpose.id}", part.choice
    category = notice.categories.get(choice.category)
    if category is None:
        raise _wrong(where, f"category {choice.category!r} is not described.", "Add it under `categories`.")
    if choice.recipient not in notice.recipients:
        raise _wrong(where, f"recipient {choice.recipient!r} is not named.", "Add it under `recipients`.")
    if (choice.operation is Operation.USE) != (choice.recipient == OWN_USE):
        raise _wrong(where, "`use` is by `self`; anything else names a recipient.", "Correct the recipient.")
    if unknown := set(part.safeguards) - set(notice.safeguards):
        raise _wrong(
            where, f"safeguards {sorted(unknown)} are not described.", "Add them under `safeguards`."
        )
    needs_consent = choice.operation in NEEDS_CONSENT or category.sensitive or purpose.cross_context
    if purpose.basis is LegalBasis.LEGITIMATE_INTEREST and needs_consent:
        raise _wrong(where, "legitimate interest cannot carry this.", "Ask for consent.", "basis_refused")
    if category.sensitive and purpose.asked and not purpose.explicit:
        raise _wrong(where, "sensitive data needs its own statement.", "Mark the purpose `explicit: true`.")


def _check(notice: Notice, count: int) -> None:
    if len(notice.purposes) != count:
        raise _wrong("purposes", "two purposes have the same id.", "Name each purpose once.")
    for purpose in notice.purposes.values():
        if not NAME.match(purpose.id) or not purpose.parts:
            remedy = "Name it in small letters and list what is used, by whom, how long."
            raise _wrong(f"purposes.{purpose.id}", "it has no proper name or no part.", remedy)
    for purpose, part in notice.parts():
        _check_part(purpose, part, notice)
    ids = [part.choice.id for _, part in notice.parts()]
    if len(set(ids)) != len(ids):
        raise _wrong("purposes", "the same choice is listed twice.", "List each combination once.")


def _controller(document: Mapping[str, Any]) -> Controller:
    source, authority = _table(document, "controller"), _table(document, "authority")
    named = (_text(source, name, "controller") for name in ("name", "address", "country", "email"))
    return Controller(*named, *(_text(authority, name, "authority") for name in ("name", "url")))


def _purposes(
    document: Mapping[str, Any], categories: Mapping[str, Category], locales: Locales
) -> list[Purpose]:
    asked = [_asked(source, locales) for source in _listed(document, "purposes")]
    told = [_told(source, categories, locales) for source in _listed(document, "told")]
    if wrong := next((purpose for purpose in told if purpose.asked), None):
        raise _wrong(f"told.{wrong.id}", "consent is asked, not told.", "Move it under `purposes`.")
    return [*asked, *told]


def read_notice(document: Mapping[str, Any]) -> Notice:
    """Read and check a notice from its authored document (a JSON value).

    Raises `Invalid` with code `invalid_notice`, `preset_refused`, `blocking_refused`, `basis_refused`,
    `minors_refused`, `not_plain`, `unknown_choice` or `invalid_duration`, naming the place. The version is
    the document's content hash.
    """
    _refuse_presets(document, "notice")
    locales = _names(document, "locales", "notice")
    if not locales:
        raise _wrong("locales", "no locale is listed.", "List the locales the notice is written in.")
    categories = _entries(document, "categories", lambda key, source: _category(key, source, locales))
    purposes = _purposes(document, categories, locales)
    banner, safeguards = _table(document, "banner"), _table(document, "safeguards")
    notice = Notice(
        brand=_text(document, "brand", "notice"),
        version=content_hash(document),
        locales=locales,
        controller=_controller(document),
        title=_texts(document, "title", locales, "notice"),
        asking_title=_texts(banner, "title", locales, "banner"),
        asking_body=_texts(banner, "body", locales, "banner"),
        categories=categories,
        recipients=_entries(document, "recipients", lambda key, source: _recipient(key, source, locales)),
        safeguards={key: _texts(safeguards, key, locales, "safeguards") for key in safeguards},
        purposes={purpose.id: purpose for purpose in purposes},
        directed_to_children=document.get("directed_to_children") is True,
        document=dict(document),
    )
    _check(notice, len(purposes))
    return notice
