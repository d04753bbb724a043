"""Ada, a customer with answers, and two of the brand's staff."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from sayso.identity import queries, services
from sayso.identity.queries import Staff
from sayso.notices import services as notices
from tests import linen

BRAND = "linen-and-loom"
WHY = "She is on the telephone"


@dataclass(frozen=True)
class Desk:
    """Who is there."""

    ada: str
    dev: Staff
    otto: Staff


@pytest.fixture
def desk(db: None, now: datetime) -> Desk:
    notices.publish_notice(linen.document(), "Otto", now)
    ada = services.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "IE", now)
    staff = []
    for name, role in (("dev", "support"), ("otto", "officer")):
        person = services.make_staff(f"{name}@linenandloom.example.test", role, now)
        found = queries.staff_of(person)
        assert found is not None
        staff.append(found)
    return Desk(ada, *staff)
