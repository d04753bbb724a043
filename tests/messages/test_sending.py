"""Sending: real SMTP, retries with growing pauses, and contents that are gone once sent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import send_mail
from django.db import transaction
from pytest_django.fixtures import Settings

from sayso.identity import keys
from sayso.messages import models, queries, services, worker
from tests.messages.post_office import PostOffice, post_office

__all__ = ["post_office"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORDS = {"code": "BCDF-2345", "brand": "Linen & Loom", "address": "12 Weavers' Row, Dublin"}


def _to_ada() -> str:
    return services.send("sign_in_code", "ada@example.test", WORDS, "en", NOW)


def test_a_letter_arrives_over_smtp_as_plain_text(post_office: PostOffice) -> None:
    letter = _to_ada()
    assert worker.send_due(NOW) == 1
    arrived = post_office.letters[0]
    assert arrived["To"] == "ada@example.test"
    assert arrived["Subject"] == "Your code: BCDF-2345"
    assert letter in arrived["Message-ID"]
    assert arrived.get_content_type() == "text/plain"
    assert "BCDF-2345" in post_office.text()


def test_before_it_is_sent_nothing_of_a_letter_stands_in_clear() -> None:
    letter = _to_ada()
    row = models.Letter.objects.get(id=letter)
    stored = b"|".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in (getattr(row, field.name) for field in models.Letter._meta.fields)
    )
    assert b"ada@" not in stored
    assert b"BCDF" not in stored
    assert b"BCDF" in keys.unseal(models.key_of(letter), row.sealed)


def test_after_sending_nobody_can_read_it_any_more(post_office: PostOffice) -> None:
    letter = _to_ada()
    assert keys.has_key(models.key_of(letter))
    worker.send_due(NOW)
    assert not keys.has_key(models.key_of(letter))
    assert bytes(models.Letter.objects.get(id=letter).sealed) == b""


def test_a_letter_of_a_transaction_that_failed_is_never_sent(post_office: PostOffice) -> None:
    with transaction.atomic():
        _to_ada()
        transaction.set_rollback(True)
    assert worker.send_due(NOW) == 0
    assert post_office.letters == []


def test_while_the_mail_server_is_away_the_letter_waits_longer_each_time(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter, at, pauses = _to_ada(), NOW, []
    for _ in range(4):
        assert worker.send_due(at) == 0
        due = models.Letter.objects.get(id=letter).due_at
        assert worker.send_due(due - timedelta(milliseconds=1)) == 0
        pauses.append(due - at)
        at = due
    assert pauses == sorted(pauses)
    assert pauses[3] > 6 * pauses[0]
    state = queries.letter(letter)
    assert state is not None
    assert (state.state, state.attempts, state.fault) == ("due", 4, "unreachable")


def test_a_letter_that_waited_arrives_once_the_server_is_back(
    post_office: PostOffice, settings: Settings
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    letter = _to_ada()
    worker.send_due(NOW)
    settings.EMAIL_PORT = port
    assert worker.send_due(models.Letter.objects.get(id=letter).due_at) == 1
    assert len(post_office.letters) == 1
    assert worker.send_due(NOW + timedelta(days=1)) == 0


def test_a_letter_the_server_refuses_for_good_is_dead_and_forgotten(post_office: PostOffice) -> None:
    post_office.refusal = "550 no such person"
    letter = _to_ada()
    worker.send_due(NOW)
    state = queries.letter(letter)
    assert state is not None
    assert (state.state, state.fault) == ("dead", "smtp_550")
    assert not keys.has_key(models.key_of(letter))


def test_a_letter_refused_for_now_is_tried_again_and_at_last_given_up(post_office: PostOffice) -> None:
    post_office.refusal = "451 later"
    letter = _to_ada()
    for _ in range(worker.LAST_ATTEMPT):
        assert queries.counts() == {"due": 1}
        worker.send_due(models.Letter.objects.get(id=letter).due_at)
    assert queries.counts() == {"dead": 1}


def test_a_letter_whose_sender_died_is_taken_up_after_its_lease(post_office: PostOffice) -> None:
    letter = _to_ada()
    assert worker._claim(models.Letter.objects.get(id=letter), NOW) == 1
    assert worker.send_due(NOW) == 0
    assert worker.send_due(NOW + worker.LEASE) == 1


def test_two_workers_do_not_send_the_same_letter(post_office: PostOffice) -> None:
    row = models.Letter.objects.get(id=_to_ada())
    assert worker._claim(row, NOW) == 1
    assert worker._claim(row, NOW) is None


def test_mail_written_by_a_library_goes_through_the_same_table(post_office: PostOffice) -> None:
    send_mail("Hello", "From a library.", None, ["ada@example.test"])
    assert post_office.letters == []
    assert worker.send_due(datetime.now(UTC)) == 1
    assert post_office.letters[0]["Subject"] == "Hello"


def test_a_fault_is_logged_without_the_address(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter = _to_ada()
    worker.send_due(NOW)
    assert letter in caplog.text
    assert "ada@" not in caplog.text
