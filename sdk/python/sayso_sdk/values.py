"""The small values a brand's server hands to Sayso and gets back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from sayso_sdk.errors import unreadable


class SubjectRef(TypedDict, total=False):
    """Who is meant: any of the device secret, the brand's customer number, the e-mail address."""

    device: str
    customer: str
    email: str


Answer = Literal["given", "deferred", "refused"]


@dataclass(frozen=True)
class Question:
    """What a brand wants to do: a purpose, a data category, an operation, a recipient."""

    purpose: str
    category: str
    operation: str = "use"
    recipient: str = "self"

    @property
    def choice(self) -> str:
        """The id of the choice that answers this question."""
        return f"{self.purpose}.{self.category}.{self.operation}.{self.recipient}"

    def as_json(self) -> dict[str, str]:
        """Return the question as the API takes it."""
        return {
            "purpose": self.purpose,
            "category": self.category,
            "operation": self.operation,
            "recipient": self.recipient,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question: permitted or not, why, and until when it may be kept."""

    choice: str
    permitted: bool
    reason: str
    valid_until: str | None = None

    @classmethod
    def refused(cls, question: Question, reason: str) -> Decision:
        """Return the answer no, with its reason."""
        return cls(question.choice, False, reason)

    @classmethod
    def read(cls, question: Question, answer: object) -> Decision:
        """Read one answer; one that does not plainly permit this very question refuses it."""
        if not isinstance(answer, Mapping) or answer.get("choice") != question.choice:
            return cls.refused(question, "unavailable")
        until = answer.get("valid_until")
        return cls(
            choice=question.choice,
            permitted=answer.get("permitted") is True,
            reason=str(answer.get("reason", "unavailable")),
            valid_until=until if isinstance(until, str) else None,
        )


@dataclass(frozen=True)
class Token:
    """A signed token to hand to the one who will check it, when it ends, and the answer to every question.

    `text` is None where nothing is permitted.
    """

    text: str | None
    expires_at: str | None
    decisions: tuple[Decision, ...]

    @classmethod
    def read(cls, questions: Sequence[Question], body: Mapping[str, Any]) -> Token:
        """Read the API's answer; raises SaysoProblem `unreadable` when it has another shape."""
        text, expires, answers = (body.get(name) for name in ("token", "expires_at", "decisions"))
        whole = text is None or (isinstance(text, str) and isinstance(expires, str))
        if not whole or not isinstance(answers, list) or len(answers) != len(questions):
            raise unreadable(200)
        pairs = zip(questions, answers, strict=True)
        decisions = tuple(Decision.read(question, answer) for question, answer in pairs)
        return cls(text, expires if text else None, decisions)


@dataclass(frozen=True)
class Why:
    """One reason of a recommendation: its datum, what it contributed, whether it is switched on."""

    id: str
    kind: str
    text: str
    datum: str
    contribution: float
    on: bool


@dataclass(frozen=True)
class Recommendation:
    """One suggested item; `score` is the sum of the contributions of the reasons that are on."""

    id: str
    score: float
    reasons: tuple[Why, ...]


@dataclass(frozen=True)
class Recommendations:
    """Suggested items, notes for the person, and the choices they were made under."""

    items: tuple[Recommendation, ...] = ()
    notes: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Recommendations:
        """Read the API's answer; raises SaysoProblem `unreadable` when it has another shape."""
        try:
            return cls(
                items=tuple(_recommendation(item) for item in body["items"]),
                notes=tuple(str(note["text"]) for note in body.get("notes", ())),
                permitted=tuple(str(choice) for choice in body.get("permitted", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise unreadable(200) from fault


def _recommendation(item: Mapping[str, Any]) -> Recommendation:
    return Recommendation(str(item["id"]), float(item["score"]), tuple(_why(why) for why in item["reasons"]))


def _why(why: Mapping[str, Any]) -> Why:
    return Why(
        id=str(why["id"]),
        kind=str(why["kind"]),
        text=str(why["text"]),
        datum=str(why["datum"]),
        contribution=float(why["contribution"]),
        on=why["on"] is True,
    )
