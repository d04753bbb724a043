"""What is different between two versions of a notice, purpose by purpose, as a person can read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sayso.core.change_words import NO, YES, Aspect, label
from sayso.core.layout import length_text
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose, Texts


class ChangeKind(StrEnum):
    """What a change does to what a person agreed to, the weightiest first."""

    WIDENED = "widened"
    ADDED = "added"
    NARROWED = "narrowed"
    REMOVED = "removed"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing told otherwise: what, and how it read before and after, per locale of the new notice."""

    aspect: Aspect
    before: Texts
    after: Texts


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    `choice` is empty where the purpose as a whole changed. `is_new` marks a choice added to a purpose that was
    there before. A yes to one of `touching`, given under the old version, makes it somebody's business;
    where nobody is `asked` it is everybody's.
    """

    kind: ChangeKind
    purpose: str
    choice: str
    title: Texts
    differences: tuple[Difference, ...]
    asked: bool
    is_new: bool = False
    touching: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Give the name of the change between its two versions: the choice, or else the purpose."""
        return self.choice or self.purpose

    @property
    def needs_answer(self) -> bool:
        """Tell whether its use rests until she answers."""
        return self.asked and self.kind is ChangeKind.WIDENED

    @property
    def needs_telling(self) -> bool:
        """Tell whether those touched are written to: more is asked, or done without asking (GDPR 13(3))."""
        return self.kind is ChangeKind.WIDENED or (self.kind is ChangeKind.ADDED and not self.asked)


# A difference in these keeps every answer, whatever it reads like; in the others it begins a new generation.
_PLAIN = frozenset(
    {
        Aspect.TITLE,
        Aspect.TEXT,
        Aspect.CONSEQUENCE,
        Aspect.LAW,
        Aspect.CATEGORY,
        Aspect.SCRIPTS,
        Aspect.MINORS,
        Aspect.PLAIN,
    }
)
_LENGTHS = frozenset({Aspect.RETENTION, Aspect.LASTS})
_ORDER = {kind: place for place, kind in enumerate(ChangeKind)}


@dataclass(frozen=True, slots=True)
class _Facet:
    """One aspect of a purpose or part: what it is judged by, and how it reads."""

    judged: Any
    reads: Texts


Facets = dict[Aspect, _Facet]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two versions, the locales differences are told in, and those both are written in."""

    old: Notice
    new: Notice

    @property
    def shared(self) -> tuple[str, ...]:
        """Give the locales to judge by: a version in one more language is no other version."""
        both = tuple(locale for locale in self.new.locales if locale in self.old.locales)
        return both or self.new.locales


def _worded(texts: Texts, locales: tuple[str, ...]) -> Texts:
    spare = next(iter(texts.values()), "")
    return {locale: texts.get(locale, spare) for locale in locales}


def _listed(texts: list[Texts], locales: tuple[str, ...]) -> Texts:
    return {
        locale: "; ".join(filter(None, (_worded(each, locales)[locale] for each in texts)))
        for locale in locales
    }


def _fixed(key: str, locales: tuple[str, ...]) -> Texts:
    return {locale: label(key, locale) for locale in locales}


def _of_purpose(purpose: Purpose, pair: _Pair) -> Facets:
    locales = pair.new.locales
    worded = {
        Aspect.TITLE: purpose.title,
        Aspect.TEXT: purpose.text,
        Aspect.BENEFIT: purpose.benefit,
        Aspect.CONSEQUENCE: purpose.consequence,
        Aspect.LAW: purpose.law,
        Aspect.PLAIN: purpose.plain,
    }
    flags = {Aspect.ADVERTISING: purpose.cross_context, Aspect.EXPLICIT: purpose.explicit}
    return {
        **{
            aspect: _Facet(_worded(texts, pair.shared), _worded(texts, locales))
            for aspect, texts in worded.items()
        },
        **{aspect: _Facet(flag, _fixed(YES if flag else NO, locales)) for aspect, flag in flags.items()},
        Aspect.PURPOSE: _Facet(purpose.iri, dict.fromkeys(locales, purpose.iri)),
        Aspect.BASIS: _Facet(purpose.basis, _fixed(purpose.basis, locales)),
        Aspect.MINORS: _Facet(purpose.minors, _fixed(purpose.minors, locales)),
    }


def _recipient(notice: Notice, part: Part, pair: _Pair) -> _Facet:
    one, locales = notice.recipients[part.choice.recipient], pair.new.locales
    transfer, role = _worded(one.transfer, locales), one.role.replace("_", " ")
    reads = {
        locale: f"{name} ({role}, {one.country}) {transfer[locale]}".strip()
        for locale, name in _worded(one.name, locales).items()
    }
    return _Facet((one.role, one.country, _worded(one.transfer, pair.shared)), reads)


def _of_part(notice: Notice, part: Part, pair: _Pair) -> Facets:
    locales, category = pair.new.locales, notice.categories[part.choice.category]
    protected = _listed([notice.safeguards[name] for name in part.safeguards], locales)
    kept, lasts = part.retention, part.valid_for
    return {
        Aspect.TITLE: _Facet(None, _worded(part.title, locales)),
        Aspect.TEXT: _Facet(None, _worded(part.text, locales)),
        Aspect.CATEGORY: _Facet(None, _listed([category.title, category.source], locales)),
        Aspect.RECIPIENT: _recipient(notice, part, pair),
        Aspect.RETENTION: _Facet(kept.rough_days, {locale: length_text(kept, locale) for locale in locales}),
        Aspect.LASTS: _Facet(lasts.rough_days, {locale: length_text(lasts, locale) for locale in locales}),
        Aspect.SAFEGUARDS: _Facet(sorted(part.safeguards), protected),
        Aspect.SCRIPTS: _Facet(None, dict.fromkeys(locales, ", ".join(part.hosts))),
    }


def _kind(aspect: Aspect, before: _Facet, after: _Facet) -> ChangeKind:
    """Say what one difference does: less is narrowed, other words are reworded, anything else is widened."""
    if aspect in _PLAIN or before.judged == after.judged:
        return ChangeKind.REWORDED
    if aspect in _LENGTHS and after.judged < before.judged:
        return ChangeKind.NARROWED
    # A yes that lasts longer from now on leaves the end of every earlier yes where it was.
    return ChangeKind.REWORDED if aspect is Aspect.LASTS else ChangeKind.WIDENED


def _differences(
    before: Facets, after: Facets, pair: _Pair
) -> tuple[tuple[Difference, ...], ChangeKind | None]:
    """List what differs, and the weightiest kind among it; None when nothing does."""
    found, kinds = [], set()
    for aspect, new in after.items():
        old = before[aspect]
        if old.judged != new.judged or any(old.reads[name] != new.reads[name] for name in pair.shared):
            found.append(Difference(aspect, old.reads, new.reads))
            kinds.add(_kind(aspect, old, new))
    return tuple(found), min(kinds, key=_ORDER.__getitem__, default=None)


def _whole(part: Part, locales: tuple[str, ...]) -> Texts:
    title, text = _worded(part.title, locales), _worded(part.text, locales)
    return {locale: f"{title[locale]}: {text[locale]}" for locale in locales}


def _came(parts: Iterable[Part], pair: _Pair) -> tuple[Difference, ...]:
    nothing = dict.fromkeys(pair.new.locales, "")
    return tuple(Difference(Aspect.USE, nothing, _whole(part, pair.new.locales)) for part in parts)


def _went(parts: Iterable[Part], pair: _Pair) -> tuple[Difference, ...]:
    return tuple(Difference(each.aspect, each.after, each.before) for each in _came(parts, pair))


def _choices(purpose: Purpose) -> tuple[str, ...]:
    return tuple(part.choice.id for part in purpose.parts)


def _as_a_whole(old: Purpose, new: Purpose, pair: _Pair) -> Iterator[Change]:
    found, kind = _differences(_of_purpose(old, pair), _of_purpose(new, pair), pair)
    if new.asked and not old.asked:
        kind = ChangeKind.NARROWED  # what was done unasked now needs a yes
    if kind is not None:
        yield Change(kind, new.id, "", new.title, found, new.asked, touching=_choices(old))


def _by_part(old: Purpose, new: Purpose, pair: _Pair) -> Iterator[Change]:
    before, after = ({part.choice.id: part for part in purpose.parts} for purpose in (old, new))
    for choice, part in after.items():
        if choice not in before:
            found = _came([part], pair)
            yield Change(ChangeKind.WIDENED, new.id, choice, new.title, found, new.asked, True, _choices(old))
            continue
        facets = (_of_part(pair.old, before[choice], pair), _of_part(pair.new, part, pair))
        differs, kind = _differences(*facets, pair)
        if kind is not None:
            yield Change(kind, new.id, choice, new.title, differs, new.asked, touching=(choice,))
    for choice, part in before.items():
        if choice not in after:
            found = _went([part], pair)
            yield Change(ChangeKind.REMOVED, new.id, choice, new.title, found, old.asked, touching=(choice,))


def _of_purposes(pair: _Pair) -> Iterator[Change]:
    for name, new in pair.new.purposes.items():
        old = pair.old.purposes.get(name)
        if old is None:
            yield Change(ChangeKind.ADDED, name, "", new.title, _came(new.parts, pair), new.asked)
        else:
            yield from _as_a_whole(old, new, pair)
            yield from _by_part(old, new, pair)
    for name, gone in pair.old.purposes.items():
        if name not in pair.new.purposes:
            title, found = _worded(gone.title, pair.new.locales), _went(gone.parts, pair)
            yield Change(ChangeKind.REMOVED, name, "", title, found, gone.asked, touching=_choices(gone))


def compare(old: Notice, new: Notice) -> list[Change]:
    """List what `new` does otherwise than `old`, the weightiest first, else in the notice's order.

    A choice is `widened`, itself or by its purpose as a whole, exactly when answers to it stop being valid
    (`core.lineage.next_generations`); a choice added to a purpose that was there widens that purpose.
    """
    return sorted(_of_purposes(_Pair(old, new)), key=lambda change: _ORDER[change.kind])
