"""Brightside Ads is closed for repairs: the page says so, tries again, and everything is done once."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.people import CURTAINS, PASS_ON, Person

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(demo: Demo, page: Page) -> Person:
    return Person(demo, page, "ada.waits@example.test")


@pytest.fixture
def closed(demo: Demo) -> Iterator[None]:
    """Close Brightside until the test opens it again."""
    switch = demo.home / "brightside.down"
    switch.touch()
    yield
    switch.unlink(missing_ok=True)


def _webhooks(demo: Demo, known: set[str]) -> list[dict[str, Any]]:
    return [one for one in demo.json(f"{demo.partner}/webhooks.json") if one["id"] not in known]


def _step(ada: Person, what: str) -> Locator:
    ada.opens(f"{ada.demo.sayso}/centre/")
    return ada.page.locator("ol.steps > li").filter(has_text=what).filter(has_text="Brightside Ads")


def test_the_timeline_says_that_she_waits_and_it_catches_up(ada: Person, closed: None) -> None:
    demo = ada.demo
    known = {one["id"] for one in _webhooks(demo, set())}
    ada.answers_the_banner("Reject all")
    ada.buys(CURTAINS)
    ada.says(PASS_ON, "Yes")
    _she_reads_that_it_is_tried_again(ada)
    assert _webhooks(demo, known) == []
    (demo.home / "brightside.down").unlink()
    arrived = until(lambda: _webhooks(demo, known), "the webhook", 90)
    assert [one["type"] for one in arrived] == ["audience.member.added"]
    until(lambda: _step(ada, "Add your entry").locator(".state.yes").count(), "done on her page", 30)
    expect(_step(ada, "Add your entry")).to_contain_text("tries")
    ada.says(PASS_ON, "No")
    until(lambda: len(_webhooks(demo, known)) == 2, "the second webhook", 30)
    until(lambda: _step(ada, "Remove your entry").locator(".state.yes").count(), "done on her page", 30)
    for one in _webhooks(demo, known):
        assert (one["received"], one["effects"]) == (1, 1), one
        assert one["acknowledged_at"], one


def _she_reads_that_it_is_tried_again(ada: Person) -> None:
    def tried_twice() -> bool:
        return "2 tries" in " ".join(_step(ada, "Add your entry").all_inner_texts())

    until(tried_twice, "a second try on her page", 60)
    step = _step(ada, "Add your entry")
    expect(step).to_contain_text("it will be tried again")
    expect(step).to_contain_text("next look")
    assert step.locator(".state.yes").count() == 0
