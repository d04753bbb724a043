"""What "Your privacy choices" shows: what can be stopped, what a signal holds back, what is stopped."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from sayso.centre.shown import Words
from sayso.consent import queries as consent
from sayso.consent.queries import Answered
from sayso.core.notice import Notice
from sayso.core.opt_out import Scope, covered

LONGEST = 254  # characters of an e-mail address (RFC 5321)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
SCOPES: dict[Scope, Words] = {
    Scope.SELL: _("Selling my data"),
    Scope.SHARE_ADS: _("Sharing it for adverts on other sites"),
    Scope.MARKETING: _("Marketing, letters included"),
    Scope.SENSITIVE: _("Using sensitive data for more than what I asked for"),
}
KINDS: dict[str, Words] = {
    "email": _("your e-mail address"),
    "customer": _("your customer number"),
}


@dataclass(frozen=True, slots=True)
class ShownScope:
    """One thing that can be stopped, with the purposes of this notice that it stops: perhaps none today."""

    id: str
    title: Words
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One thing that is stopped for an identifier of hers."""

    scope: str
    title: Words
    whose: Words
    since: datetime


def titles(notice: Notice, choices: list[str], locale: str) -> tuple[str, ...]:
    """Give the titles of the purposes that these choices are part of, in the notice's order, each once."""
    named = (purpose.title[locale] for purpose, part in notice.parts() if part.choice.id in choices)
    return tuple(dict.fromkeys(named))


def scopes(notice: Notice, locale: str) -> list[ShownScope]:
    """List what can be stopped."""
    return [
        ShownScope(scope, title, titles(notice, covered(notice, frozenset({scope})), locale))
        for scope, title in SCOPES.items()
    ]


def held_back(standings: list[Answered], notice: Notice, locale: str) -> tuple[str, ...]:
    """Give the purposes a browser's signal holds back for anybody who is here."""
    return titles(notice, sorted(frozenset().union(*(each.masked for each in standings))), locale)


def blocks(account: str | None) -> list[ShownBlock]:
    """List what is stopped for the identifiers of the signed-in account."""
    return [
        ShownBlock(each.scope, SCOPES[each.scope], KINDS.get(each.kind, each.kind), each.since)
        for each in (consent.blocks_of(account) if account else [])
    ]


def read_identifier(text: str) -> tuple[str, str] | None:
    """Read what was typed: an e-mail address or a customer number; None for what can be neither."""
    value = text.strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        return None
    if "@" in value:
        return ("email", value) if _EMAIL.fullmatch(value) else None
    return "customer", value
