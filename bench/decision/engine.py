"""What every engine is to the measurement, ours and the peers'."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.decision.policy import Policy, Question


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine is asked: the call, its arguments for a question, and how a yes is read off its answer."""

    ask: Callable[..., Any]
    words: Callable[[Question], tuple[Any, ...]]
    yes: Callable[[Any], bool] = bool

    def prepared(self, asked: Sequence[Question]) -> list[tuple[Any, ...]]:
        """Give the arguments of a call for each question."""
        return [self.words(question) for question in asked]


def disagreements(engine: Engine, policy: Policy, asked: Sequence[Question]) -> int:
    """Count the questions to which an engine gives another answer than the policy."""
    return sum(
        engine.yes(engine.ask(*words)) is not policy.permits(*question)
        for question, words in zip(asked, engine.prepared(asked), strict=True)
    )
