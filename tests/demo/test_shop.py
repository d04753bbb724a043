"""Linen & Loom asks before every use, obeys, and treats everybody alike."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sayso.signals import gpc
from tests import linen
from tests.demo import programs, stub

DELIVERY = {
    "name": "Ada Moreau",
    "email": "Ada@example.test",
    "line1": "14 Donner Pass Road",
    "city": "Truckee",
    "postcode": "96161",
    "country": "US",
    "region": "CA",
}


def buy(visitor: httpx.Client, *products: str, **change: str) -> httpx.Response:
    """Put products in the basket and check out; gives the confirmation page."""
    for product in products:
        visitor.post(f"/basket/{product}")
    return visitor.post("/checkout", data={**DELIVERY, **change})


def rows(home: Path, sql: str, *values: str) -> list[tuple[object, ...]]:
    """Read the shop's database."""
    with closing(sqlite3.connect(home / "shop.sqlite3")) as database:
        return database.execute(sql, values).fetchall()


PAGES = [
    "/",
    "/shelves",
    "/shelves?type=quilt",
    "/products/p-037",
    "/basket",
    "/behind",
    "/zh-hant/",
    "/shop.css",
]


@pytest.mark.parametrize("page", PAGES)
def test_looking_around_sets_no_cookie_and_tells_sayso_nothing(
    page: str, visitor: httpx.Client, sayso: stub.Sayso
) -> None:
    answer = visitor.get(page)
    assert answer.status_code == 200
    assert not answer.headers.get_list("set-cookie")
    assert not sayso.heard


def test_every_page_is_strict_about_scripts_and_names_no_other_host_but_the_gated_partner(
    visitor: httpx.Client,
) -> None:
    answer = visitor.get("/")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in answer.text
    assert "unsafe" not in policy
    loads = re.findall(r'(?<!data-)\bsrc="(http[^"]+)"', answer.text)
    assert loads == []
    assert 'type="text/plain" data-sayso="ads.browsing.share_ads.brightside"' in answer.text


def test_each_page_has_a_new_nonce(visitor: httpx.Client) -> None:
    first, second = (visitor.get("/").headers["content-security-policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("page", PAGES[:-1])
def test_every_page_leads_to_the_privacy_choices(page: str, visitor: httpx.Client, sayso: stub.Sayso) -> None:
    text, language = visitor.get(page).text, "zh-hant" if "zh-hant" in page else "en"
    assert f'href="{sayso.address}/privacy-choices?language={language}" data-sayso-open' in text
    assert re.search(r"<noscript>.*/privacy-choices.*</noscript>", text, re.DOTALL)


def test_the_notice_link_leads_to_the_version_published_now(visitor: httpx.Client, sayso: stub.Sayso) -> None:
    answer = visitor.get("/privacy-policy", follow_redirects=False)
    assert answer.headers["location"] == f"{sayso.address}/notice/{stub.NOTICE.version}"


def test_without_a_permission_the_favourites_are_shown_and_no_recommendation_is_asked_for(
    visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    sayso.given(device)
    text = visitor.get("/").text
    assert "Favourites of the house" in text
    assert sayso.sent("/v1/decide")
    assert not sayso.sent("/v1/recommendations")


def test_with_a_permission_each_suggestion_says_why_and_its_reasons_add_up(
    visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    sayso.given(device, linen.PURCHASES)
    text = visitor.get("/").text
    assert text.index("Stillwater quilt") < text.index("Sauna linen towel")
    assert "You bought blue curtains" in text
    assert "0.40 + 0.30 + 0.50 = 1.20" in text
    assert text.count("Switch off") >= 3


def test_switching_a_reason_off_changes_the_sum_and_opens_the_same_reasons_again(
    visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    sayso.given(device, linen.PURCHASES)
    answer = visitor.post("/reasons", data={"reason": "weather", "product": "p-037", "on": "no"})
    assert sayso.sent("/v1/recommendations/switches")[0]["on"] is False
    assert answer.url.fragment == "p-037"
    assert "0.40 + 0.30 = 0.70" in answer.text
    assert '<details class="why" open>' in answer.text


def test_the_page_behind_shows_every_question_with_its_answer_and_reason_to_this_browser_only(
    visitor: httpx.Client, sayso: stub.Sayso, device: str, shop: str
) -> None:
    sayso.given(device, linen.PURCHASES)
    visitor.get("/")
    text = visitor.get("/behind").text
    assert re.search(rf"{re.escape(linen.PURCHASES)}.*?<td>yes</td><td><code>given", text, re.DOTALL)
    assert re.search(rf"{re.escape(linen.LOCATION)}.*?<td>no</td><td><code>refused", text, re.DOTALL)
    stranger = httpx.get(f"{shop}/behind", cookies={"sayso_device": stub.new_device()}).text
    assert linen.PURCHASES not in stranger


def test_the_basket_cookie_comes_with_the_first_thing_in_it_and_goes_with_the_last(
    visitor: httpx.Client,
) -> None:
    visitor.post("/basket/p-001")
    assert "loom_session" in visitor.cookies
    visitor.post("/basket/p-001", data={"qty": "0"})
    assert "loom_session" not in visitor.cookies


def test_a_form_from_another_origin_changes_nothing(visitor: httpx.Client) -> None:
    for forged in ({"Origin": "http://localhost:8720"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
        assert visitor.post("/basket/p-001", headers=forged).status_code == 403
    assert "loom_session" not in visitor.cookies


def test_the_checkout_fills_nothing_in_and_says_what_is_missing(visitor: httpx.Client) -> None:
    visitor.post("/basket/p-001")
    page = visitor.get("/checkout").text
    assert not re.search(r'<input type="(text|email)"[^>]* value=', page)
    answer = visitor.post("/checkout", data={**DELIVERY, "email": "nonsense", "region": ""})
    assert answer.status_code == 422
    assert "Please choose the state" in answer.text


def test_an_order_links_the_customer_and_hands_over_one_fact_for_each_line(
    visitor: httpx.Client, sayso: stub.Sayso, device: str, home: Path
) -> None:
    answer = buy(visitor, "p-001", "p-019")
    number = re.search(r"Order (L-\d+)", answer.text)
    assert number
    link = sayso.sent("/v1/links")[0]
    assert {name: link[name] for name in ("device", "customer", "email", "country", "region")} == {
        "device": device,
        "customer": "C-1001",
        "email": "ada@example.test",
        "country": "US",
        "region": "US-CA",
    }
    facts = sayso.sent("/v1/facts")[0]
    assert facts["subject"] == {"customer": "C-1001", "device": device}
    assert [fact["value"]["item"] for fact in facts["facts"]] == ["p-001", "p-019"]
    assert facts["facts"][0]["id"] == f"order-{number[1]}-line-1"
    lines = "SELECT count(*) FROM order_lines JOIN orders ON orders.id = order_id WHERE orders.number = ?"
    assert rows(home, lines, number[1]) == [(2,)]
    assert "loom_session" not in visitor.cookies


def test_ada_shares_one_address_row_with_cleo(visitor: httpx.Client, home: Path) -> None:
    buy(visitor, "p-001")
    shared = rows(
        home,
        "SELECT count(DISTINCT address_id), count(*) FROM customers WHERE name IN ('Ada Moreau', 'Cleo Hart')",
    )
    assert shared == [(1, 2)]


def test_an_order_page_opens_with_its_own_address_only(visitor: httpx.Client) -> None:
    answer = buy(visitor, "p-001", gift_note="For <b>Ben</b>")
    link = re.search(r'href="(/orders/[^"/]+)"', answer.text)
    assert link
    assert "For &lt;b&gt;Ben&lt;/b&gt;" in visitor.get(link[1]).text
    assert visitor.get(link[1][:-1] + "x").status_code == 404


def test_one_thing_is_asked_after_the_order_with_three_equal_answers_and_the_benefit_on_the_same_page(
    visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    sayso.given(device, linen.PURCHASES)
    page = buy(visitor, "p-001")
    assert sayso.sent("/v1/asks/next")[0]["moment"] == "order_confirmed"
    assert len(re.findall(r'<button name="answer"', page.text)) == 3
    assert not re.search(r'<button name="answer"[^>]*class', page.text)
    fields = dict(
        re.findall(r'name="(id|version|text_hash|layout|base|event|field)" value="([^"]+)"', page.text)
    )
    answered = visitor.post(
        page.url.path,
        data={**fields, "answer": "given", "postcode": "96161"},
    )
    sent = sayso.sent("/v1/asks/postcode/answers")[0]
    assert (sent["answer"], sent["value"], sent["base"], sent["event"]) == (
        "given",
        {"postcode": "96161"},
        1,
        fields["event"],
    )
    assert answered.url.path == page.url.path
    assert "Stillwater quilt" in answered.text


@pytest.mark.parametrize(
    ("said", "words"), [("deferred", "Not now, then"), ("refused", "We will not ask for this again")]
)
def test_not_now_and_no_are_one_press_and_send_no_postcode(
    said: str, words: str, visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    page = buy(visitor, "p-001")
    fields = dict(
        re.findall(r'name="(id|version|text_hash|layout|base|event|field)" value="([^"]+)"', page.text)
    )
    answered = visitor.post(page.url.path, data={**fields, "answer": said, "postcode": "96161"})
    assert words in answered.text
    assert "value" not in sayso.sent("/v1/asks/postcode/answers")[0]


def test_nothing_is_asked_of_a_browser_that_never_answered(visitor: httpx.Client, sayso: stub.Sayso) -> None:
    page = buy(visitor, "p-001")
    assert "Shall we mind the weather" not in page.text
    assert not sayso.sent("/v1/asks/next")


def test_an_answer_that_was_not_recorded_is_said_so(visitor: httpx.Client, device: str) -> None:
    page = buy(visitor, "p-001")
    fields = dict(
        re.findall(r'name="(id|version|text_hash|layout|base|event|field)" value="([^"]+)"', page.text)
    )
    answered = visitor.post(page.url.path, data={**fields, "answer": "given", "postcode": ""})
    assert answered.status_code == 422
    assert "nothing changed" in answered.text
    assert "Type a postcode." in answered.text


def test_whoever_refused_everything_gets_the_same_shelves_prices_and_checkout(
    shop: str, sayso: stub.Sayso
) -> None:
    refuser, giver = stub.new_device(), stub.new_device()
    sayso.given(refuser)
    sayso.given(giver, *(choice.id for choice in stub.NOTICE.choices()))

    def seen(device: str, page: str) -> str:
        text = httpx.get(shop + page, cookies={"sayso_device": device}).text
        return re.sub(r'nonce="[^"]+"', "", text)

    for page in ("/shelves", "/products/p-037", "/basket"):
        assert seen(refuser, page) == seen(giver, page)


def test_letters_go_only_to_those_who_said_so_and_each_no_has_its_reason(
    visitor: httpx.Client, sayso: stub.Sayso
) -> None:
    sayso.letters_to = {"C-1002"}
    text = visitor.get("/staff/letters").text
    assert "1 of " in text
    assert re.search(r"C-1002</td><td>cleo@example.test</td><td>yes</td><td><code>given", text)
    assert re.search(r"C-1001</td><td>ada@example.test</td><td>no</td><td><code>unknown_subject", text)


def test_chinese_pages_speak_chinese_and_need_no_cookie(
    visitor: httpx.Client, sayso: stub.Sayso, device: str
) -> None:
    sayso.given(device, linen.PURCHASES)
    answer = visitor.get("/zh-hant/")
    assert '<html lang="zh-Hant" dir="ltr">' in answer.text
    assert "靜水被" in answer.text
    assert sayso.sent("/v1/recommendations")[0]["locale"] == "zh-Hant"
    assert not answer.headers.get_list("set-cookie")


def test_arabic_pages_run_from_right_to_left(visitor: httpx.Client, sayso: stub.Sayso, device: str) -> None:
    sayso.given(device, linen.PURCHASES)
    answer = visitor.get("/ar/shelves?type=quilt")
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert 'href="/zh-hant/shelves?type=quilt"' in answer.text
    assert 'href="/shelves?type=quilt"' in answer.text
    visitor.get("/ar/")
    assert sayso.sent("/v1/recommendations")[0]["locale"] == "ar"


def test_the_shelves_are_told_to_sayso_with_their_attributes(
    visitor: httpx.Client, sayso: stub.Sayso, home: Path, told: dict[str, str]
) -> None:
    assert programs.run(home, "sayso_demo.shop", "prepare", **told).returncode == 0
    items = {item["id"]: item for item in sayso.sent("/v1/items")[0]["items"]}
    assert len(items) >= 120
    assert items["p-037"]["attributes"] == {
        "type": "quilt",
        "colour": "cool blue",
        "colour_family": "blue",
        "material": "bamboo fibre",
        "renewable": True,
        "warmth": 5,
        "room": "bedroom",
    }


def test_every_product_has_its_own_page_and_picture(visitor: httpx.Client) -> None:
    ids = re.findall(r'href="/products/(p-\d+)"', visitor.get("/shelves").text)
    assert len(ids) == len(set(ids)) >= 120
    for product in ids[::9]:
        picture = visitor.get(f"/swatch/{product}.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        tag = picture.headers["etag"]
        assert visitor.get(f"/swatch/{product}.svg", headers={"If-None-Match": tag}).status_code == 304
        assert visitor.get(f"/products/{product}").status_code == 200
    assert visitor.get("/products/p-999").status_code == 404
    assert visitor.get("/swatch/p-999.svg").status_code == 404


def test_the_first_answer_through_the_shop_sets_the_device_cookie_once(visitor: httpx.Client) -> None:
    secret, page = stub.new_device(), "/privacy/v1/sites/shop/answers"
    body = {"event": "8b7d…", "answers": {linen.PURCHASES: "given"}}
    ours = {"Origin": f"{visitor.base_url}".rstrip("/")}
    answer = visitor.post(page, json=body, headers={**ours, "Sayso-Device": secret})
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"sayso_device={secret};")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={183 * 24 * 3600}"} <= set(cookie.split("; "))
    again = visitor.post(page, json=body, headers={**ours, "Sayso-Device": stub.new_device()})
    assert again.status_code == 201
    assert "set-cookie" not in again.headers


def test_the_browser_sdk_comes_from_the_shops_own_host(visitor: httpx.Client) -> None:
    answer = visitor.get("/privacy/sayso.js")
    assert answer.content == stub.SDK.read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")


def test_the_page_of_the_staff_is_closed_outside_the_demo(home: Path, sayso: stub.Sayso, shop: str) -> None:
    port = programs.free_port()
    with programs.program(home, port, "sayso_demo.shop", "serve", SHOP_SAYSO_URL=sayso.address) as closed:
        assert httpx.get(f"{closed}/staff/letters").status_code == 404
        assert "/staff/letters" not in httpx.get(f"{closed}/behind").text


def test_a_browsers_signal_is_passed_on_with_every_question_and_shown(
    visitor: httpx.Client, sayso: stub.Sayso
) -> None:
    device = stub.new_device()
    sayso.given(device, linen.PURCHASES)
    visitor.cookies.set("sayso_device", device)
    assert "we obey" not in visitor.get("/").text
    assert "gpc" not in sayso.sent("/v1/decide")[-1]
    assert "we obey" in visitor.get("/", headers={"Sec-GPC": "1"}).text
    assert sayso.sent("/v1/decide")[-1]["gpc"] is True


def test_the_shop_states_at_the_well_known_address_that_it_obeys(visitor: httpx.Client) -> None:
    assert gpc.read_support(visitor.get("/.well-known/gpc.json").json()).obeys is True
