"""Standings are written by those who saw them last, and by nobody else."""

from datetime import datetime

import pytest

from sayso.consent import models, standings
from sayso.core.consent import Published, Standing, fold
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices
from tests.linen import LEARN, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
BRAND, ADA = "linen-and-loom", "ada"


@pytest.fixture
def published(brand: str) -> Published:
    return notices.current(brand)


def _written(standing: Standing, published: Published, now: datetime) -> standings.Written:
    return standings.write_down(standing, published, notices.editions(BRAND), now)


def test_a_standing_that_somebody_else_wrote_is_not_written_over(published: Published, now: datetime) -> None:
    db = DjangoDatabase()
    first = fold(Standing(), answer(published, learn=REFUSED), published, now).standing
    later = fold(first, answer(published, 1, learn=GIVEN), published, now).standing
    assert standings.write(db, BRAND, {ADA: _written(first, published, now)}, {})
    assert not standings.write(db, BRAND, {ADA: _written(later, published, now)}, {})
    assert not standings.write(db, BRAND, {}, {ADA: (7, _written(later, published, now))})
    assert standings.of(db, BRAND, [ADA]) == {ADA: first}
    assert standings.write(db, BRAND, {}, {ADA: (first.rev, _written(later, published, now))})
    assert standings.of(db, BRAND, [ADA, "nobody"]) == {ADA: later}
    assert standings.of(db, BRAND, []) == {}


def test_a_pattern_is_made_of_what_it_says(published: Published, now: datetime) -> None:
    yes = fold(Standing(), answer(published, learn=GIVEN), published, now).standing
    no = fold(Standing(), answer(published, learn=REFUSED), published, now).standing
    again = fold(Standing(), answer(published, learn=GIVEN), published, now.replace(hour=10)).standing
    made = [standings.pattern_of(each, published, now) for each in (yes, no, again)]
    assert made[0] == made[2]
    assert made[0].id != made[1].id
    assert [each.permits for each in made] == [(LEARN,), (), (LEARN,)]
    standings.keep_patterns(DjangoDatabase(), made)
    standings.keep_patterns(DjangoDatabase(), made[:1])
    assert models.Pattern.objects.count() == 2
    assert models.Permit.objects.count() == 1
