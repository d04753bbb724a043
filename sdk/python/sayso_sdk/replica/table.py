"""The head of a replica, compiled: every answer is made beforehand, none while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_sdk.replica.wire import Head
from sayso_sdk.values import Decision

TOLD = "told_basis"
"""The reason of a use that rests on another basis than consent, which was told."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One choice: its place among the codes, and its answers, one for each code.

    `aged` are the answers of a row that is old. `told` says that a stranger is told of this use rather than
    asked, so that it goes on while Sayso cannot be reached.
    """

    place: int
    answers: tuple[Decision, ...]
    aged: tuple[Decision, ...]
    told: bool
    unavailable: Decision


Question = tuple[str, str, str, str]


def compile_table(head: Head) -> dict[Question, Listed]:
    """Return every choice of the head under its purpose, category, operation and recipient."""
    return {_question(choice): _listed(head, place, choice) for place, choice in enumerate(head.choices)}


def _question(choice: str) -> Question:
    purpose, category, operation, recipient = choice.split(".")
    return purpose, category, operation, recipient


def _listed(head: Head, place: int, choice: str) -> Listed:
    rules = list(zip(head.reasons, head.permits, strict=True))
    answers = tuple(Decision(choice, permits, reason) for reason, permits in rules)
    expired = Decision(choice, False, "expired")
    # INVARIANT: a row that is old permits nothing but what rests on no answer of hers.
    aged = tuple(expired if one.permitted and one.reason != TOLD else one for one in answers)
    told = head.reasons[head.stranger[place]] == TOLD
    return Listed(place, answers, aged, told, Decision(choice, False, "unavailable"))
