"""Who is meant, and who may not be taken over or brought back."""

import secrets
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from sayso.core.errors import Forbidden, Invalid, NotFound
from sayso.core.values import new_id
from sayso.identity import keys, models, queries, services, store

pytestmark = pytest.mark.django_db
ADA = {"customer": "C-1001", "email": "Ada@example.test"}


def _device(now: datetime) -> tuple[str, str]:
    from sayso.deployment.django_database import DjangoDatabase

    secret, subject = secrets.token_urlsafe(32), new_id()
    store.add_device(DjangoDatabase(), keys.secret_hash(secret), subject, now)
    return secret, subject


def test_a_customer_is_found_by_number_and_by_address_however_it_is_typed(now: datetime) -> None:
    account = services.link_customer(ADA, "US-CA", now)
    assert queries.account_by("customer", " C-1001 ") == account
    assert queries.account_by("email", "ADA@EXAMPLE.TEST") == account
    assert queries.account_by("email", "other@example.test") is None
    assert queries.regions_of(account) == ("", "US-CA")


def test_identifiers_are_stored_as_hash_and_ciphertext_only(now: datetime) -> None:
    account = services.link_customer(ADA, "", now)
    stored = str(list(models.Identifier.objects.values()))
    assert "ada@" not in stored.lower()
    assert "C-1001" not in stored
    assert {known.kind: known.value for known in queries.identifiers_of(account)} == {
        "customer": "C-1001",
        "email": "ada@example.test",
    }


def test_nobody_takes_over_an_account_by_typing_its_address(now: datetime) -> None:
    ada = services.link_customer(ADA, "", now)
    other = services.link_customer({"customer": "C-2002", "email": "ada@example.test"}, "", now)
    assert other != ada
    assert queries.account_by("email", "ada@example.test") == ada


def test_linking_twice_is_the_same_customer(now: datetime) -> None:
    assert services.link_customer(ADA, "", now) == services.link_customer(ADA, "IE", now)
    assert models.Subject.objects.count() == 1


def test_somebody_who_was_erased_is_not_recorded_again(now: datetime) -> None:
    account = services.link_customer(ADA, "", now)
    services.suppress(account, now)
    services.forget([account])
    assert not queries.exists(account)
    with pytest.raises(Forbidden) as refused:
        services.link_customer(ADA, "", now)
    assert refused.value.code == "suppressed"
    assert queries.is_suppressed({"email": "ada@example.test"})
    assert not queries.is_suppressed({"email": "cleo@example.test"})


def test_a_signed_in_device_brings_its_account_until_sign_out(now: datetime) -> None:
    secret, device = _device(now)
    account = services.link_customer(ADA, "", now)
    alone = queries.resolve({"device": secret}, now)
    services.start_link(device, account, now)
    services.start_link(device, account, now)
    linked = queries.resolve({"device": secret, "customer": "C-1001"}, now)
    services.end_link(device, now)
    after = queries.resolve({"device": secret}, now)
    assert alone.subjects == after.subjects == (device,)
    assert linked.subjects == (device, account)
    assert (linked.device, linked.account) == (device, account)


def test_a_device_changes_hands_with_the_person_signed_in(now: datetime) -> None:
    secret, device = _device(now)
    ada = services.link_customer(ADA, "", now)
    cleo = services.link_customer({"customer": "C-3003"}, "", now)
    services.start_link(device, ada, now)
    services.start_link(device, cleo, now)
    assert queries.resolve({"device": secret}, now).account == cleo
    assert queries.links_of(ada, now) == []


@pytest.mark.parametrize("reference", [{}, {"device": "x", "shoe": "y"}, {"customer": ""}])
def test_a_reference_to_nothing_is_refused(reference: dict[str, str], now: datetime) -> None:
    with pytest.raises(Invalid):
        queries.resolve(reference, now)


def test_a_key_with_unknown_scopes_is_not_made(now: datetime) -> None:
    with pytest.raises(Invalid):
        services.make_api_key("linen-and-loom", "shop", {"everything"}, now)


def test_a_made_key_is_stored_as_a_hash(now: datetime) -> None:
    secret = services.make_api_key("linen-and-loom", "shop", {"decide", "link"}, now)
    assert queries.api_key(secret) == ("linen-and-loom", frozenset({"decide", "link"}))
    assert queries.api_key("sk_other") is None
    assert secret not in str(list(models.ApiKey.objects.values()))


def test_where_she_lives_is_what_she_says(now: datetime) -> None:
    account = services.link_customer(ADA, "US-CA", now)
    services.declare_region(account, "IE")
    assert queries.regions_of(account) == ("IE", "US-CA")
    assert queries.regions_of("nobody") == ("", "")


def test_a_joined_device_stays_part_of_her_past_after_sign_out_until_somebody_else_joins_it(
    now: datetime,
) -> None:
    _, device = _device(now)
    ada = services.link_customer(ADA, "", now)
    cleo = services.link_customer({"customer": "C-3003"}, "", now)
    services.start_link(device, ada, now)
    assert queries.joined_devices(ada) == []
    services.join_device(device, ada, now)
    services.end_link(device, now)
    assert queries.joined_devices(ada) == [device]
    services.start_link(device, cleo, now)
    services.join_device(device, cleo, now + timedelta(hours=1))
    assert (queries.joined_devices(ada), queries.joined_devices(cleo)) == ([], [device])


def test_a_forgotten_persons_sessions_go_with_her(now: datetime) -> None:
    person = services.person_for("ada@example.test", now)
    account = services.sign_in(person, "ada@example.test", now)
    hers, anothers = SessionStore(), SessionStore()
    hers.update({"_auth_user_id": str(person)})
    anothers.update({"_auth_user_id": str(person + 1)})
    hers.save()
    anothers.save()
    services.forget([account])
    assert list(Session.objects.values_list("session_key", flat=True)) == [anothers.session_key]
    assert queries.person_by_address("ada@example.test") is None


def test_an_account_gets_no_second_door_on_somebodys_word(now: datetime) -> None:
    account = services.link_customer(ADA, "", now)
    again = services.link_customer({"customer": "C-1001", "email": "mallory@example.test"}, "", now)
    assert again == account
    assert queries.account_by("email", "mallory@example.test") is None
    assert queries.account_by("email", "ada@example.test") == account


def test_what_is_sealed_together_opens_apart_and_only_while_its_key_is_there(db: None) -> None:
    ada, ben = new_id(), new_id()
    keys.make_keys([ada, ben])
    sealed = keys.seal_all([(ada, b"one"), (ben, b"two"), (ada, b"three")])
    assert [keys.unseal(who, box) for who, box in zip((ada, ben, ada), sealed, strict=True)] == [
        b"one", b"two", b"three",
    ]  # fmt: skip
    keys.destroy(ben)
    with pytest.raises(NotFound) as gone:
        keys.seal_all([(ada, b"one"), (ben, b"two")])
    assert gone.value.code == "key_destroyed"


@pytest.mark.django_db(transaction=True)
def test_a_key_that_cannot_be_destroyed_keeps_no_other_from_it(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = _device(now)[1]
    account = services.link_customer(ADA, "", now)
    keys.make_keys([device])
    real, broken = keys.destroy, [OSError("the disk is full")]

    def destroy(subject: str) -> None:
        if broken:
            raise broken.pop()
        real(subject)

    monkeypatch.setattr(keys, "destroy", destroy)
    with pytest.raises(OSError, match="full"):
        services.forget([account, device])
    assert not keys.has_key(device)
