"""Small counts point at people, so they are not told."""

import pytest

from sayso.core.small import told


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (1200, 1200)])
def test_one_to_four_people_are_fewer_than_five(count: int, shown: int | None) -> None:
    assert told(count) == shown
