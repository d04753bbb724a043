"""What is worth a second thought before a version is published."""

from copy import deepcopy

from sayso.core.notice_lint import Finding, Warned, lint
from tests import linen
from tests.core.test_change import Document, also_to_a_partner, choice, unasked
from tests.linen import LEARN, purpose


def findings(*edits) -> list[Finding]:
    document = linen.document()
    for edit in edits:
        edit(document)
    return lint(linen.publish(document).notice, linen.publish(linen.document()).notice)


def test_there_is_nothing_to_say_about_the_demos_own_notice() -> None:
    assert lint(linen.publish(linen.document()).notice, None) == []
    assert findings(also_to_a_partner) == []


def test_more_than_a_person_will_read_is_said() -> None:
    def many(document: Document) -> None:
        for number in range(36):
            copied = deepcopy(purpose(document, "newsletter"))
            copied["id"] = f"letters{number}"
            copied["choices"][0]["id"] = f"letters{number}.contact.use.self"
            document["purposes"].append(copied)

    assert findings(many) == [Finding(Warned.MANY_PURPOSES, "41"), Finding(Warned.MANY_CHOICES, "43")]


def test_a_company_under_another_name_may_be_another_company() -> None:
    edit = findings(lambda d: d["recipients"]["brightside"]["name"].update(en="Harbour Ads"))
    assert edit == [Finding(Warned.RENAMED_RECIPIENT, "brightside")]
    assert findings(lambda d: d["recipients"].update(harbour=d["recipients"]["brightside"])) == []


def test_widening_a_use_itself_leaves_nobody_a_way_to_keep_it() -> None:
    found = findings(lambda d: choice(d, "learn").update(retention={"months": 30}))
    assert found == [Finding(Warned.NO_KEEPING, LEARN)]


def test_no_longer_asking_is_said() -> None:
    assert findings(unasked) == [Finding(Warned.NOT_ASKED_ANY_MORE, "learn")]
