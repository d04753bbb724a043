"""One policy for every engine: what a notice lists, what people answered, and what follows from it.

Purposes × categories × recipients, all of them listed. The first purpose rests on a contract, the others on consent;
every third is forbidden for minors; some meant less when the older answers were given. A person answers purposes
whole, so that engines which know no choices are at no disadvantage.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SHAPES = {64: (4, 4, 4), 512: (8, 8, 8), 4096: (16, 16, 16)}
PATTERNS = 256  # ways in which people answered: most answer like others
UNANSWERED, OLDER, CURRENT = 0, 1, 2

Question = tuple[str, int, int, int]  # whose data, for which purpose, of which category, by which recipient


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of having answered: for each purpose under which version it was given, and whether by a minor."""

    given: tuple[int, ...]
    minor: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """A notice and everybody's answers. The n-th person answered as the pattern `n % PATTERNS` says."""

    choices: int
    people: int
    patterns: tuple[Pattern, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Give how many purposes, categories and recipients there are."""
        return SHAPES[self.choices]

    def on_contract(self, purpose: int) -> bool:
        """Tell whether a purpose is told and not asked."""
        return purpose == 0

    def forbidden_to_minors(self, purpose: int) -> bool:
        """Tell whether a minor's yes permits nothing."""
        return purpose % 3 == 2

    def least_version(self, purpose: int) -> int:
        """Give the version since which a yes still means what the notice says now."""
        return CURRENT if purpose % 4 == 3 else OLDER

    def listed(self, purpose: int, category: int, recipient: int) -> bool:
        """Tell whether the notice lists a choice."""
        return all(
            0 <= place < most for place, most in zip((purpose, category, recipient), self.shape, strict=True)
        )

    def pattern_of(self, name: str) -> Pattern | None:
        """Give how a person answered, or None for a stranger."""
        number = int(name, 16)
        return self.patterns[number % PATTERNS] if number < self.people else None

    def permits(self, name: str, purpose: int, category: int, recipient: int) -> bool:
        """Say what every engine has to say."""
        if not self.listed(purpose, category, recipient):
            return False
        if self.on_contract(purpose):
            return True
        pattern = self.pattern_of(name)
        return pattern is not None and self.purpose_permitted(pattern, purpose)

    def purpose_permitted(self, pattern: Pattern, purpose: int) -> bool:
        """Tell whether one way of answering permits a listed purpose."""
        if self.on_contract(purpose):
            return True
        forbidden = pattern.minor and self.forbidden_to_minors(purpose)
        return not forbidden and pattern.given[purpose] >= self.least_version(purpose)

    def bits(self, pattern: Pattern) -> int:
        """Give the purposes one way of answering permits as a bitset, as a row of a store would hold it."""
        return sum(
            1 << purpose for purpose in range(self.shape[0]) if self.purpose_permitted(pattern, purpose)
        )

    def names(self) -> Iterator[str]:
        """Name everybody."""
        return map(name_of, range(self.people))


def name_of(number: int) -> str:
    """Give a person's name: 32 hexadecimal characters, as replicas know people by."""
    return f"{number:032x}"


def make_policy(choices: int, people: int, seed: int = 1) -> Policy:
    """Make the policy of so many choices and people; the same seed makes the same."""
    draw, purposes = random.Random(seed), SHAPES[choices][0]  # noqa: S311 no secret
    patterns = tuple(
        Pattern(
            tuple(draw.choices((UNANSWERED, OLDER, CURRENT), (4, 2, 4), k=purposes)), draw.random() < 0.06
        )
        for _ in range(PATTERNS)
    )
    return Policy(choices, people, patterns)


def questions(policy: Policy, count: int, seed: int = 2) -> list[Question]:
    """Draw questions: one in twenty about a stranger, one in ten about something the notice does not list."""
    draw = random.Random(seed)  # noqa: S311 no secret
    purposes, categories, recipients = policy.shape
    asked = []
    for _ in range(count):
        number = draw.randrange(policy.people) + (policy.people if draw.random() < 0.05 else 0)
        category = draw.randrange(categories) + (categories if draw.random() < 0.1 else 0)
        asked.append((name_of(number), draw.randrange(purposes), category, draw.randrange(recipients)))
    return asked
