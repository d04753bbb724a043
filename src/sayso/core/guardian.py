"""Who answers for a child, and what their answers come to together.

A purpose says who: nobody (`forbidden`), the guardian, the child, or both. For a permission the more
restrictive answer wins, and a child's own no always stands (UN Convention on the Rights of the Child, art. 12).
"""

from collections.abc import Iterable
from enum import StrEnum

from sayso.core.age import MINORS, Band
from sayso.core.vocabulary import DPV, NARROW, PERMITTING, ConsentStatus, Operation


class MinorRule(StrEnum):
    """Whose yes a purpose needs when the person is a minor. Forbidden: nobody's yes permits it."""

    FORBIDDEN = "forbidden"
    GUARDIAN = "guardian"
    CHILD = "child"
    BOTH = "both"


EMAIL_PLUS = "email_plus"
# What each way of proving a guardian is enough for. 16 CFR 312.5(b)(2)(vi): e-mail and a further step will do
# only where nothing is disclosed.
METHODS: dict[str, frozenset[Operation]] = {EMAIL_PLUS: frozenset({Operation.USE})}
SOLD_OR_SHARED = frozenset({Operation.SELL, Operation.SHARE_ADS})
PROFILING = frozenset(
    DPV + name
    for name in ("TargetedAdvertising", "PersonalisedAdvertising", "Profiling", "CustomerProfiling")
)


def default_rule(iri: str, cross_context: bool, operations: Iterable[Operation]) -> MinorRule:
    """Give the rule of a purpose that names none: advertising by profile, sharing and selling are forbidden.

    Regulation (EU) 2022/2065 (Digital Services Act) art. 28(2); GDPR recital 38.
    """
    forbidden = cross_context or iri in PROFILING or not SOLD_OR_SHARED.isdisjoint(operations)
    return MinorRule.FORBIDDEN if forbidden else MinorRule.BOTH


def suffices(method: str, operation: Operation) -> bool:
    """Tell whether a guardian proved by a method may permit an operation."""
    return operation in METHODS.get(method, frozenset())


def together(rule: MinorRule, band: Band, own: ConsentStatus, guardians: ConsentStatus) -> ConsentStatus:
    """Give where a choice stands by the child's own answer and the guardian's.

    `guardians` is `unknown` where there is no guardian, or none proved well enough.
    """
    if band not in MINORS or own in NARROW:
        return own
    if rule is MinorRule.FORBIDDEN:
        return ConsentStatus.INVALIDATED if own in PERMITTING else own
    if rule is MinorRule.CHILD or band is Band.TEEN:
        return own
    if guardians in NARROW:
        return guardians
    if guardians in PERMITTING:
        return guardians if rule is MinorRule.GUARDIAN else own
    return ConsentStatus.REQUESTED if own in PERMITTING else own


def refused_for_age(rule: MinorRule, band: Band, own: ConsentStatus, stands: ConsentStatus) -> bool:
    """Tell whether a choice is refused because the person is a minor, and not because of a no of their own."""
    if band not in MINORS or stands in PERMITTING or own in NARROW:
        return False
    return rule in (MinorRule.FORBIDDEN, MinorRule.GUARDIAN) or own in PERMITTING


def guardian_sees(rule: MinorRule, counselling: bool) -> bool:
    """Tell whether a guardian is shown a purpose at all.

    Counselling stays between the child and whoever counsels (GDPR recital 38).
    """
    return not counselling and rule is not MinorRule.FORBIDDEN


def guardian_answers(rule: MinorRule, counselling: bool, method: str, operation: Operation) -> bool:
    """Tell whether a guardian proved by a method may answer a choice."""
    asked = rule in (MinorRule.GUARDIAN, MinorRule.BOTH)
    return asked and guardian_sees(rule, counselling) and suffices(method, operation)
