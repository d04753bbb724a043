"""Scripts and templates wait for her answer, and only trusted ones are let through."""

import pytest
from playwright.sync_api import expect

from . import notices
from .conftest import Visit, Visiting
from .shopfront import NONCE, Site

pytestmark = pytest.mark.journey
LETTERS, PURCHASES = "newsletter.contact.use.self", notices.PERSONALISE[0]


def held(choices: str, rest: str = "", body: str = "") -> str:
    return f'<script type="text/plain" data-sayso="{choices}" {rest}>{body}</script>'


def accept(person: Visit) -> None:
    person.press("Accept all")
    expect(person.status).to_contain_text("Saved.")
    person.page.wait_for_timeout(150)  # long enough for a script that should not have run to be fetched


def test_a_script_waits_until_its_choice_is_given(visit: Visiting, site: Site) -> None:
    site.body = held(LETTERS, f'nonce="{NONCE}" data-src="/ran/letters.js"')
    ada = visit()
    assert site.ran == []
    accept(ada)
    ada.until("window.ran?.join()", "letters")
    ada.again()
    ada.until("window.ran?.join()", "letters")
    assert site.ran == ["letters"] * 2


def test_a_refused_script_never_runs(visit: Visiting, site: Site) -> None:
    site.body = held(LETTERS, f'nonce="{NONCE}" data-src="/ran/letters.js"')
    ada = visit()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    ada.again()
    assert site.ran == []


def test_a_script_with_several_choices_waits_for_all_of_them(visit: Visiting, site: Site) -> None:
    site.body = held(f"{LETTERS}, {PURCHASES}", f'nonce="{NONCE}"', "window.both = 1")
    ada = visit()
    ada.page.evaluate("(choice) => sayso.answer({[choice]: 'given'})", LETTERS)
    assert ada.page.evaluate("window.both") is None
    ada.page.evaluate("(choice) => sayso.answer({[choice]: 'given'})", PURCHASES)
    assert ada.page.evaluate("both") == 1


@pytest.mark.parametrize("choices", ["", "not.in.the.notice", "__proto__", f"{LETTERS},"])
def test_a_script_for_no_choice_of_the_notice_never_runs(visit: Visiting, site: Site, choices: str) -> None:
    site.body = held(choices, f'nonce="{NONCE}" data-src="/ran/stray.js"')
    site.banner["standing"] = {"rev": 1, "states": {"not.in.the.notice": "given", LETTERS: "given"}}
    ada = visit()
    accept(ada)
    assert site.ran == []


def test_a_foreign_script_runs_only_from_an_exact_declared_host(
    visit: Visiting, site: Site, elsewhere: Site
) -> None:
    host = elsewhere.origin.removeprefix("http://")
    site.csp = None
    site.banner["scripts"] = {LETTERS: [host]}
    site.body = (
        held(LETTERS, f'data-src="{elsewhere.origin}/ran/declared.js"')
        + held(LETTERS, f'data-src="{elsewhere.origin.replace("localhost", "127.0.0.1")}/ran/cousin.js"')
        + held(PURCHASES, f'data-src="{elsewhere.origin}/ran/other_choice.js"')
        + held(f"{LETTERS},{PURCHASES}", f'data-src="{elsewhere.origin}/ran/half_declared.js"')
        + held(LETTERS, 'data-src="/ran/own_host.js"')
        + held(LETTERS, 'data-src="data:text/javascript,window.hurt=1"')
        + held(LETTERS, "", "window.hurt = 1")
        + held(LETTERS, 'nonce="guess"', "window.hurt = 1")
    )
    ada = visit()
    accept(ada)
    assert elsewhere.ran == ["declared"]
    assert site.ran == []
    assert ada.page.evaluate("window.hurt") is None


def test_without_a_nonce_on_the_page_no_inline_script_is_trusted(visit: Visiting, site: Site) -> None:
    site.csp, site.nonce = None, ""
    site.body = held(LETTERS, 'nonce=""', "window.hurt = 1") + held(LETTERS, "", "window.hurt = 1")
    ada = visit()
    accept(ada)
    assert ada.page.evaluate("window.hurt") is None


def test_under_strict_dynamic_the_gate_lends_its_trust_to_nobody(
    visit: Visiting, site: Site, elsewhere: Site
) -> None:
    site.csp = f"script-src 'nonce-{NONCE}' 'strict-dynamic'"
    evil = f'<script src="{elsewhere.origin}/ran/slipped_in.js"></script><script>window.hurt = 1</script>'
    site.body = (
        held(LETTERS, f'data-src="{elsewhere.origin}/ran/slipped_in.js"')
        + f'<template data-sayso="{LETTERS}">{evil}</template>'
        + f'<template data-sayso="{LETTERS}" nonce="guess">{evil}</template>'
    )
    ada = visit()
    accept(ada)
    assert elsewhere.ran == []
    assert ada.page.evaluate("window.hurt") is None


def test_a_template_is_filled_in_when_it_or_all_it_loads_is_trusted(
    visit: Visiting, site: Site, elsewhere: Site
) -> None:
    host = elsewhere.origin.removeprefix("http://")
    site.csp, site.banner["scripts"] = None, {LETTERS: [host]}
    site.body = (
        f'<template data-sayso="{LETTERS}" nonce="{NONCE}"><b id="own">own</b></template>'
        f'<template data-sayso="{LETTERS}"><script src="{elsewhere.origin}/ran/map.js"></script></template>'
        f'<template data-sayso="{LETTERS}"><i id="stray"></i><img src="{site.origin}/pixel"></template>'
        f'<template data-sayso="{notices.ADS}" nonce="{NONCE}"><b id="ads">ads</b></template>'
    )
    ada = visit()
    assert ada.page.locator("#own").count() == 0
    ada.page.evaluate("(choice) => sayso.answer({[choice]: 'given'})", LETTERS)
    ada.until("window.ran?.join()", "map")
    assert ada.page.locator("#own").count() == 1
    assert ada.page.locator("#stray, #ads").count() == 0


def test_a_late_script_is_held_and_released_too(visit: Visiting, site: Site) -> None:
    ada = visit()
    accept(ada)
    ada.page.evaluate(
        """(choice) => { const late = document.createElement('script'); late.type = 'text/plain';
        late.dataset.sayso = choice; late.nonce = 'r4nd0m'; late.text = 'window.late = 1';
        document.body.append(late); }""",
        LETTERS,
    )
    ada.until("window.late", 1)


def test_scripts_run_once_and_in_their_order(visit: Visiting, site: Site) -> None:
    site.body = "".join(held(LETTERS, f'nonce="{NONCE}" data-src="/ran/n{i}.js"') for i in range(5))
    ada = visit()
    accept(ada)
    ada.page.evaluate("document.body.append('more')")
    ada.until("window.ran?.join()", "n0,n1,n2,n3,n4")
    ada.page.wait_for_timeout(100)
    assert sorted(site.ran) == [f"n{i}" for i in range(5)]


def test_withdrawing_after_a_script_ran_loads_the_page_anew_without_it(visit: Visiting, site: Site) -> None:
    site.body = held(LETTERS, f'nonce="{NONCE}" data-src="/ran/letters.js"')
    ada = visit()
    accept(ada)
    ada.until("window.ran?.join()", "letters")
    ada.page.evaluate("window.before = 1")
    ada.page.locator("#reopen").click()
    ada.say("Letters by e-mail", "No")
    ada.press("Save my choices")
    ada.until("window.before === undefined && window.sayso?.standing()?.rev", 2)
    assert ada.page.evaluate("window.ran") is None
    assert site.ran == ["letters"]


def test_withdrawing_what_never_ran_leaves_the_page_alone(visit: Visiting, site: Site) -> None:
    ada = visit()
    accept(ada)
    ada.page.evaluate("window.before = 1")
    ada.page.locator("#reopen").click()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    assert ada.page.evaluate("before") == 1


def test_the_privacy_signal_holds_adverts_back_whatever_was_given(visit: Visiting, site: Site) -> None:
    site.body = held(notices.ADS, f'nonce="{NONCE}" data-src="/ran/ads.js"')
    site.body += held(LETTERS, f'nonce="{NONCE}" data-src="/ran/letters.js"')
    ada = visit(gpc=True)
    accept(ada)
    assert site.ran == ["letters"]
    accept(visit())
    assert sorted(site.ran[1:]) == ["ads", "letters"]


def test_a_yes_to_this_very_thing_lets_it_through_in_spite_of_the_signal(visit: Visiting, site: Site) -> None:
    site.body = held(notices.ADS, f'nonce="{NONCE}" data-src="/ran/ads.js"')
    ada = visit(gpc=True)
    accept(ada)
    ada.page.locator("#reopen").click()
    expect(ada.dialog).to_contain_text("Off because of it: Adverts on other sites.")
    assert ada.said("Adverts on other sites") == ""  # it was given and is held back: not a yes
    ada.say("Adverts on other sites", "Yes")
    ada.press("Save my choices")
    ada.until("(window.ran || []).length", 1)
    assert site.ran == ["ads"]
    assert site.answers()[1].body["answers"] == {notices.ADS: "given"}


def test_markup_cannot_pose_as_the_sdk(visit: Visiting, site: Site, elsewhere: Site) -> None:
    site.body = f'<img name="currentScript" data-site="x" data-base="{elsewhere.origin}/privacy">'
    visit()
    assert elsewhere.calls == []
    assert any("/v1/sites/shop/banner" in call.path for call in site.calls)
