"""A minor's page in plain words, and a guardian's view of it. Values only, no rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from sayso.centre import answers, shown
from sayso.centre.shown import ShownPurpose, Words
from sayso.centre.visitor import Visitor, locale_of
from sayso.consent import family
from sayso.consent import queries as consent
from sayso.consent.family import Halves
from sayso.core.age import Band
from sayso.core.guardian import MinorRule, guardian_answers, guardian_sees
from sayso.core.notice import Notice
from sayso.core.purpose import Purpose
from sayso.core.vocabulary import PERMITTING
from sayso.identity.proofing.email_plus import queries as guardians
from sayso.identity.proofing.email_plus.queries import Link

YOU: dict[str, Words] = {
    "yes": _("You said yes"),
    "no": _("You said no"),
    "open": _("You have not said"),
    "mixed": _("You said yes to some"),
}
GUARDIAN: dict[str, Words] = {
    "yes": _("Your parent or guardian said yes"),
    "no": _("Your parent or guardian said no"),
    "open": _("Your parent or guardian has not said"),
    "mixed": _("Your parent or guardian said yes to some"),
}
CHILD: dict[str, Words] = {
    "yes": _("The child said yes"),
    "no": _("The child said no, and that stands"),
    "open": _("The child has not said"),
    "mixed": _("The child said yes to some"),
}
RULE: dict[MinorRule, Words] = {
    MinorRule.GUARDIAN: _("Needs your yes. The child’s no stops it."),
    MinorRule.CHILD: _("The child decides this alone."),
    MinorRule.BOTH: _("Needs a yes of both of you."),
}


@dataclass(frozen=True, slots=True)
class Half:
    """What one of the two said."""

    says: Words
    tone: str


@dataclass(frozen=True, slots=True)
class Two:
    """One purpose with both answers. `guardians` is None where no guardian is needed."""

    id: str
    title: str
    text: str
    benefit: str
    consequence: str
    own: Half
    guardians: Half | None
    done: bool
    rule: Words = ""
    answerable: bool = False


def _half(purpose: ShownPurpose, words: dict[str, Words]) -> Half:
    return Half(words[purpose.tone], purpose.tone)


def _done(purpose: Purpose, stands: Mapping[str, str]) -> bool:
    return any(stands[part.choice.id] in PERMITTING for part in purpose.parts)


def _for_child(
    notice: Notice, purpose: Purpose, locale: str, said: Halves, stands: Mapping[str, str], band: Band
) -> Two:
    own, hers = (shown.purpose_shown(notice, purpose, locale, half) for half in (said.own, said.guardians))
    needed = band is Band.CHILD and purpose.minors is not MinorRule.CHILD
    return Two(
        id=purpose.id,
        title=own.title,
        text=purpose.plain.get(locale, own.text),
        benefit=own.benefit,
        consequence=own.consequence,
        own=_half(own, YOU),
        guardians=_half(hers, GUARDIAN) if needed else None,
        done=_done(purpose, stands),
    )


def page(visitor: Visitor, notice: Notice, stands: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Give what a minor's page shows: what she may answer, what nobody does, and who answers with her.

    `stands` is where each choice stands, as the gate would decide.
    """
    band, locale = consent.band_of(visitor.subjects, notice.brand), locale_of(notice)
    asked = [purpose for purpose in notice.purposes.values() if purpose.asked]
    never = [purpose.title[locale] for purpose in asked if purpose.minors is MinorRule.FORBIDDEN]
    said = family.halves(visitor.subjects, notice.brand, now)
    listed = [purpose for purpose in asked if purpose.minors is not MinorRule.FORBIDDEN]
    return {
        "purposes": [_for_child(notice, one, locale, said, stands, band) for one in listed],
        "never": never,
        "is_child": band is Band.CHILD,
        "link": link_of(visitor, now),
    }


def link_of(visitor: Visitor, now: datetime) -> Link | None:
    """Give the guardian of whoever is here, or the asking that is still open, or None."""
    found = (guardians.of_child(subject, now) for subject in visitor.subjects)
    return next((link for link in found if link), None)


def _for_guardian(
    notice: Notice, purpose: Purpose, locale: str, said: Halves, stands: Mapping[str, str], link: Link
) -> Two:
    own, hers = (shown.purpose_shown(notice, purpose, locale, half) for half in (said.own, said.guardians))
    operations = {part.choice.operation for part in purpose.parts}
    return Two(
        id=purpose.id,
        title=own.title,
        text=own.text,
        benefit=own.benefit,
        consequence=own.consequence,
        own=_half(own, CHILD),
        guardians=_half(hers, YOU) if purpose.minors is not MinorRule.CHILD else None,
        done=_done(purpose, stands),
        rule=RULE[purpose.minors],
        answerable=any(
            guardian_answers(purpose.minors, purpose.counselling, link.method, one) for one in operations
        ),
    )


def ward_page(link: Link, notice: Notice, now: datetime) -> dict[str, Any]:
    """Give what a guardian sees of a child's choices: never counselling, never what nobody may permit."""
    said, locale = family.halves([link.child], notice.brand, now), locale_of(notice)
    stands = answers.together(consent.answered_together([link.child], notice.brand, now))
    seen = [
        purpose
        for purpose in notice.purposes.values()
        if purpose.asked and guardian_sees(purpose.minors, purpose.counselling)
    ]
    return {
        "link": link,
        "base": said.rev,
        "purposes": [_for_guardian(notice, purpose, locale, said, stands, link) for purpose in seen],
    }
