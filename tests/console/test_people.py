"""Staff find one person with a reason, and take answers by telephone; she reads and confirms."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.consent import opting_out
from sayso.consent import queries as consent
from sayso.core.opt_out import Scope
from sayso.identity import queries as who
from sayso.identity import services as identity
from sayso.messages.services import send_due
from sayso.staff.models import Look
from tests.centre.conftest import ADA, BRAND, browser, post, published, sign_in, signed_in
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published", "signed_in"]
DEV = "dev@linenandloom.example.test"
OTTO = "otto@linenandloom.example.test"
MARA = "mara@linenandloom.example.test"
WHY = "She is on the telephone"


def _staff(post: PostOffice, address: str, *roles: str) -> Client:
    for role in roles:
        identity.make_staff(address, role, datetime.now(UTC))
    return sign_in(Client(), post, address)


@pytest.fixture
def dev(post: PostOffice, published: str) -> Client:
    """Dev, at the telephone."""
    return _staff(post, DEV, "support")


@pytest.fixture
def ada(published: str) -> str:
    """Ada's account, as the shop's server knows it."""
    return identity.link_customer({"customer": "C-1001", "email": ADA}, "IE", datetime.now(UTC))


def _look(client: Client, typed: str = "C-1001", **more: str) -> str:
    reply = client.post("/console/people", {"typed": typed, "reason": WHY, **more})
    assert reply.status_code == 302, reply.content.decode()
    return str(reply["Location"])


def _newsletter(account: str) -> str:
    return consent.answered(account, BRAND, datetime.now(UTC)).statuses["newsletter.contact.use.self"]


def test_support_sees_her_answers_and_not_her_data(dev: Client, ada: str) -> None:
    page = dev.get(_look(dev)).content.decode()
    assert WHY in page
    assert "Letters by e-mail" in page
    assert "She says no" in page
    assert ADA not in page
    assert "C-1001" not in page
    assert "Her requests" not in page


def test_an_officer_sees_her_requests_and_answers_nothing_for_her(post: PostOffice, ada: str) -> None:
    otto = _staff(post, OTTO, "officer")
    look = _look(otto)
    page = otto.get(look).content.decode()
    assert "Her requests" in page
    assert "She says no" not in page
    assert otto.post(f"{look}/phone", {"purpose": "newsletter", "said": "no"}).status_code == 403


def test_somebody_with_both_roles_says_in_which_they_look(post: PostOffice, ada: str) -> None:
    dev = _staff(post, DEV, "support", "officer")
    assert "In which role" in dev.get("/console/people").content.decode()
    _look(dev, role="officer")
    assert Look.objects.get().role == "officer"
    refused = dev.post("/console/people", {"typed": "C-1001", "reason": WHY, "role": "marketer"})
    assert refused.status_code == 403
    assert Look.objects.count() == 1


@pytest.mark.parametrize("typed", ["C-9999", "nobody@example.test", "C-100", ""])
def test_whoever_is_not_found_gets_one_answer(dev: Client, ada: str, typed: str) -> None:
    reply = dev.post("/console/people", {"typed": typed, "reason": WHY})
    assert reply.status_code == 404
    assert "Nobody is known by exactly that" in reply.content.decode()
    assert not Look.objects.exists()


def test_no_reason_no_look(dev: Client, ada: str) -> None:
    assert dev.post("/console/people", {"typed": "C-1001", "reason": "  "}).status_code == 422


@pytest.mark.parametrize("role", ["marketer", "developer"])
def test_other_roles_see_nobody(post: PostOffice, ada: str, role: str) -> None:
    mara = _staff(post, MARA, role)
    assert mara.get("/console/people").status_code == 403
    assert mara.post("/console/people", {"typed": "C-1001", "reason": WHY}).status_code == 403
    assert not Look.objects.exists()


def test_a_customer_sees_nobody(signed_in: Client, ada: str) -> None:
    assert signed_in.post("/console/people", {"typed": "C-1001", "reason": WHY}).status_code == 403


def test_somebody_elses_look_opens_nothing(post: PostOffice, dev: Client, ada: str) -> None:
    look = _look(dev)
    other = _staff(post, OTTO, "support")
    assert other.get(look).status_code == 404
    assert other.post(f"{look}/phone", {"purpose": "newsletter", "said": "no"}).status_code == 404


def test_a_no_is_told_to_her_and_stands_in_her_history_under_his_name(
    dev: Client, ada: str, post: PostOffice
) -> None:
    look = _look(dev)
    assert dev.get(f"{look}/phone").status_code == 405
    dev.post(f"{look}/phone", {"purpose": "newsletter", "said": "no"})
    assert _newsletter(ada) == "refused"
    hers = sign_in(Client(), post)
    assert who.account_by("email", ADA) == ada
    history = hers.get("/centre/history").content.decode()
    assert "by Dev of Linen &amp; Loom’s support, by telephone" in history
    looks = hers.get("/centre/looks").content.decode()
    for wanted in ("Dev, support", WHY, "where your answers stand"):
        assert wanted in looks


def test_anything_but_yes_and_no_is_refused(dev: Client, ada: str) -> None:
    assert dev.post(f"{_look(dev)}/phone", {"purpose": "newsletter", "said": "maybe"}).status_code == 422
    assert _newsletter(ada) == "unknown"


def _link(post: PostOffice) -> tuple[str, str]:
    send_due(datetime.now(UTC))
    found = re.search(r"(/confirm/[^#\s]+)#(\S+)", post.text())
    assert found, post.text()
    return found[1], found[2]


def test_a_yes_waits_for_the_link_and_opening_it_changes_nothing(
    dev: Client, ada: str, post: PostOffice
) -> None:
    look = _look(dev)
    dev.post(f"{look}/phone", {"purpose": "newsletter", "said": "yes"})
    assert "a letter waits for her yes" in dev.get(look).content.decode()
    page, secret = _link(post)
    stranger = Client()
    assert "Paste the whole link" in stranger.get(page).content.decode()
    opened = stranger.post(page, {"secret": f"http://x{page}#{secret}"}).content.decode()
    assert "Do you say yes to “Letters by e-mail”?" in opened
    assert "Dev noted by telephone" in opened
    assert _newsletter(ada) == "requested"
    done = stranger.post(page, {"secret": secret, "answer": "yes"}).content.decode()
    assert "Your yes is recorded" in done
    assert "Somebody stopped this" not in done
    assert _newsletter(ada) == "given"
    assert stranger.post(page, {"secret": secret, "answer": "yes"}).status_code == 404
    history = sign_in(Client(), post).get("/centre/history").content.decode()
    assert "Waits for your confirmation" in history
    assert "Confirmed by letter" in history


def test_a_yes_that_an_opt_out_by_address_outranks_says_that_it_stays_stopped(
    dev: Client, ada: str, post: PostOffice
) -> None:
    opting_out.block("email", ADA, [Scope.MARKETING], "form", datetime.now(UTC))
    dev.post(f"{_look(dev)}/phone", {"purpose": "newsletter", "said": "yes"})
    page, secret = _link(post)
    done = Client().post(page, {"secret": secret, "answer": "yes"}).content.decode()
    assert "Your yes is recorded" in done
    assert "Somebody stopped this with your address or number, and that still holds" in done


def test_a_no_of_hers_since_the_call_is_said_to_stand(dev: Client, ada: str, post: PostOffice) -> None:
    look = _look(dev)
    dev.post(f"{look}/phone", {"purpose": "newsletter", "said": "yes"})
    page, secret = _link(post)
    hers = sign_in(Client(), post)
    hers.post("/centre/stop")
    done = hers.post(page, {"secret": secret, "answer": "yes"}).content.decode()
    assert "Your later no stands" in done
    assert _newsletter(ada) == "refused"


def test_a_wrong_link_says_nothing_of_anybody(published: str) -> None:
    reply = Client().post("/confirm/none", {"secret": "guessed"})
    assert reply.status_code == 404
    assert "does nothing any more" in reply.content.decode()


def test_her_list_of_looks_is_hers_alone_and_says_when_it_is_empty(
    dev: Client, ada: str, signed_in: Client
) -> None:
    assert "Nobody has looked" in signed_in.get("/centre/looks").content.decode()
    assert Client().get("/centre/looks")["Location"] == "/sign-in?next=%2Fcentre%2Flooks"
    _look(dev)
    assert WHY in signed_in.get("/centre/looks").content.decode()
