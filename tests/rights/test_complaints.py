"""A complaint is filed in her words, sealed, counted, exported and erased with her."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest

from sayso.core.errors import Invalid
from sayso.rights import queries, services
from sayso.rights.models import Complaint
from tests.rights.conftest import BRAND, Ada, proof
from tests.rights.test_erasure import confirmed, work

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "You wrote to me four times this week."


def test_her_words_are_sealed_and_shown_to_her_and_to_the_officer(ada: Ada, now: datetime) -> None:
    services.complain(ada.account, BRAND, "newsletter", f"  {WORDS} ", now)
    row = Complaint.objects.get()
    assert b"four times" not in bytes(row.sealed)
    [hers] = queries.complaints_of([ada.account])
    assert (hers.purpose, hers.text, hers.at) == ("newsletter", WORDS, now)
    assert queries.newest_complaints(BRAND) == [hers]
    assert queries.complaints_of(["somebody-else"]) == []


def test_complaints_are_counted_by_purpose_since_a_moment(ada: Ada, now: datetime) -> None:
    for days, purpose in ((40, "newsletter"), (3, "newsletter"), (2, "newsletter"), (1, "")):
        services.complain(ada.account, BRAND, purpose, WORDS, now - timedelta(days=days))
    assert queries.complaints_since(BRAND, now - timedelta(days=30)) == {"newsletter": 2, "": 1}


@pytest.mark.parametrize(
    ("purpose", "text", "code"),
    [("shoes", WORDS, "unknown_purpose"), ("", "  ", "complaint_empty"), ("", "x" * 2001, "complaint_empty")],
)
def test_a_complaint_about_nothing_is_not_filed(
    ada: Ada, now: datetime, purpose: str, text: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.complain(ada.account, BRAND, purpose, text, now)
    assert refused.value.code == code
    assert not Complaint.objects.exists()


def test_her_copy_holds_what_she_complained_of(ada: Ada, now: datetime) -> None:
    services.complain(ada.device, BRAND, "newsletter", WORDS, now)
    request = services.ask_access(ada.account, proof(now), now)
    work(now, 2)
    archive = zipfile.ZipFile(io.BytesIO(services.read_package(request, ada.account, proof(now), now)))
    [row] = json.loads(archive.read("data.json"))["sayso"]["complaints"]["rows"]
    assert (row["about"], row["text"]) == ("newsletter", WORDS)


def test_an_erasure_takes_her_complaints_along(ada: Ada, now: datetime) -> None:
    services.complain(ada.account, BRAND, "newsletter", WORDS, now)
    services.complain(ada.device, BRAND, "", WORDS, now)
    confirmed(ada, now)
    work(now, 6)
    assert not Complaint.objects.exists()
    assert queries.newest_complaints(BRAND) == []
