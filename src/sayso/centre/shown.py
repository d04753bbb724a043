"""What the notice and her answers look like on a page, in her language. Values only, no rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.core.choice import OWN_USE
from sayso.core.decision import Reason
from sayso.core.layout import asked as listed
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose
from sayso.core.vocabulary import PERMITTING, ConsentStatus, LegalBasis, Operation, Voucher

Words = str | Promise

STATUS: dict[str, tuple[Words, str]] = {  # what the page says, and its tone
    ConsentStatus.UNKNOWN: (_("Not answered: counts as no"), "open"),
    ConsentStatus.REQUESTED: (_("Asked again: counts as no"), "open"),
    ConsentStatus.DEFERRED: (_("Not now: counts as no"), "open"),
    ConsentStatus.GIVEN: (_("Yes"), "yes"),
    ConsentStatus.RENEWED: (_("Yes"), "yes"),
    ConsentStatus.REFUSED: (_("No"), "no"),
    ConsentStatus.WITHDRAWN: (_("No, taken back"), "no"),
    ConsentStatus.EXPIRED: (_("Run out: counts as no"), "open"),
    ConsentStatus.INVALIDATED: (_("No longer valid"), "no"),
    ConsentStatus.REVOKED: (_("No, revoked"), "no"),
    ConsentStatus.SUPERSEDED: (_("Too late: a newer answer stands"), "no"),
    Reason.GPC: (_("No: your browser asks so"), "no"),
    Reason.BLOCKED: (_("No: stopped for your address or number"), "no"),
}
MIXED: tuple[Words, str] = (_("Partly"), "mixed")
BASIS: dict[LegalBasis, Words] = {
    LegalBasis.CONSENT: _("Only if you say yes (GDPR, Article 6(1)(a))"),
    LegalBasis.CONTRACT: _("Needed for what you ordered"),
    LegalBasis.LEGAL_OBLIGATION: _("The law requires it"),
    LegalBasis.LEGITIMATE_INTEREST: _("Our legitimate interest; you may object"),
}
OPERATION: dict[Operation, Words] = {
    Operation.USE: _("used"),
    Operation.DISCLOSE: _("passed on"),
    Operation.SHARE_ADS: _("shared for adverts"),
    Operation.SELL: _("sold"),
}
VOUCHER: dict[str, Words] = {
    Voucher.DEVICE: _("this or another of your browsers"),
    Voucher.ACCOUNT: _("you, signed in"),
    Voucher.STAFF: _("a member of staff"),
    Voucher.SERVER_KEY: _("the shop's server"),
    Voucher.IMPORT: _("an older system"),
    Voucher.GUARDIAN: _("your parent or guardian"),
    Voucher.LETTER: _("whoever holds the link of a letter to you"),
}
SURFACE: dict[str, Words] = {
    "banner": _("the shop's banner"),
    "shop": _("a page of the shop"),
    "centre": _("the privacy centre"),
    "telephone": _("the telephone"),
    "letter": _("a link in a letter"),
    "browser": _("your browser"),
    "import": _("an older system"),
    "journal": _("the journal beside the database"),
}
ACT: dict[str, Words] = {
    "accept_all": _("Accept all"),
    "reject_all": _("Reject all"),
    "choose": _("Chose one by one"),
    "change": _("Changed an answer"),
    "ask": _("Answered a question"),
    "stop_everything": _("Stop everything"),
    "join": _("Joined at sign-in"),
    "guardian_ended": _("A guardian stopped answering"),
    "phone": _("Said by telephone"),
    "confirm": _("Confirmed by letter"),
    "signal": _("Your browser asked not to sell or share (Global Privacy Control)"),
    "opt_out": _("Opted out on “Your privacy choices”"),
    "lift": _("Lifted a stop on your address or number"),
    "change_notice": _("Answered a change"),
    "import": _("Brought over from an older system"),
    "restored": _("Put back after a backup was restored"),
}


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One choice inside a purpose, with where it stands."""

    choice: str
    title: str
    sentence: str
    status: str
    says: Words
    tone: str

    @property
    def is_yes(self) -> bool:
        """Tell whether it is permitted now."""
        return self.status in PERMITTING

    @property
    def may_defer(self) -> bool:
        """Tell whether "not now" is an answer here: it never takes back a spoken yes or no."""
        return self.tone == "open"


@dataclass(frozen=True, slots=True)
class ShownPurpose:
    """One purpose with its parts, as choices, data and notice pages show it."""

    id: str
    title: str
    text: str
    benefit: str
    consequence: str
    basis: Words
    law: str
    cross_context: bool
    parts: tuple[ShownPart, ...]
    recipients: tuple[str, ...]
    says: Words
    tone: str

    @property
    def any_yes(self) -> bool:
        """Tell whether anything in it is permitted now."""
        return any(part.is_yes for part in self.parts)


def _part(part: Part, locale: str, statuses: Mapping[str, str]) -> ShownPart:
    status = statuses.get(part.choice.id, ConsentStatus.UNKNOWN)
    says, tone = STATUS[status]
    return ShownPart(part.choice.id, part.title[locale], part.text[locale], status, says, tone)


def _summary(parts: tuple[ShownPart, ...]) -> tuple[Words, str]:
    """Say where a purpose stands as a whole."""
    tones = {part.tone for part in parts}
    if len(tones) == 1:
        return parts[0].says, parts[0].tone
    if "yes" in tones:
        return MIXED
    return next((part.says, part.tone) for part in parts if part.tone == "no")


def who(notice: Notice, recipient: str, locale: str) -> str:
    """Give the name of a recipient; the brand itself for its own use."""
    named = notice.recipients.get(recipient)
    return named.name[locale] if named else notice.controller.name


def purpose_shown(notice: Notice, purpose: Purpose, locale: str, statuses: Mapping[str, str]) -> ShownPurpose:
    """Give one purpose as pages show it."""
    parts = tuple(_part(part, locale, statuses) for part in purpose.parts)
    says, tone = _summary(parts) if purpose.asked else (_("Told, not asked"), "told")
    return ShownPurpose(
        id=purpose.id,
        title=purpose.title[locale],
        text=purpose.text[locale],
        benefit=purpose.benefit.get(locale, ""),
        consequence=purpose.consequence.get(locale, ""),
        basis=BASIS[purpose.basis],
        law=purpose.law.get(locale, ""),
        cross_context=purpose.cross_context,
        parts=parts,
        recipients=tuple(dict.fromkeys(who(notice, part.choice.recipient, locale) for part in purpose.parts)),
        says=says,
        tone=tone,
    )


def asked(
    notice: Notice, locale: str, statuses: Mapping[str, str], layout: str = "centre-1"
) -> list[ShownPurpose]:
    """List the purposes she answers; a minor is not asked what is forbidden for minors."""
    purposes = listed(notice, layout)
    return [purpose_shown(notice, purpose, locale, statuses) for purpose in purposes]


def told(notice: Notice, locale: str) -> list[ShownPurpose]:
    """List the purposes she is told of."""
    purposes = [purpose for purpose in notice.purposes.values() if not purpose.asked]
    return [purpose_shown(notice, purpose, locale, {}) for purpose in purposes]


@dataclass(frozen=True, slots=True)
class ShownRecipient:
    """A company that receives data, as pages name it."""

    name: str
    what: str
    country: str
    transfer: str
    contact: str
    purposes: tuple[str, ...]


def recipients(notice: Notice, locale: str) -> list[ShownRecipient]:
    """List every recipient by name, the brand itself left out, with what each one is for."""
    return [
        ShownRecipient(
            name=one.name[locale],
            what=one.what.get(locale, ""),
            country=one.country,
            transfer=one.transfer.get(locale, ""),
            contact=one.contact,
            purposes=tuple(
                dict.fromkeys(
                    p.title[locale] for p, part in notice.parts() if part.choice.recipient == one.id
                )
            ),
        )
        for one in notice.recipients.values()
        if one.id != OWN_USE
    ]


def parts_of(notice: Notice, choices: list[str], locale: str) -> list[tuple[str, ShownPart]]:
    """Give the title of the purpose and the part for each of these choices, in the notice's order."""
    return [
        (purpose.title[locale], _part(part, locale, {}))
        for purpose, part in notice.parts()
        if part.choice.id in choices
    ]
