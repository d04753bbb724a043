"""Say each reason in the person's language, with the datum it rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from sayso.core.fact import Fact
from sayso.core.taste import Kind, Reason

Titles = Mapping[str, Mapping[str, str]]  # item id → locale → title

# What a reason says. `things` are titles of what she bought.
TEXTS: dict[Kind, str] = {
    Kind.BOUGHT: gettext_noop("In the colours of %(datum)s, which you bought"),
    Kind.RENEWABLE: gettext_noop("Of a renewable material, like %(datum)s, which you bought"),
    Kind.TOGETHER: gettext_noop("People who bought %(datum)s, as you did, also bought this"),
    Kind.WEATHER: gettext_noop("A cold week is forecast for your postcode, %(datum)s"),
}
LIKED = gettext_noop("You told us that you like %(datum)s")
DISLIKED = gettext_noop("You told us that you do not like %(datum)s")
# Words a catalogue commonly uses for what can be liked; any other word is shown as the brand wrote it.
WORDS = (
    gettext_noop("blue"), gettext_noop("green"), gettext_noop("natural"), gettext_noop("white"),
    gettext_noop("red"), gettext_noop("grey"), gettext_noop("yellow"), gettext_noop("pink"),
    gettext_noop("purple"), gettext_noop("brown"), gettext_noop("orange"), gettext_noop("linen"),
    gettext_noop("cotton"), gettext_noop("wool"), gettext_noop("hemp"), gettext_noop("silk"),
    gettext_noop("bamboo fibre"), gettext_noop("polyester"),
)  # fmt: skip
NOTES = {
    "unknown_postcode": gettext_noop("We have no weather for your postcode, so it plays no part."),
    "no_forecast": gettext_noop("The forecast cannot be had just now, so the weather plays no part."),
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person should know about her suggestions."""

    code: str
    text: str


def note(code: str) -> Note:
    """Make a note in the language that is active."""
    return Note(code, gettext(NOTES[code]))


def title(item: str, titles: Titles, locale: str) -> str:
    """Give an item's title in a locale, else in English, else in any, else its id."""
    told = titles.get(item, {})
    return told.get(locale) or told.get("en") or next(iter(told.values()), item)


def _things(facts: Iterable[Fact], titles: Titles, locale: str) -> str:
    named = dict.fromkeys(title(fact.value["item"], titles, locale) for fact in facts)
    return gettext(", ").join(named)


def datum(reason: Reason, facts: Mapping[str, Fact], titles: Titles, locale: str) -> str:
    """Name what a reason rests on: what was bought, the postcode, the word she said."""
    rests_on = [facts[fact] for fact in reason.facts]
    if reason.kind is Kind.WEATHER:
        return str(rests_on[0].value["postcode"])
    if reason.kind is Kind.PREFERENCE:
        return gettext(reason.value)
    return _things(rests_on, titles, locale)


def sentence(reason: Reason, named: str, liked: bool) -> str:
    """Say a reason as a sentence. `liked` matters to declared preferences only."""
    if reason.kind is Kind.PREFERENCE:
        return gettext(LIKED if liked else DISLIKED) % {"datum": named}
    return gettext(TEXTS[reason.kind]) % {"datum": named}
