"""Whom a change touches, what she may answer to it, and what each answer says. Pure."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sayso.core.change import Change
from sayso.core.choice import read_choice
from sayso.core.consent import UNANSWERED, Published, Standing, status_of
from sayso.core.notice import Notice
from sayso.core.values import content_hash
from sayso.core.vocabulary import PERMITTING, ConsentStatus, Operation

LAYOUT = "change-1"
ACT = "change_notice"


class Way(StrEnum):
    """What she may say to one change."""

    KEEP = "keep"
    ALLOW = "allow"
    STOP = "stop"
    STOP_SHARING = "stop_sharing"
    STOP_SELLING = "stop_selling"


_PASSING = {
    Operation.DISCLOSE: Way.STOP_SHARING,
    Operation.SHARE_ADS: Way.STOP_SHARING,
    Operation.SELL: Way.STOP_SELLING,
}
# Declared once, for every surface: these only ever narrow, so the link in a letter is proof enough.
NARROWING = frozenset(Way) - {Way.ALLOW}


def touched(change: Change, standing: Standing, before: Published, now: datetime) -> bool:
    """Tell whether she had said yes, under the version before, to something this change is about."""
    return any(status_of(standing, choice, before, now) in PERMITTING for choice in change.touching)


def still_open(change: Change, standing: Standing, current: Published, now: datetime) -> bool:
    """Tell whether the change waits for her answer: nothing said to a new use, or a yes that is asked again."""
    if not change.needs_answer:
        return False
    if change.is_new:
        silent = {ConsentStatus.UNKNOWN, ConsentStatus.DEFERRED, ConsentStatus.REQUESTED}
        return standing.held.get(change.choice, UNANSWERED).status in silent
    asked_again = (status_of(standing, choice, current, now) for choice in change.touching)
    return ConsentStatus.REQUESTED in asked_again


def _passed_on_alike(change: Change) -> list[str]:
    """List the older uses that pass data on as the new one does, where the purpose has others besides."""
    operation = read_choice(change.choice).operation
    alike = [choice for choice in change.touching if read_choice(choice).operation is operation]
    return alike if operation in _PASSING and len(alike) < len(change.touching) else []


def ways(change: Change) -> tuple[Way, ...]:
    """List what she may say, none where nothing is asked.

    Only what stands beside the old use can be added to it or left off: where the use itself widened there is
    no keeping it as it was, and it rests until she answers.
    """
    if not change.needs_answer:
        return ()
    if not change.is_new:
        return (Way.ALLOW, Way.STOP)
    passing = (_PASSING[read_choice(change.choice).operation],) if _passed_on_alike(change) else ()
    return (Way.KEEP, Way.ALLOW, Way.STOP, *passing)


def answers(change: Change, way: Way, notice: Notice, hers: Sequence[str]) -> dict[str, ConsentStatus]:
    """Give what one way of answering says to each choice of the notice in force.

    `hers` are the choices she had said yes to. Empty when this way is not open for this change, or the notice
    no longer lists what it was about.
    """
    listed = [choice.id for choice in notice.choices() if choice.purpose == change.purpose]
    refused = ConsentStatus.REFUSED
    if way not in ways(change):
        return {}
    if way is Way.ALLOW:
        wanted = (
            [change.choice] if change.is_new else [choice for choice in change.touching if choice in hers]
        )
        return {choice: ConsentStatus.GIVEN for choice in wanted if choice in listed}
    if way is Way.KEEP:
        return {choice: refused for choice in listed if choice == change.choice}
    if way is Way.STOP:
        whole = change.is_new or not change.choice
        return {choice: refused for choice in listed if whole or choice == change.choice}
    passed_on = {change.choice, *_passed_on_alike(change)}
    return {choice: refused for choice in listed if choice in passed_on}


def told_text(changes: Sequence[Change], locale: str) -> dict[str, Any]:
    """Give what the page of changes shows in a locale, as JSON."""
    return {
        "layout": LAYOUT,
        "locale": locale,
        "changes": [
            {
                "id": change.id,
                "kind": change.kind,
                "title": change.title[locale],
                "differences": [
                    [each.aspect, each.before[locale], each.after[locale]] for each in change.differences
                ],
            }
            for change in changes
        ],
    }


def told_hash(changes: Sequence[Change], locale: str) -> str:
    """Give the hash of what was shown of these changes, which an answer to them carries."""
    return content_hash(told_text(changes, locale))
