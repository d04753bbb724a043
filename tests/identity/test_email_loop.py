"""The step-up: even who is signed in by e-mail code shows afresh that it is them."""

from datetime import UTC, datetime, timedelta

import pytest

from sayso.core.errors import Invalid
from sayso.identity import services
from sayso.identity.proofing import limits, models
from sayso.identity.proofing.email_loop import codes
from sayso.identity.proofing.email_loop.services import TRIES, Outcome, Sent, answer, begin, use_up
from sayso.identity.proofing.queries import fresh_proof

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SESSION = "session-of-ada"


@pytest.fixture
def ada() -> str:
    person = services.person_for("ada@example.test", NOW)
    return services.sign_in(person, "ada@example.test", NOW)


def _code(account: str, act: str = "delete") -> str:
    sent = begin(account, act, SESSION, NOW)
    assert isinstance(sent, Sent)
    assert sent.address == "ada@example.test"
    return sent.code


def test_the_right_code_proves_one_act_in_one_session_for_five_minutes(ada: str) -> None:
    assert answer(ada, "delete", SESSION, _code(ada), NOW) is Outcome.PROVED
    assert fresh_proof(ada, "delete", SESSION, NOW) is not None
    assert fresh_proof(ada, "delete", SESSION, NOW + timedelta(minutes=5)) is None
    assert fresh_proof(ada, "download", SESSION, NOW) is None
    assert fresh_proof(ada, "delete", "another session", NOW) is None


def test_a_code_may_be_typed_in_small_letters_and_without_the_hyphen(ada: str) -> None:
    assert answer(ada, "delete", SESSION, _code(ada).lower().replace("-", " "), NOW) is Outcome.PROVED


def test_a_code_works_once(ada: str) -> None:
    code = _code(ada)
    answer(ada, "delete", SESSION, code, NOW)
    assert answer(ada, "delete", SESSION, code, NOW) is Outcome.NOT_ASKED


def test_a_code_is_worth_nothing_after_ten_minutes(ada: str) -> None:
    code = _code(ada)
    assert answer(ada, "delete", SESSION, code, NOW + timedelta(minutes=10, seconds=1)) is Outcome.EXPIRED


def test_a_code_is_worth_nothing_in_another_browser_or_for_another_act(ada: str) -> None:
    code = _code(ada)
    assert answer(ada, "delete", "another session", code, NOW) is Outcome.NOT_ASKED
    assert answer(ada, "download", SESSION, code, NOW) is Outcome.NOT_ASKED


def test_after_five_wrong_tries_even_the_right_code_is_refused(ada: str) -> None:
    code = _code(ada)
    tries = [answer(ada, "delete", SESSION, "WRONG-00", NOW) for _ in range(TRIES)]
    assert tries == [*[Outcome.WRONG] * 4, Outcome.TOO_MANY]
    assert answer(ada, "delete", SESSION, code, NOW) is Outcome.NOT_ASKED


def test_codes_are_asked_for_at_most_five_times_in_a_quarter_of_an_hour(ada: str) -> None:
    for _ in range(5):
        assert isinstance(begin(ada, "delete", SESSION, NOW), Sent)
    assert begin(ada, "delete", SESSION, NOW) is Outcome.TOO_MANY
    later = NOW + limits.LIMITS["proof_account"].within
    assert isinstance(begin(ada, "delete", SESSION, later), Sent)


def test_an_address_nobody_proved_is_never_written_to() -> None:
    linked = services.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "US-CA", NOW)
    assert begin(linked, "delete", SESSION, NOW) is Outcome.NO_ADDRESS


def test_neither_code_nor_address_nor_session_is_stored_in_clear(ada: str) -> None:
    code = codes.typed(_code(ada))
    stored = [*models.Challenge.objects.values_list(), *models.Attempt.objects.values_list()]
    assert code not in repr(stored)
    assert "ada@" not in repr(stored)
    assert SESSION not in repr(stored)


def test_a_used_proof_does_not_serve_a_second_time(ada: str) -> None:
    answer(ada, "delete", SESSION, _code(ada), NOW)
    use_up(ada, "delete", SESSION)
    assert fresh_proof(ada, "delete", SESSION, NOW) is None


def test_proofs_are_forgotten_with_the_person(ada: str) -> None:
    answer(ada, "delete", SESSION, _code(ada), NOW)
    services.forget([ada])
    assert models.Proof.objects.count() == 0


def test_no_proof_is_asked_for_an_act_that_needs_none(ada: str) -> None:
    with pytest.raises(Invalid, match="proof"):
        begin(ada, "refuse", SESSION, NOW)
