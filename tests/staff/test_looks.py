"""A look at a person has a name, a role and a reason, and she reads all of it."""

from datetime import datetime, timedelta

import pytest

from sayso.core.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.identity import keys
from sayso.identity import services as identity
from sayso.staff import queries, services
from sayso.staff.models import Look
from tests.staff.conftest import WHY, Desk


def _find(desk: Desk, typed: str, now: datetime, reason: str = WHY) -> str:
    return services.find(typed, desk.dev, "support", reason, ["choices"], now)


@pytest.mark.parametrize("typed", ["C-1001", "ada@example.test", " ADA@example.test "])
def test_a_look_tells_her_who_when_why_and_what_was_shown(desk: Desk, now: datetime, typed: str) -> None:
    look = _find(desk, typed, now)
    [seen] = queries.looks_of(desk.ada)
    assert (seen.id, seen.name, seen.role, seen.at, seen.reason, seen.shown) == (
        look, "Dev", "support", now, WHY, ("choices",)
    )  # fmt: skip
    assert WHY.encode() not in bytes(Look.objects.get().reason or b"")


@pytest.mark.parametrize("reason", ["", "    ", "why", "x" * 201])
def test_without_a_reason_nobody_is_looked_at(desk: Desk, now: datetime, reason: str) -> None:
    with pytest.raises(Invalid):
        _find(desk, "C-1001", now, reason)
    assert queries.looks_of(desk.ada) == []


def test_never_known_erased_and_nearly_right_are_answered_alike(desk: Desk, now: datetime) -> None:
    gone = identity.link_customer({"customer": "C-1002", "email": "ben@example.test"}, "", now)
    identity.suppress(gone, now)
    identity.forget([gone])
    said = set()
    for typed in ("C-9", "C-1002", "ben@example.test", "C-100", "c-1001", "ada@", "", "@", "%"):
        with pytest.raises(NotFound) as none:
            _find(desk, typed, now)
        said.add((none.value.code, none.value.detail, none.value.remedy))
    assert len(said) == 1
    assert not Look.objects.exists()


@pytest.mark.parametrize("typed", ["C-1001", "C-9"])
def test_another_role_learns_nothing_of_who_is_known(desk: Desk, now: datetime, typed: str) -> None:
    with pytest.raises(Forbidden, match="not a role of yours"):
        services.find(typed, desk.dev, "officer", WHY, ["choices"], now)
    assert not Look.objects.exists()


def test_nobody_tries_one_number_after_another(desk: Desk, now: datetime) -> None:
    for number in range(30):
        with pytest.raises(NotFound):
            _find(desk, f"C-2{number}", now)
    with pytest.raises(Conflict, match="too many looks"):
        _find(desk, "C-1001", now)
    assert _find(desk, "C-1001", now + timedelta(minutes=15))


def test_a_look_is_for_one_member_of_staff_and_half_an_hour(desk: Desk, now: datetime) -> None:
    look = _find(desk, "C-1001", now)
    assert queries.open_look(look, desk.dev.id, now + timedelta(minutes=29)).account == desk.ada
    for who, at in ((desk.otto.id, now), (desk.dev.id, now + timedelta(minutes=30))):
        with pytest.raises(NotFound):
            queries.open_look(look, who, at)


def test_nobody_looks_in_a_role_that_is_not_theirs(desk: Desk, now: datetime) -> None:
    with pytest.raises(Forbidden):
        services.find("C-1001", desk.otto, "support", WHY, [], now)


def test_of_somebody_erased_stays_that_staff_looked_and_not_at_whom(desk: Desk, now: datetime) -> None:
    look = _find(desk, "C-1001", now)
    services.forget([desk.ada])
    keys.destroy(desk.ada)
    row = Look.objects.get()
    assert (row.account, row.reason, row.name, row.role) == ("", None, "Dev", "support")
    assert queries.looks_of(desk.ada) == []
    assert queries.looks_of("") == []
    with pytest.raises(NotFound):
        queries.open_look(look, desk.dev.id, now)


def test_looks_are_kept_two_years(desk: Desk, now: datetime) -> None:
    _find(desk, "C-1001", now)
    assert services.tidy(now + timedelta(days=729)) == 0
    assert services.tidy(now + timedelta(days=730)) == 1


def test_what_is_kept_of_her_here_is_hers_to_take_home(desk: Desk, now: datetime) -> None:
    look = queries.open_look(_find(desk, "C-1001", now), desk.dev.id, now)
    services.take_yes(look, "linen-and-loom", "newsletter", desk.dev, now)
    (looks, waiting) = queries.sheets_of(desk.ada)
    assert looks[2][0][1:] == ["Dev", "support", WHY, "choices"]
    assert waiting[2][0][1:3] == ["Dev", "newsletter.contact.use.self"]
