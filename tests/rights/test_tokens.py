"""Purpose tokens are hers: they stand in her copy, and end and are forgotten with her."""

import json
from datetime import datetime

import pytest

from sayso.core.choice import read_choice
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import queries as decisions
from sayso.decisions import services, tokens
from sayso.decisions.models import Token, TokenAbout
from sayso.decisions.status import Lists
from sayso.decisions.tokens import Wanted
from sayso.deployment.django_database import DjangoDatabase
from tests.decisions.checking import read_signed_list, read_signed_token
from tests.linen import PASS_ON
from tests.rights.conftest import BRAND, Ada, says
from tests.rights.test_access import fetched
from tests.rights.test_erasure import confirmed, work

pytestmark = pytest.mark.django_db(transaction=True)
DB = DjangoDatabase()


@pytest.fixture
def place(ada: Ada, now: datetime) -> int:
    """A token about Ada that Brightside holds; its place in list 0."""
    says(ada.account, now, pass_on=ConsentStatus.GIVEN)
    wanted = Wanted({"customer": "C-1001"}, [read_choice(PASS_ON)], "brightside")
    read = read_signed_token(tokens.issue(DB, BRAND, wanted, now).token or "", tokens.public_keys())
    assert isinstance(read, tokens.PurposeToken)
    return read.index


def taken_back(place: int, now: datetime) -> bool:
    listed = read_signed_list(Lists().signed(DB, 0, now).text, tokens.public_keys())
    return getattr(listed, "listed").at(place) == 1  # noqa: B009 a flaw has none, and fails here


def test_her_copy_says_who_was_given_a_token_for_what_and_until_when(
    ada: Ada, place: int, now: datetime
) -> None:
    data = json.loads(fetched(ada, now).read("data.json"))
    until = "2026-05-04T09:05:00.000000Z"
    row = {"brand": BRAND, "given_to": "brightside", "choice": PASS_ON, "until": until}
    assert data["sayso"]["tokens"]["rows"] == [row]


def test_a_deletion_ends_her_tokens_and_then_forgets_whom_they_were_about(
    ada: Ada, place: int, now: datetime
) -> None:
    assert not taken_back(place, now)
    confirmed(ada, now)
    assert taken_back(place, now)
    work(now)
    assert decisions.tokens_of([ada.account, ada.device]) == []
    assert not TokenAbout.objects.exists()
    assert taken_back(place, now)  # the place itself tells nothing of anybody
    assert [row.revoked for row in Token.objects.all()] == [1]
    assert services.forget_tokens([ada.account]) == 0
