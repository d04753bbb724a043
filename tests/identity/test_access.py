"""Server keys and staff are listed and shut out, by commands that say what they did."""

from datetime import datetime

import pytest
from click.testing import CliRunner, Result
from django.contrib.sessions.models import Session
from django.test import Client

from sayso.cli.main import main
from sayso.core.errors import NotFound, Unavailable
from sayso.deployment import journal
from sayso.identity import access
from sayso.identity import queries as who
from sayso.identity import services as identity
from tests.centre.conftest import post, published, sign_in
from tests.messages.post_office import PostOffice

__all__ = ["post", "published"]
DEV = "dev@linenandloom.example.test"
pytestmark = pytest.mark.django_db(transaction=True)


def _said(*command: str) -> Result:
    return CliRunner().invoke(main, ["access", *command])


def test_a_revoked_key_opens_nothing_and_the_others_do(now: datetime) -> None:
    till = identity.make_api_key("linen-and-loom", "till", {"decide", "replica"}, now)
    shop = identity.make_api_key("linen-and-loom", "shop", {"decide"}, now)
    listed = _said("list").output
    assert till not in listed
    (line,) = [each for each in listed.splitlines() if " till " in each]
    assert line.split()[2:] == ["linen-and-loom", "till", "decide", "replica", "since", "2026-05-04"]
    done = _said("revoke-key", line.split()[1])
    assert (done.exit_code, done.output) == (0, "revoked: till of linen-and-loom (decide replica)\n")
    assert who.api_key(till) is None
    assert who.api_key(shop) == ("linen-and-loom", frozenset({"decide"}))
    assert " till " not in _said("list").output


@pytest.mark.parametrize("number", ["", "0", "f" * 12, "%" * 12])
def test_no_key_is_revoked_by_a_number_that_is_not_its_own(now: datetime, number: str) -> None:
    secret = identity.make_api_key("linen-and-loom", "till", {"decide"}, now)
    with pytest.raises(NotFound) as told:
        access.revoke_key(number, now)
    assert told.value.code == "unknown_key"
    assert who.api_key(secret)


@pytest.mark.usefixtures("published")
def test_staff_who_are_revoked_are_signed_out_and_let_in_no_more(post: PostOffice, now: datetime) -> None:
    identity.make_staff(DEV, "support", now)
    dev = sign_in(Client(), post, DEV)
    assert dev.get("/console/people").status_code == 200
    done = _said("revoke-staff", DEV)
    assert done.output == "revoked: support\nnobody is support any more: let somebody in with `sayso staff`\n"
    assert Session.objects.count() == 0
    assert dev.get("/console/people").status_code != 200
    again = sign_in(Client(), post, DEV)
    assert again.get("/console/people").status_code == 403
    assert _said("revoke-staff", DEV).exit_code == 2


def test_a_revocation_that_no_restore_would_keep_is_not_said_to_be_done(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity.make_api_key("linen-and-loom", "till", {"decide"}, now)

    def full(_entries: object) -> None:
        raise Unavailable("journal_unwritable", "The journal takes nothing.", "Make room.")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(Unavailable):
        access.revoke_key(access.server_keys()[0].number, now)


def test_nobody_yet_is_said_with_what_to_do() -> None:
    assert (
        _said("list").output == "Nobody yet. Make a key with `sayso key`, let staff in with `sayso staff`.\n"
    )
