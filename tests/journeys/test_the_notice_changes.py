"""The notice changes: two of the staff publish it, those it touches are told once and have the say."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Demo, running_demo, until
from tests.journeys.every_page import Stop
from tests.journeys.hands import Hands
from tests.journeys.people import CURTAINS, DEV, LEARN, OTTO, Person, watched
from tests.journeys.test_every_page import DRESSES, Look, _findings, axe

__all__ = ["axe"]
pytestmark = pytest.mark.journey
ABOUT = "We have changed what we do with your data"
LINK = re.compile(r"http://localhost:\d+/c/[0-9a-f-]{36}#[0-9a-f]{64}")
OWN = {"purpose": "learn", "category": "purchases", "operation": "use", "recipient": "self"}
PASSED_ON = {**OWN, "operation": "disclose", "recipient": "harbour"}
Decided = list[tuple[bool, str]]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Start a demo of this story's own: a published notice is there for everybody, and for good."""
    with running_demo(tmp_path) as running:
        yield running


def decided(demo: Demo, subject: dict[str, str]) -> Decided:
    """Ask as the shop does, before it uses anything."""
    key = json.loads((demo.home / "demo.json").read_text())["SHOP_SAYSO_KEY"]
    body = json.dumps({"subject": subject, "questions": [OWN, PASSED_ON]}).encode()
    asked = Request(f"http://localhost:{demo.port + 1}/v1/decide", body, {"authorization": f"Bearer {key}"})
    with urlopen(asked, timeout=5) as reply:  # noqa: S310
        return [(one["permitted"], one["reason"]) for one in json.load(reply)["decisions"]]


def told(demo: Demo, address: str) -> list[dict[str, Any]]:
    """List the letters about a change to somebody."""
    return [one for one in demo.letters_to(address) if ABOUT in one["subject"]]


def test_two_of_the_staff_publish_it_and_only_those_it_touches_are_told_and_asked(
    demo: Demo, browser: Browser, hands: Hands, axe: str
) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(watched(browser)) for _ in range(4)]
        addresses = ("ada@example.test", "cleo@example.test", "", "")
        ada, cleo, one, another = (
            Person(demo, context.new_page(), address, hands)
            for (context, _), address in zip(opened, addresses, strict=True)
        )
        _ada_lets_the_shop_learn_and_cleo_does_not(ada, cleo)
        one.chooses(LEARN)
        another.chooses(LEARN)
        _otto_proposes_and_dev_publishes(demo, browser, hands, axe)
        link = _one_letter_to_ada_and_none_to_cleo(demo)
        _the_new_use_is_refused_and_the_rest_stands(demo, _device(one))
        _by_the_link_she_keeps_it_as_today(demo, browser, hands, link, axe)
        _her_own_pages_say_the_same(ada)
        _one_browser_allows_it_and_another_stops_all_of_it(one, another)
        assert [complaints() for _, complaints in opened] == [[], [], [], []]


def _device(person: Person) -> str:
    return next(one["value"] for one in person.page.context.cookies() if one["name"] == "sayso_device")


def _ada_lets_the_shop_learn_and_cleo_does_not(ada: Person, cleo: Person) -> None:
    ada.chooses(LEARN)
    ada.buys(CURTAINS)
    ada.signs_in()
    ada.joins_her_browser()
    cleo.chooses("Letters by e-mail")
    cleo.buys(CURTAINS)
    cleo.signs_in()
    cleo.joins_her_browser()
    assert decided(ada.demo, {"email": ada.email}) == [(True, "given"), (False, "not_listed")]


def _otto_proposes_and_dev_publishes(demo: Demo, browser: Browser, hands: Hands, axe: str) -> None:
    with watched(browser) as (his, complaints):
        otto = Person(demo, his.new_page(), OTTO, hands)
        otto.signs_in()
        where = otto.proposes_a_notice()
        main = otto.page.locator("main")
        expect(main).to_contain_text(
            "Fewer than 5 people and browsers would be told."
        )  # Ada, her browser, two more
        for wanted in ("more than before", "less than before", "the same in other words", "Harbour Mill"):
            expect(main).to_contain_text(wanted)
        expect(main).to_contain_text("You proposed this, so somebody else publishes it.")
        assert otto.page.get_by_role("button", name="Publish").count() == 0
        assert complaints() == []
    with watched(browser) as (theirs, complaints):
        dev = Person(demo, theirs.new_page(), DEV, hands)
        dev.signs_in()
        dev.opens(where)
        _is_fit_to_be_seen(browser, dev, axe, where)
        dev.sends("Publish")
        expect(dev.page.locator("main")).to_contain_text("Those it touches are told now.")
        assert complaints() == []


def _one_letter_to_ada_and_none_to_cleo(demo: Demo) -> str:
    letter = until(lambda: told(demo, "ada@example.test"), "the letter about the change")[0]
    until(lambda: demo.rows("sayso", "SELECT 1 FROM changes_run WHERE done_at IS NOT NULL"), "the whole run")
    until(lambda: not demo.rows("sayso", "SELECT 1 FROM letters_letter WHERE state <> 'sent'"), "the post")
    assert (len(told(demo, "ada@example.test")), told(demo, "cleo@example.test")) == (1, [])
    assert "24 months" not in letter["text"]  # she never said yes to the letters that are kept shorter
    found = LINK.search(letter["text"])
    assert found, letter["text"]
    return found.group()


def _the_new_use_is_refused_and_the_rest_stands(demo: Demo, secret: str) -> None:
    for subject in ({"email": "ada@example.test"}, {"device": secret}):
        assert decided(demo, subject) == [(True, "given"), (False, "not_answered")]


def _by_the_link_she_keeps_it_as_today(
    demo: Demo, browser: Browser, hands: Hands, link: str, axe: str
) -> None:
    with watched(browser) as (fresh, complaints):
        holder = Person(demo, fresh.new_page(), "", hands)
        before = demo.rows("sayso", "SELECT count(*) FROM consent_event")
        assert fresh.request.get(link).status == 200  # as a mail scanner does: the secret stays behind the #
        assert demo.rows("sayso", "SELECT count(*) FROM consent_event") == before
        holder.opens(link)
        expect(holder.page.locator("main")).to_contain_text("Harbour Mill in Portugal")
        _is_fit_to_be_seen(browser, holder, axe, link)
        assert holder.page.get_by_role("button", name="Allow what is new").count() == 0
        holder.sends("Keep as today")
        expect(holder.page.locator("main")).to_contain_text("Saved. It holds from this moment.")
        assert complaints() == []
    assert decided(demo, {"email": "ada@example.test"}) == [(True, "given"), (False, "refused")]


def _her_own_pages_say_the_same(ada: Person) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/history")
    newest = ada.page.locator("article.answer").first
    expect(newest).to_contain_text("Answered a change")
    expect(newest).to_contain_text("whoever holds the link of a letter to you")
    ada.opens(f"{ada.demo.sayso}/centre/")
    expect(ada.page.locator("main")).not_to_contain_text("Harbour Mill")  # nor is her browser asked again
    ada.opens(f"{ada.demo.sayso}/centre/changes")
    expect(ada.page.locator("main")).to_contain_text("Nothing waits for your answer.")
    expect(ada.page.locator("main")).to_contain_text("the same in other words")


def _says_in_the_centre(browsing: Person, way: str) -> None:
    browsing.opens(f"{browsing.demo.sayso}/centre/")
    waiting = browsing.page.locator("section[aria-labelledby=changed]")
    browsing.sends(way, waiting)
    expect(browsing.page.locator(".message.success")).to_contain_text("Saved.")
    expect(waiting).to_have_count(0)


def _one_browser_allows_it_and_another_stops_all_of_it(one: Person, another: Person) -> None:
    _says_in_the_centre(one, "Allow what is new")
    assert decided(one.demo, {"device": _device(one)}) == [(True, "given"), (True, "given")]
    one.link("Keep the proof")
    expect(one.page.locator("main")).to_contain_text("change-1")
    _says_in_the_centre(another, "Stop this use")
    assert decided(one.demo, {"device": _device(another)}) == [(False, "withdrawn"), (False, "refused")]


def _is_fit_to_be_seen(browser: Browser, person: Person, axe: str, address: str) -> None:
    """Look at the page in every dress, as `test_every_page.py` does with those that are there for all."""
    stop = Stop("sayso", address.partition("#")[0], "somebody", address)
    for dress, worn in DRESSES.items():
        state = person.page.context.storage_state()
        with watched(browser, **worn, storage_state=state, reduced_motion="reduce") as (context, complaints):
            look = Look(context.new_page(), complaints)
            look.page.goto(address)
            look.page.locator("article.change").first.wait_for()
            assert _findings(look, axe, stop, dress) == []
