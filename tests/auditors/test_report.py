"""The line that a person reads of each auditor, and the lock file it all comes from."""

from typing import Any

from tests.auditors.order import Seen, answers, asked
from tests.auditors.report import of_radar, of_scanner
from tools.node import AUDITORS

SHOP = "http://localhost:8710"
NO = {"method": "POST", "url": f"{SHOP}/privacy/v1/sites/shop/answers", "body": '{"act": "reject_all"}'}
LOOK = {"method": "GET", "url": f"{SHOP}/", "body": None}


def _seen(*visits: list[dict[str, Any]], violations: tuple[str, ...] = ()) -> Seen:
    compliance = {"grade": "A", "total": 100, "issues": []}
    report = {"result": {"compliance": compliance}, "violations": list(violations), "visits": list(visits)}
    return Seen(report)


def test_a_page_where_nothing_was_pressed_is_called_so() -> None:
    assert of_scanner(_seen([LOOK])) == "grade A, 100 of 100, 0 issues; its browser sent no answer"
    assert of_radar(_seen([LOOK])) == "0 violations; its browser sent no answer"


def test_what_was_pressed_and_what_was_found_are_named() -> None:
    seen = _seen([LOOK], [LOOK, NO], violations=("doubleclick.net",))
    assert of_radar(seen) == "1 violations (doubleclick.net); its browser sent reject_all"
    assert [answers(visit) for visit in seen.visits] == [[], [{"act": "reject_all"}]]


def test_a_host_is_its_name_and_its_port() -> None:
    (visit,) = _seen([LOOK, NO]).visits
    assert asked(visit, SHOP) == [LOOK["url"], NO["url"]]
    assert asked(visit, "http://localhost:8720") == []


def test_the_lock_file_names_no_registry_and_every_package_by_its_hash() -> None:
    text = (AUDITORS / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/') > 5
