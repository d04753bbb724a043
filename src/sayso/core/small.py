"""Counts of people that are shown to people: one that is too small would point at somebody."""

LEAST = 5


def told(count: int) -> int | None:
    """Give a count as it may be shown: nought and five or more as they are, None for "fewer than five"."""
    return count if count == 0 or count >= LEAST else None
