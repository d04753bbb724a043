"""The main story: a shop asks, Ada answers, every connected system obeys, and she sees the proof."""

import csv
import io
import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands

pytestmark = pytest.mark.journey
CURTAINS, TOWEL, QUILT, DECOY = "p-001", "p-019", "p-037", "p-038"
STREET, TOWN, ZIP = "14 Donner Pass Road", "Truckee", "96161"
LEARN = "learn.purchases.use.self"
PASS_ON = "pass_on.purchases.disclose.brightside"
ADS = "ads.browsing.share_ads.brightside"


class Ada:
    """One person with one browser, and what she does."""

    def __init__(self, demo: Demo, hands: Hands, context: BrowserContext, page: Page) -> None:
        self.demo, self.hands, self.context, self.page = demo, hands, context, page
        self.email = f"ada.{hands.name}@example.test"

    def button(self, name: str, within: Locator | None = None) -> None:
        """Press the button of that name."""
        self.hands.press(self.page, (within or self.page).get_by_role("button", name=name, exact=True).first)

    def sends(self, name: str, within: Locator | None = None) -> None:
        """Press the button of that name and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.button(name, within)

    def link(self, name: str) -> None:
        """Follow the link of that name."""
        self.hands.press(self.page, self.page.get_by_role("link", name=name, exact=True).first)

    def write(self, label: str, text: str) -> None:
        """Fill in the field of that label."""
        self.hands.write(self.page, self.page.get_by_role("textbox", name=label, exact=True), text)

    def opens(self, address: str) -> None:
        """Go to an address, as by a bookmark."""
        self.page.goto(address)

    def device(self) -> str:
        """Give the secret of her browser, which no script of the page can read."""
        cookies = {cookie["name"]: cookie for cookie in self.context.cookies()}
        kept = cookies["sayso_device"]
        assert kept["httpOnly"]
        assert "sayso_device" not in self.page.evaluate("document.cookie")
        return kept["value"]

    def purpose(self, title: str) -> Locator:
        """Find a purpose in the banner's dialog."""
        return (
            self.page.get_by_role("dialog")
            .locator("section, fieldset, article, li")
            .filter(has=self.page.get_by_role("heading", name=title, exact=True))
            .last
        )

    def card(self, title: str) -> Locator:
        """Find a purpose on the centre's page of choices."""
        return self.page.locator("section.purpose").filter(
            has=self.page.get_by_role("heading", name=title, exact=True)
        )

    def says(self, title: str, word: str) -> None:
        """Press yes or no for a whole purpose in the centre: one action."""
        self.opens(f"{self.demo.sayso}/centre/choices")
        self.sends(word, self.card(title))

    def code(self, press: str) -> None:
        """Ask for a code by a button, read the letter, and type it."""
        seen = len(self.demo.letters_to(self.email))
        self.sends(press)
        code = self.demo.code_for(self.email, seen)
        self.write("The code", code)

    def events(self) -> list[tuple[Any, ...]]:
        """Read the ledger's events of everybody, newest last."""
        return self.demo.rows(
            "sayso", "SELECT seq, subject, answers, outcome FROM consent_event ORDER BY seq"
        )


@pytest.fixture
def ada(demo: Demo, hands: Hands, context: BrowserContext, page: Page) -> Ada:
    return Ada(demo, hands, context, page)


def test_from_the_first_visit_to_being_forgotten(ada: Ada, tmp_path: Path) -> None:
    _she_visits_and_nothing_is_kept(ada)
    _she_answers_one_thing_at_a_time(ada)
    _the_shop_obeys(ada)
    _she_buys_and_is_asked_one_thing(ada)
    _the_quilt_is_suggested_with_its_reasons(ada)
    _she_volunteers_and_allows_more(ada)
    _she_signs_in_and_joins_her_browser(ada)
    _she_sees_what_is_known_and_corrects_it(ada)
    _she_downloads_everything(ada)
    _she_keeps_a_proof_that_holds(ada, tmp_path)
    _she_withdraws_and_all_obey(ada)
    link = _she_deletes(ada)
    _she_sees_the_steps_when_the_account_is_gone(ada, link)
    _she_is_not_imported_again(ada, tmp_path)


def _she_visits_and_nothing_is_kept(ada: Ada) -> None:
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    before = len(ada.events())
    ada.opens(f"{ada.demo.shop}/")
    expect(ada.page.get_by_role("button", name="Reject all")).to_be_visible()
    assert ada.context.cookies() == []
    assert ada.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert all(url.startswith(ada.demo.shop) for url in asked)
    assert len(ada.events()) == before
    for name in ("Reject all", "Accept all", "Choose"):
        expect(ada.page.get_by_role("button", name=name, exact=True)).to_be_visible()


def _she_answers_one_thing_at_a_time(ada: Ada) -> None:
    ada.button("Choose")
    dialog = ada.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.locator("input:checked").count() == 0
    personal = ada.purpose("Personalise for me")
    ada.hands.press(ada.page, personal.locator("summary"))
    for part in ("your purchases", "what you told us you like"):
        group = personal.get_by_role("group", name=part).or_(personal.get_by_role("radiogroup", name=part))
        ada.hands.tick(ada.page, group.get_by_role("radio", name="Yes"))
    refused = ada.purpose("Pass my purchases to Brightside Ads")
    ada.hands.tick(ada.page, refused.get_by_role("radio", name="No"))
    with ada.page.expect_response(lambda reply: reply.url.endswith("/answers")) as answered:
        ada.button("Save my choices")
    reply = answered.value.json()
    assert answered.value.status == 201
    states = reply["standing"]["states"]
    assert states["personalise.purchases.use.self"] == "given"
    assert states["personalise.location.use.self"] == "unknown"
    assert states[PASS_ON] == "refused"
    assert states[LEARN] == "unknown"
    assert reply["receipt"].count(".") == 2
    expect(ada.page.get_by_role("button", name="Keep the proof")).to_be_visible()
    seq, _, answers, _ = ada.events()[-1]
    assert seq == reply["seq"]
    assert json.loads(answers)[PASS_ON] == "refused"
    ada.device()


def _the_shop_obeys(ada: Ada) -> None:
    ada.opens(f"{ada.demo.shop}/")
    expect(ada.page.get_by_role("button", name="Reject all")).to_have_count(0)
    assert ada.page.evaluate("[...document.scripts].filter(s => s.src.includes('ad.js')).length") == 0
    ada.opens(f"{ada.demo.shop}/behind")
    told = ada.page.locator("table").inner_text()
    assert re.search(r"personalise\.purchases\.use\.self\s+yes\s+given", told, re.IGNORECASE), told
    assert re.search(r"personalise\.location\.use\.self\s+no\s+not_answered", told, re.IGNORECASE), told


def _she_buys_and_is_asked_one_thing(ada: Ada) -> None:
    for product in (CURTAINS, TOWEL):
        ada.opens(f"{ada.demo.shop}/products/{product}")
        ada.sends("Put in the basket")
    ada.opens(f"{ada.demo.shop}/basket")
    ada.link("To the checkout")
    for label, text in (
        ("Name", "Ada Marsh"),
        ("E-mail", ada.email),
        ("Street and number", STREET),
        ("Town", TOWN),
    ):
        ada.write(label, text)
    fields = ada.page.locator("form.fields")
    ada.hands.write(ada.page, fields.locator("[name=postcode]"), ZIP)
    ada.hands.select(ada.page, fields.locator("[name=country]"), "United States")
    ada.hands.select(ada.page, fields.locator("[name=region]"), "CA")
    ada.hands.write(ada.page, fields.locator("[name=gift_note]"), "For Zenobia, who likes blue")
    ada.sends("Place the order")
    question = ada.page.locator("section.ask")
    expect(question).to_contain_text("Linen & Loom")
    expect(question).to_contain_text("Twelve months")
    assert question.get_by_role("button").count() == 3
    boxes = [question.get_by_role("button").nth(index).bounding_box() for index in range(3)]
    assert len({(round(box["width"]), round(box["height"])) for box in boxes if box}) == 1
    ada.hands.write(ada.page, question.locator("input[name=postcode]"), ZIP)
    ada.hands.press(ada.page, question.get_by_role("button").first)
    expect(ada.page.locator(f"li#{QUILT}")).to_be_visible()


def _the_quilt_is_suggested_with_its_reasons(ada: Ada) -> None:
    ada.opens(f"{ada.demo.shop}/")
    first = ada.page.locator("ol.suggested > li").first
    expect(first).to_have_id(QUILT)
    ada.hands.press(ada.page, first.locator("summary"))
    reasons = first.locator("ul > li")
    texts = " · ".join(reasons.locator(".reason").all_inner_texts()).lower()
    assert "harbour curtains" in texts
    assert "renewable" in texts
    assert "cold" in texts
    worth = [float(text.split("\n")[0]) for text in reasons.locator(".worth").all_inner_texts()]
    assert sum(worth) == pytest.approx(_sum(first))
    cold = reasons.filter(has_text=re.compile("cold", re.IGNORECASE))
    lost = float(cold.locator(".worth").inner_text().split("\n")[0])
    with ada.page.expect_navigation():
        ada.hands.press(ada.page, cold.get_by_role("button"))
    ada.opens(f"{ada.demo.shop}/")
    ada.page.wait_for_load_state()
    again = ada.page.locator(f"li#{QUILT}")
    if again.count():
        ada.hands.press(ada.page, again.locator("summary"))
        assert _sum(again) == pytest.approx(sum(worth) - lost)
        off = again.locator("ul > li").filter(has_text=re.compile("cold", re.IGNORECASE))
        with ada.page.expect_navigation():
            ada.hands.press(ada.page, off.get_by_role("button"))
    ada.opens(f"{ada.demo.shop}/")
    expect(ada.page.locator("ol.suggested > li").first).to_have_id(QUILT)


def _sum(suggestion: Locator) -> float:
    """Read the total that the page shows beneath the reasons."""
    return float(suggestion.locator(".figures").inner_text().split("=")[-1])


def _she_volunteers_and_allows_more(ada: Ada) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/data")
    picker = ada.page.get_by_label("I like, or do not like")
    option = picker.locator("option").nth(1).inner_text()
    ada.hands.select(ada.page, picker, option)
    ada.sends("I like it")
    expect(ada.page.locator("ul.data").filter(has_text=option).first).to_be_visible()
    ada.says("Learn from me", "Yes")
    ada.says("Pass my purchases to Brightside Ads", "Yes")
    assert until(lambda: _counted(ada), "her part in the counts") == 2
    rows = until(lambda: ada.demo.json(f"{ada.demo.partner}/audience.json"), "her row at Brightside Ads")
    assert len(rows) == 1
    assert sorted(rows[0]["interests"]) == ["curtain", "towel"]
    assert ada.email not in json.dumps(rows)


def _subjects(ada: Ada) -> list[str]:
    """Everybody who ever answered, newest first: her browser and then her account."""
    rows = ada.demo.rows("sayso", "SELECT id FROM identity_subject ORDER BY created_at DESC")
    return [str(row[0]) for row in rows]


def _counted(ada: Ada) -> int:
    rows = ada.demo.rows("sayso", "SELECT count(*) FROM personalisation_contribution")
    return int(rows[0][0])


def _she_signs_in_and_joins_her_browser(ada: Ada) -> None:
    ada.opens(f"{ada.demo.sayso}/sign-in")
    ada.write("Your e-mail address", ada.email)
    ada.code("Send me a code")
    ada.sends("Sign in")
    expect(ada.page.get_by_role("heading", name="Also for your account?")).to_be_visible()
    assert ada.page.locator("input:checked").count() == 0
    boxes = ada.page.locator("input[name=choice]")
    for index in range(boxes.count()):
        ada.hands.tick(ada.page, boxes.nth(index))
    ada.hands.tick(ada.page, ada.page.get_by_label("Yes, that was me"))
    ada.sends("Save and go on")
    ada.opens(f"{ada.demo.shop}/")
    expect(ada.page.locator("ol.suggested > li").first).to_have_id(QUILT)
    assert _counted(ada) == 2
    assert len(ada.demo.json(f"{ada.demo.partner}/audience.json")) == 1


def _she_sees_what_is_known_and_corrects_it(ada: Ada) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/")
    expect(ada.page.get_by_role("button", name="Stop everything")).to_be_visible()
    ada.opens(f"{ada.demo.sayso}/centre/data")
    text = ada.page.locator("main").inner_text()
    for wanted in ("Brightside Ads", "standard contractual clauses", "section 84", ZIP):
        assert wanted in text, wanted
    ada.opens(f"{ada.demo.sayso}/centre/rules")
    expect(ada.page.locator("main")).to_contain_text("California")
    ada.opens(f"{ada.demo.sayso}/centre/data")
    ada.write("Your name", "Ada Fenn")
    correct = ada.page.get_by_role("button", name=re.compile("Correct it.*Your name"))
    with ada.page.expect_navigation():
        ada.hands.press(ada.page, correct)
    query = "SELECT name FROM customers WHERE email = ?"
    until(lambda: ada.demo.rows("shop", query, ada.email) == [("Ada Fenn",)], "her new name in the shop")


def _she_downloads_everything(ada: Ada) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/download")
    ada.code("Send me a code")
    ada.sends("It is me")
    ada.sends("Prepare my copy")
    ready = ada.page.get_by_role("button", name="Download the ZIP")
    until(lambda: ada.page.reload() and ready.count(), "her copy")
    with ada.page.expect_download() as downloaded:
        ada.button("Download the ZIP")
    with zipfile.ZipFile(downloaded.value.path()) as package:
        files = {name: package.read(name) for name in package.namelist()}
    hashes = json.loads(files["manifest.json"])["sha256"]
    assert set(hashes) == set(files) - {"manifest.json"}
    assert all(sha256(files[name]).hexdigest() == digest for name, digest in hashes.items())
    everything = b"\n".join(files.values()).decode()
    assert "Ada Fenn" in everything
    assert STREET in everything
    assert "Zenobia" not in everything
    others = ada.demo.rows("shop", "SELECT name, email FROM customers WHERE email != ?", ada.email)
    assert len(others) > 10
    assert not [name for name, email in others if email in everything or f"{name}\n" in everything]
    assert {"index.html", "data.json"} <= set(files)
    tables = [name for name in files if name.endswith(".csv")]
    assert tables
    assert all(list(csv.reader(io.StringIO(files[name].decode()))) for name in tables)


def _she_keeps_a_proof_that_holds(ada: Ada, tmp_path: Path) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/history")
    ada.hands.press(ada.page, ada.page.locator("main a[href*='/centre/proof/']").first)
    with ada.page.expect_download() as downloaded:
        ada.link("Download the receipt")
    receipt, pins = tmp_path / "receipt.json", tmp_path / "pinned.json"
    receipt.write_bytes(Path(downloaded.value.path()).read_bytes())
    pins.write_text(json.dumps(ada.demo.json(f"{ada.demo.sayso}/v1/keys")))
    holds = ada.demo.sayso_command("verify", str(receipt), "--keys", str(pins))
    assert (holds.returncode, holds.stdout[:5]) == (0, "HOLDS"), holds
    spoiled = json.loads(receipt.read_text())
    head, payload, signature = spoiled["receipt"].split(".")
    middle = len(payload) // 2
    changed = payload[:middle] + ("A" if payload[middle] != "A" else "B") + payload[middle + 1 :]
    receipt.write_text(json.dumps({"receipt": f"{head}.{changed}.{signature}"}))
    refused = ada.demo.sayso_command("verify", str(receipt), "--keys", str(pins))
    assert refused.returncode == 1
    assert "bad_signature" in refused.stdout


def _she_withdraws_and_all_obey(ada: Ada) -> None:
    assert _counted(ada) == 2
    assert len(ada.demo.json(f"{ada.demo.partner}/audience.json")) == 1
    ada.opens(f"{ada.demo.sayso}/centre/choices")
    expect(ada.card("Learn from me")).to_contain_text("taken out of the counts")
    ada.says("Learn from me", "No")
    ada.says("Pass my purchases to Brightside Ads", "No")
    until(lambda: _counted(ada) == 0, "her part gone from the counts")
    audience = f"{ada.demo.partner}/audience.json"
    until(lambda: ada.demo.json(audience) == [], "her row gone at Brightside Ads")
    rebuilt = ada.demo.sayso_command("rebuild", "linen-and-loom", "--check")
    assert rebuilt.returncode == 0, rebuilt
    ada.opens(f"{ada.demo.sayso}/centre/")
    steps = ada.page.locator("ol.steps")
    until(lambda: ada.page.reload() and "Brightside Ads" in steps.inner_text(), "the stop on her page")
    expect(steps).to_contain_text("after")
    ada.opens(f"{ada.demo.shop}/")
    expect(ada.page.locator("ol.suggested > li").first).to_have_id(QUILT)


def _she_deletes(ada: Ada) -> str:
    ada.opens(f"{ada.demo.sayso}/centre/delete")
    assert ada.page.get_by_role("button", name="Show me the plan").count() == 0
    ada.code("Send me a code")
    ada.sends("It is me")
    ada.sends("Show me the plan")
    plan = ada.page.locator("main")
    expect(plan).to_contain_text("Value-Added Tax Consolidation Act 2010")
    expect(plan).to_contain_text("customers")
    expect(plan).to_contain_text("addresses")
    ada.button("Delete it all now")
    expect(ada.page.locator("ol.steps")).to_be_visible()
    letters = until(
        lambda: [one for one in ada.demo.letters_to(ada.email) if "/r/" in one["text"]], "her link"
    )
    link = re.search(r"http\S+/r/\S+#\S+", letters[0]["text"])
    assert link
    gone = "SELECT count(*) FROM customers WHERE email = ?"
    until(lambda: ada.demo.rows("shop", gone, ada.email) == [(0,)], "her row gone from the shop", 30)
    kinds = [entry["type"] for entry in ada.demo.json(f"{ada.demo.partner}/webhooks.json")]
    assert "audience.member.removed" in kinds or "subject.erased" in kinds
    invoices = ada.demo.rows("shop", "SELECT count(*) FROM invoices WHERE name LIKE 'Ada%'")
    assert invoices[0][0] >= 1
    return link.group()


def _she_sees_the_steps_when_the_account_is_gone(ada: Ada, link: str) -> None:
    done = "SELECT state FROM rights_rightsrequest WHERE kind = 'erasure' ORDER BY received_at DESC LIMIT 1"
    until(lambda: ada.demo.rows("sayso", done) == [("complete",)], "her request complete", 40)
    ada.context.clear_cookies()
    ada.opens(link)
    expect(ada.page.locator("ol.steps")).to_be_visible()
    assert ada.email not in ada.page.content()
    who = ada.demo.rows("sayso", "SELECT count(*) FROM auth_user WHERE email = ?", ada.email)
    assert who == [(0,)]


def _she_is_not_imported_again(ada: Ada, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    head = "number,name,email,phone,line1,city,postcode,region,country"
    row = f"C-9001,Ada Marsh,{ada.email},,{STREET},{TOWN},{ZIP},CA,US"
    file.write_text(f"{head}\n{row}\n")
    printed = ada.demo.shop_command("import-customers", str(file))
    assert "refused because erased: 1" in printed.stdout, printed
    assert ada.demo.rows("shop", "SELECT count(*) FROM customers WHERE email = ?", ada.email) == [(0,)]
