"""The policy in the words of Sayso's own heart: a published notice, and the standing each way of answering leaves.

The plain rules of `core/decision.py` are asked whether they say what the policy says, before anything is timed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from bench.decision.policy import CURRENT, UNANSWERED, Pattern, Policy, Question
from sayso.core.age import Band
from sayso.core.choice import Choice
from sayso.core.consent import Held, Published, Standing
from sayso.core.decision import decide
from sayso.core.duration import read_duration
from sayso.core.guardian import MinorRule
from sayso.core.notice import Controller, Notice
from sayso.core.purpose import Category, Part, Purpose, Recipient
from sayso.core.vocabulary import ConsentStatus, LegalBasis, Operation

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
CHECKED = 60  # questions the plain rules are asked; over thousands of choices each takes them long
ENDS = datetime(2099, 1, 1, tzinfo=UTC)
_MONTHS = read_duration("P6M")


def choice_of(purpose: int, category: int, recipient: int) -> Choice:
    """Give the choice that a question is about, listed or not."""
    return Choice(f"p{purpose}", f"c{category}", Operation.DISCLOSE, f"r{recipient}")


def _purpose(policy: Policy, number: int) -> Purpose:
    _, categories, recipients = policy.shape
    parts = tuple(
        Part(choice_of(number, category, recipient), {}, {}, _MONTHS, _MONTHS)
        for category in range(categories)
        for recipient in range(recipients)
    )
    basis = LegalBasis.CONTRACT if policy.on_contract(number) else LegalBasis.CONSENT
    minors = MinorRule.FORBIDDEN if policy.forbidden_to_minors(number) else MinorRule.CHILD
    return Purpose(
        f"p{number}", "https://w3id.org/dpv#Purpose", {}, {}, {}, {}, basis, {}, cross_context=False,
        explicit=False, parts=parts, minors=minors,
    )  # fmt: skip


@lru_cache(maxsize=4)
def published(policy: Policy) -> Published:
    """Give the notice of a policy, each choice with the generation that its present meaning has."""
    purposes, categories, recipients = policy.shape
    notice = Notice(
        "bench", "sha256:bench", ("en",), Controller("", "", "", "", "", ""), {}, {}, {},
        {f"c{each}": Category(f"c{each}", "", {}, {}) for each in range(categories)},
        {f"r{each}": Recipient(f"r{each}", {}, "", "", "", {}, {}) for each in range(recipients)},
        {}, {f"p{each}": _purpose(policy, each) for each in range(purposes)}, False, {},
    )  # fmt: skip
    generations = {
        choice.id: f"{choice.purpose}-{policy.least_version(int(choice.purpose[1:]))}"
        for choice in notice.choices()
    }
    return Published(notice, generations, {})


def _held(policy: Policy, purpose: int, version: int) -> Held:
    if version == UNANSWERED:
        return Held(ConsentStatus.REFUSED, 1, 1)
    means = policy.least_version(purpose) if version >= policy.least_version(purpose) else version
    return Held(ConsentStatus.GIVEN, 1, 0, f"p{purpose}-{means}", ENDS, CURRENT)


def standing(policy: Policy, pattern: Pattern) -> Standing:
    """Give where somebody stands who answered like this."""
    purposes, categories, recipients = policy.shape
    held = {
        choice_of(purpose, category, recipient).id: _held(policy, purpose, pattern.given[purpose])
        for purpose in range(purposes)
        if not policy.on_contract(purpose)
        for category in range(categories)
        for recipient in range(recipients)
    }
    band = Band.TEEN if pattern.minor else Band.ADULT
    return Standing(rev=1, shown="sha256:bench", held=held, band=band)


def check_the_rules(policy: Policy, asked: Sequence[Question]) -> None:
    """Raise `RuntimeError` unless the plain rules say what the policy says, of every question."""
    standings = {
        pattern: standing(policy, pattern)
        for pattern in set(map(policy.pattern_of, _names(asked)))
        if pattern
    }
    notice = published(policy)
    for name, *what in asked:
        pattern = policy.pattern_of(name)
        known = standings[pattern] if pattern else None
        said = decide(known, choice_of(*what), notice, NOW)
        if said.permitted != policy.permits(name, *what):
            raise RuntimeError(f"the plain rules say {said.reason} of {choice_of(*what).id}")


def _names(asked: Sequence[Question]) -> list[str]:
    return [question[0] for question in asked]
