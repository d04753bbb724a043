"""Synthetic answers: the data set holds purchases, not wishes, so these are drawn, and the shares printed."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GIVEN, REFUSED, UNANSWERED = "given", "refused", "unanswered"
ANSWERS = (GIVEN, REFUSED, UNANSWERED)

# Purpose → how likely each answer is, in percent. Made up, and said to be so wherever it is shown.
SHARES: Mapping[str, tuple[int, int, int]] = {"personalise": (55, 25, 20), "learn": (45, 30, 25)}


@dataclass(frozen=True)
class Drawn:
    """What every household is taken to have said: household → purpose → answer."""

    seed: int
    said: Mapping[int, Mapping[str, str]]

    def count(self, purpose: str) -> Counter[str]:
        """Count the answers to one purpose."""
        return Counter(answers[purpose] for answers in self.said.values())


def draw(households: Iterable[int], seed: int) -> Drawn:
    """Draw an answer to every purpose for every household; the same seed gives the same answers.

    Each household has a generator of its own, so that a smaller run is a part of a larger one.
    """

    def answers(household: int) -> dict[str, str]:
        chance = random.Random(f"{seed}/{household}")  # noqa: S311 - a demonstration, not a secret
        return {purpose: chance.choices(ANSWERS, shares)[0] for purpose, shares in SHARES.items()}

    return Drawn(seed, {household: answers(household) for household in households})


def table(drawn: Drawn) -> list[str]:
    """Write the distribution as lines of text: what was asked for and what was drawn."""
    total = max(len(drawn.said), 1)
    lines = [f"Answers are synthetic, drawn with seed {drawn.seed} (in brackets: the likelihood drawn from):"]
    for purpose, shares in SHARES.items():
        counts = drawn.count(purpose)
        parts = (
            f"{answer} {counts[answer] / total:6.1%} ({share} %)"
            for answer, share in zip(ANSWERS, shares, strict=True)
        )
        lines.append(f"  {purpose:<12}" + "   ".join(parts))
    return lines
