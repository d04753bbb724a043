"""A new version of the notice: one of the staff proposes it, another publishes it, both see whom it touches."""

import re
from datetime import UTC, datetime

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sayso.changes import services as changes
from sayso.core.vocabulary import Voucher
from sayso.identity import services as identity
from sayso.messages.services import send_due
from sayso.notices import queries as notices
from tests import linen
from tests.centre.conftest import browser, post, published, sign_in
from tests.changes.conftest import BRAND, YES, account, work
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published"]
FILE = (linen.BRAND / "next" / "notice.yaml").read_bytes()


def staff(post: PostOffice, name: str, *roles: str) -> Client:
    address = f"{name}@linenandloom.example.test"
    for role in roles:
        identity.make_staff(address, role, datetime.now(UTC))
    return sign_in(Client(), post, address)


def uploaded(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"notice": SimpleUploadedFile("notice.yaml", content, "application/yaml")}


@pytest.fixture
def otto(post: PostOffice, published: str) -> Client:
    return staff(post, "otto", "officer")


@pytest.fixture
def dev(post: PostOffice, published: str) -> Client:
    return staff(post, "dev", "developer", "officer")


def proposed(client: Client, content: bytes = FILE) -> str:
    reply = client.post("/console/notices/draft", uploaded(content))
    assert reply.status_code == 302, reply.content.decode()
    return str(reply["Location"])


def in_force() -> int:
    return notices.publications(BRAND)[0].ordinal


def test_the_preview_shows_the_differences_side_by_side_and_whom_each_touches(otto: Client) -> None:
    now = datetime.now(UTC)
    account(now, "ada@example.test", learn=YES, newsletter=YES)
    account(now, "ben@example.test", newsletter=YES)
    page = otto.get(proposed(otto)).content.decode()
    assert "Fewer than 5 people and browsers would be told." in page
    touched = re.findall(r"touches (\d+|fewer than 5) people", page)
    assert touched == ["fewer than 5", "fewer than 5", "0"]  # a smaller count would point at somebody
    for told in (
        "Harbour Mill in Portugal",
        "24 months",
        "12 months",
        "the same in other words",
        "Until now",
    ):
        assert told in page
    assert "You proposed this, so somebody else publishes it." in page
    assert in_force() == 1


def test_the_preview_counts_five_people_and_more(otto: Client) -> None:
    for number in range(5):
        account(datetime.now(UTC), f"ada{number}@example.test", learn=YES)
    page = otto.get(proposed(otto)).content.decode()
    assert "5 people and browsers would be told." in page
    assert re.findall(r"touches (\d+) people", page) == ["5", "0", "0"]


def test_nobody_publishes_their_own_and_a_second_person_does(
    otto: Client, dev: Client, post: PostOffice
) -> None:
    account(datetime.now(UTC), "ada@example.test", learn=YES)
    where = proposed(otto)
    refused = otto.post(f"{where}/decide", {"say": "publish"})
    assert refused.status_code == 422
    assert "Nobody decides their own proposal." in refused.content.decode()
    assert in_force() == 1
    assert "Publish" in dev.get(where).content.decode()
    assert dev.post(f"{where}/decide", {"say": "publish"})["Location"] == "/console/notices"
    assert in_force() == 2
    work(datetime.now(UTC))
    send_due(datetime.now(UTC))
    page = dev.get("/console/notices").content.decode()
    assert "1 written, 1 delivered, 0 could not be delivered" in page
    assert dev.post(f"{where}/decide", {"say": "publish"}).status_code == 422
    assert "would be told" not in dev.get(where).content.decode()


def test_the_report_counts_each_way_of_answering(otto: Client, dev: Client) -> None:
    now = datetime.now(UTC)
    ada = account(now, "ada@example.test", learn=YES)
    dev.post(f"{proposed(otto)}/decide", {"say": "publish"})
    work(datetime.now(UTC))
    speaker = changes.Speaker(ada, Voucher.ACCOUNT, 1)
    changes.answer(BRAND, [speaker], linen.HARBOUR, "stop", "en", datetime.now(UTC))
    assert "stop the use: 1" in otto.get("/console/notices").content.decode()


def test_declining_needs_its_reason_and_publishes_nothing(otto: Client, dev: Client) -> None:
    where = proposed(otto)
    assert "A no needs its reason." in dev.post(f"{where}/decide", {"say": "decline"}).content.decode()
    dev.post(f"{where}/decide", {"say": "decline", "reason": "Not before the summer."})
    assert in_force() == 1
    assert "Not before the summer." in otto.get(where).content.decode()


def test_a_marketer_proposes_and_never_decides(otto: Client, post: PostOffice) -> None:
    mara = staff(post, "mara", "marketer")
    where = proposed(mara)
    assert "Publish</button>" not in mara.get(where).content.decode()
    theirs = proposed(otto, FILE + b"edition: third\n")
    assert "A privacy officer decides this." in mara.get(theirs).content.decode()
    assert mara.post(f"{theirs}/decide", {"say": "publish"}).status_code == 403
    assert in_force() == 1


def test_a_customer_and_a_stranger_see_nothing_of_it(otto: Client, post: PostOffice) -> None:
    where = proposed(otto)
    ada = sign_in(Client(), post)
    for address in ("/console/notices", where):
        assert ada.get(address).status_code == 403
        assert Client().get(address)["Location"].startswith("/sign-in")
    assert ada.post("/console/notices/draft", uploaded(FILE)).status_code == 403


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"- a list", "does not hold a table"),
        (b"brand: [", "notice.yaml"),
        (b"brand: another", "names no brand of ours"),
        (b"brand: linen-and-loom", "notice"),
        (b"x" * 1_100_000, "larger than"),
        ((linen.BRAND / "notice.yaml").read_bytes(), "An earlier version had exactly this text."),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place_and_the_remedy(
    otto: Client, content: bytes, says: str
) -> None:
    reply = otto.post("/console/notices/draft", uploaded(content))
    assert reply.status_code == 422
    assert says in reply.content.decode()


def test_no_file_is_said_plainly(otto: Client) -> None:
    reply = otto.post("/console/notices/draft", {})
    assert reply.status_code == 422
    assert "No file was chosen." in reply.content.decode()


def test_what_is_worth_a_second_thought_is_said_before_it_is_published(otto: Client) -> None:
    source = yaml.safe_load(FILE)
    linen.purpose(source, "learn")["choices"][0]["retention"] = {"months": 36}
    page = otto.get(proposed(otto, yaml.safe_dump(source, allow_unicode=True).encode())).content.decode()
    assert "nobody can keep it as today" in page


def test_what_was_overtaken_has_to_be_proposed_anew(otto: Client, dev: Client) -> None:
    where, other = proposed(otto), proposed(otto, FILE + b"edition: third\n")
    dev.post(f"{other}/decide", {"say": "publish"})
    assert "has to be proposed anew" in dev.get(where).content.decode()
    assert (
        "Another version was published since: this one"
        in dev.post(f"{where}/decide", {"say": "publish"}).content.decode()
    )
    assert in_force() == 2


def test_an_unknown_proposal_is_not_found(otto: Client) -> None:
    assert otto.get("/console/notices/11111111-1111-4111-8111-111111111111").status_code == 404
