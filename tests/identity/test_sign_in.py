"""Signing in by code: nobody guesses it, and nobody keeps anybody out by asking for it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from sayso.identity import keys, models, queries
from sayso.identity.proofing import limits
from sayso.identity.proofing.email_loop import codes
from sayso.identity.proofing.email_loop.services import CODE_LASTS, TRIES, Outcome
from sayso.identity.proofing.sign_in.services import Begun, Proved, answer, begin, forget_old, waiting

pytestmark = pytest.mark.django_db(transaction=True)
ADA = "ada@example.test"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
QUARTER = limits.LIMITS["sign_in_address"].within


def _begin(browser: str = "hers", now: datetime = NOW) -> Begun:
    begun = begin(ADA, browser, now)
    assert isinstance(begun, Begun)
    return begun


def _code(begun: Begun) -> str:
    assert begun.code is not None
    return begun.code


def _strangers_ask(times: int, now: datetime = NOW) -> list[Begun]:
    return [_begin(f"stranger {now} {number}", now) for number in range(times)]


def test_nothing_is_made_for_an_address_before_its_code_is_typed() -> None:
    begun = _begin()
    assert get_user_model().objects.count() == 0
    proved = answer(begun.reference, _code(begun), NOW)
    assert isinstance(proved, Proved)
    assert queries.address_of_person(proved.person) == ADA
    assert queries.person_by_address("ADA@example.test ") == proved.person


def test_the_same_address_is_the_same_login_again() -> None:
    proofs = []
    for _ in range(2):
        begun = _begin()
        proofs.append(answer(begun.reference, _code(begun), NOW))
    assert proofs[0] == proofs[1]


def test_a_code_works_once_and_ten_minutes_long() -> None:
    first, second = _begin(), _begin()
    assert isinstance(answer(first.reference, _code(first), NOW + CODE_LASTS), Proved)
    assert answer(first.reference, _code(first), NOW) is Outcome.NOT_ASKED
    late = NOW + CODE_LASTS + timedelta(seconds=1)
    assert waiting(second.reference, late) is None
    assert answer(second.reference, _code(second), late) is Outcome.EXPIRED


def test_after_five_wrong_tries_a_code_is_gone_and_another_browsers_is_not() -> None:
    hers, strangers = _begin(), _begin("a stranger's")
    tries = [answer(strangers.reference, "WRONG-00", NOW) for _ in range(TRIES)]
    assert tries == [*[Outcome.WRONG] * 4, Outcome.TOO_MANY]
    assert answer(strangers.reference, _code(strangers), NOW) is Outcome.NOT_ASKED
    assert isinstance(answer(hers.reference, _code(hers), NOW), Proved)


def test_a_code_is_worth_nothing_in_a_browser_that_did_not_ask_for_it() -> None:
    hers, strangers = _begin(), _begin("a stranger's")
    assert answer(strangers.reference, _code(hers), NOW) is Outcome.WRONG


def test_one_browser_gets_five_letters_in_a_quarter_of_an_hour() -> None:
    for _ in range(5):
        _begin()
    assert begin(ADA, "hers", NOW) is Outcome.TOO_MANY
    assert begin("cleo@example.test", "hers", NOW) is Outcome.TOO_MANY
    assert isinstance(begin(ADA, "hers", NOW + QUARTER), Begun)


def test_an_address_gets_nine_letters_however_often_strangers_ask_and_the_last_opens_every_browser() -> None:
    mailed = [begun for begun in _strangers_ask(30) if begun.code]
    assert len(mailed) == 9
    long_code = codes.typed(_code(mailed[-1]))
    assert len(long_code) == codes.LONG
    hers = _begin()
    assert hers.code is None
    assert waiting(hers.reference, NOW) == waiting(mailed[-1].reference, NOW)
    assert [answer(hers.reference, "WRONG-00", NOW) for _ in range(50)] == [Outcome.WRONG] * 50
    assert isinstance(answer(hers.reference, long_code, NOW), Proved)


def test_while_strangers_go_on_asking_she_always_has_or_gets_a_code_that_works() -> None:
    mailed: dict[str, str] = {}
    for minute in range(0, 60, 5):
        strangers = _strangers_ask(12, NOW + timedelta(minutes=minute))
        later = NOW + timedelta(minutes=minute + 4)
        hers = _begin(f"hers at {minute}", later)
        mailed |= {begun.reference: begun.code for begun in (*strangers, hers) if begun.code}
        assert isinstance(answer(hers.reference, mailed[hers.reference], later), Proved)


def test_strangers_cannot_use_up_the_long_code() -> None:
    _strangers_ask(9)
    first = _begin("hers")
    assert first.code is None
    row = models.SignIn.objects.get(id=first.reference)
    row.delete()  # as when somebody signed in with it
    assert isinstance(_begin("hers again").code, str)


def test_neither_code_nor_address_nor_browser_is_stored_in_clear() -> None:
    code = codes.typed(_code(_begin("browser-of-ada")))
    stored = repr([*models.SignIn.objects.values(), *models.Attempt.objects.values()])
    assert all(secret not in stored for secret in (code, "ada@", "browser-of-ada"))


def test_what_was_never_finished_is_forgotten_with_its_key() -> None:
    begun = _begin()
    key = f"sign-in:{begun.reference}"
    assert keys.has_key(key)
    forget_old(NOW + CODE_LASTS)
    assert keys.has_key(key)
    forget_old(NOW + CODE_LASTS + timedelta(seconds=1))
    assert (models.SignIn.objects.count(), keys.has_key(key)) == (0, False)
