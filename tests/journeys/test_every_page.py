"""Every page anybody can open: axe finds nothing in any dress, nothing spills over, no browser complains."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, get_resolver, resolve
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page

from tests.journeys.conftest import Demo, until
from tests.journeys.every_page import FILES, FORMS, STOPS, Stop
from tests.journeys.people import (
    ADS,
    BOUGHT,
    CURTAINS,
    DEV,
    LEARN,
    LIKED,
    MARA,
    OTTO,
    PASS_ON,
    QUILT,
    TOWEL,
    Person,
    leaving_no_trace,
    watched,
)

pytestmark = pytest.mark.journey
SDK_DIR = Path(__file__).parents[2] / "sdk/js"
STAFF = {"otto": OTTO, "dev": DEV, "mara": MARA}
CONFIRM = re.compile(r"http\S+/confirm/\S+")
NARROW = {"width": 320, "height": 568}
# Each language, each colour scheme, each width and each direction of writing at least once.
DRESSES: dict[str, dict[str, Any]] = {
    "en": {"color_scheme": "dark", "viewport": NARROW},
    "zh-Hant": {"color_scheme": "light", "locale": "zh-TW"},
    "ar": {"color_scheme": "light", "locale": "ar", "viewport": NARROW},
}
IN_THE_SHOP = {"zh-Hant": "/zh-hant", "ar": "/ar"}  # where a language's pages stand
SMALL = """() => [...document.querySelectorAll(
  "button, .button, summary, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox])")]
  .filter((one) => one.checkVisibility() && (one.offsetHeight < 44 || one.offsetWidth < 44))
  .map((one) => 'smaller than 44 px: ' + one.outerHTML.slice(0, 90))"""
SPILLS = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  ['wider than the window: ' + document.documentElement.scrollWidth]"""
NAMES_OF_THE_SHOP = """
import json, django
django.setup()
from django.urls import get_resolver, URLPattern
def named(patterns):
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one.name, one.pattern.regex.pattern
        else:
            yield from named(one.url_patterns)
print(json.dumps(list(named(get_resolver().url_patterns))))
"""


@dataclass
class People:
    """Who looks at the pages: the state of each one's browser, and what stands in the addresses."""

    states: dict[str, Any] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def address(self, demo: Demo, path: str, house: str = "sayso") -> str:
        """Give the whole address of a path with places to fill in."""
        filled = path.format(**self.known)
        return filled if filled.startswith("http") else str(getattr(demo, house)) + filled


@pytest.fixture(scope="module")
def people(demo: Demo, browser: Browser) -> Iterator[People]:
    """Bring everybody to where they look at the pages from; at the end they stop everything."""
    steps = {"ada": _ada, "buying": _buying, "arriving": _arriving, "leaving": _leaving, "waiting": _waiting}
    steps |= {"ben": _ben, "cleo": _cleo}
    steps |= {"secured": _secured, "halfway": _halfway}
    found = People({"nobody": None})
    with leaving_no_trace(demo):
        for who, step in (steps | {"mara": _mara, "otto": _otto, "dev": _dev}).items():
            with watched(browser) as (context, complaints):
                address = STAFF.get(who) or f"{who}.pages@example.test"
                found.known |= step(Person(demo, context.new_page(), address))
                found.states[who] = context.storage_state()
                assert complaints() == []
        yield found
        for who in ("ada", "buying", "arriving", "leaving"):
            with watched(browser, storage_state=found.states[who]) as (context, _complaints):
                Person(demo, context.new_page(), "").stops_everything()


def _key(person: Person) -> str:
    return urlsplit(person.page.url).path.split("/")[2]


def _number(person: Person) -> str:
    return urlsplit(person.page.url).path.rsplit("/", 1)[1]


def _ada(ada: Person) -> dict[str, str]:
    ada.chooses(LEARN, PASS_ON, ADS, parts=(BOUGHT, LIKED))
    ada.buys(CURTAINS, TOWEL)
    known = {"order": _key(ada)}
    ada.answers_the_question("given")
    ada.fills_the_basket(QUILT)
    ada.signs_in()
    ada.joins_her_browser()
    ada.opens(f"{ada.demo.sayso}/centre/data")
    ada.write("Your name", "Nora Fenn")
    ada.hands.press(ada.page, ada.page.get_by_role("button", name=re.compile("Correct it.*Your name")))
    ada.page.wait_for_url("**/centre/requests/*")
    known["correction"] = _number(ada)
    ada.proves_it_is_her("download")
    ada.sends("Prepare my copy")
    ada.page.wait_for_url("**/centre/requests/*")
    known["copy"] = _number(ada)
    ready = ada.page.get_by_role("button", name="Download the ZIP")
    until(lambda: ada.page.reload() and ready.count(), "her copy")
    known["link"] = str(ada.page.locator("p.hash a").get_attribute("href"))
    ada.opens(f"{ada.demo.sayso}/centre/history")
    proof = ada.page.locator("main a[href*='/centre/proof/']").first.get_attribute("href")
    known["event"] = str(proof).rsplit("/", 1)[1]
    ada.opens(f"{ada.demo.sayso}/centre/devices")
    known |= _joined(ada)
    ada.opens(f"{ada.demo.sayso}/notice")
    known["version"] = _number(ada)
    ada.asks_for_a_proof("delete")
    return known


def _joined(ada: Person) -> dict[str, str]:
    """Read which device and which number the page offers to unlink, and where the address is that stays."""
    links = [str(one.get_attribute("href")).split("/") for one in ada.page.locator("a[href$=unlink]").all()]
    found = {"device" if parts[2] == "devices" else "number": parts[3] for parts in links}
    way_in = ada.page.locator("article", has_text="only way to sign in").locator("h3")
    return found | {"way_in": str(way_in.get_attribute("id")).removeprefix("address-")}


def _buying(ada: Person) -> dict[str, str]:
    ada.chooses(parts=(BOUGHT, LIKED))
    ada.buys(TOWEL)
    return {"asked": _key(ada)}


def _arriving(ada: Person) -> dict[str, str]:
    ada.chooses(parts=(BOUGHT, LIKED))
    ada.buys(TOWEL)
    ada.signs_in()
    return {}


def _leaving(ada: Person) -> dict[str, str]:
    ada.answers_the_banner("Accept all")
    ada.buys(CURTAINS)
    ada.signs_in()
    ada.proves_it_is_her("delete")
    ada.sends("Show me the plan")
    form = ada.page.locator("form[action$='/confirm']")
    return {"deletion": str(form.get_attribute("action")).split("/")[-2]}


def _still_leaving(demo: Demo, browser: Browser, people: People) -> None:
    """Prove again that it is her where that was minutes ago: a walk in every dress takes longer than it holds."""
    with watched(browser, storage_state=people.states["leaving"]) as (context, _complaints):
        ada = Person(demo, context.new_page(), "leaving.pages@example.test")
        ada.opens(f"{demo.sayso}/centre/delete")
        if not ada.page.locator("#confirm").count():
            ada.proves_it_is_her("delete")


def _waiting(ada: Person) -> dict[str, str]:
    ada.asks_for_a_code()
    return {}


def _looks(staff: Person, address: str) -> str:
    staff.link("Find a person")
    staff.write("Customer number or e-mail address, exactly", address)
    staff.write("Why you look", "To see how it looks")
    staff.sends("Look")
    return staff.page.url.rsplit("/", 1)[1]


def _ben(ben: Person) -> dict[str, str]:
    ben.answers_the_banner("Reject all")
    ben.says_when_born("May", datetime.now(UTC).year - 13)
    ben.asks_for_a_guardian("cleo.pages@example.test")
    return {}


def _cleo(cleo: Person) -> dict[str, str]:
    cleo.becomes_guardian()
    return {"ward": _number(cleo)}


def _secured(ada: Person) -> dict[str, str]:
    ada.has_a_device()
    ada.signs_in()
    ada.adds_a_passkey("A phone")
    return {}


def _halfway(ada: Person) -> dict[str, str]:
    _secured(ada)
    ada.signs_out()
    ada.write("The code", ada.asks_for_a_code())
    ada.sends("Sign in")
    return {}


def _mara(mara: Person) -> dict[str, str]:
    mara.signs_in()
    mara.opens(f"{mara.demo.sayso}/console/fields")
    again = mara.page.get_by_role("link", name="Stop collecting: fax number")
    if again.count():  # whatever became of it in another story
        mara.hands.press(mara.page, again)
    else:
        mara.hands.press(mara.page, mara.page.get_by_role("button", name=re.compile("Propose to stop.*fax")))
    mara.page.wait_for_url("**/proposals/*")
    return {"proposal": _number(mara)}


def _otto(otto: Person) -> dict[str, str]:
    otto.signs_in()
    look = _looks(otto, "buying.pages@example.test")
    otto.sends("Propose the deletion")
    proposed = otto.page.url.rsplit("/", 1)[1]
    otto.link("Evidence")
    otto.write("Customer number or e-mail address, exactly", "gone@example.test")
    otto.write("Why you look", "A regulator asks")
    otto.sends("Ask another officer")
    return {"asked_for": look, "proposed": proposed, "notice": urlsplit(otto.proposes_a_notice()).path}


def _dev(dev: Person) -> dict[str, str]:
    dev.signs_in()
    look, ada = _looks(dev, "ada.pages@example.test"), "ada.pages@example.test"
    dev.sends("She says yes Letters by e-mail")
    found = until(
        lambda: [link for one in dev.demo.letters_to(ada) for link in CONFIRM.findall(one["text"])], "a link"
    )
    dev.link("Evidence")
    dev.sends("Agree, and look together")
    return {"look": look, "yes": found[0], "agreed": _number(dev)}


@pytest.fixture(scope="module")
def axe() -> str:
    """Give axe itself, from the SDK's development tools, installed from its lockfile where absent."""
    if not (SDK_DIR / "node_modules/axe-core").exists():
        subprocess.run([sys.executable, "-m", "tools.node", "install"], check=True, timeout=300)
    return (SDK_DIR / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture
def looking(browser: Browser, people: People, dress: str) -> Iterator[Callable[[str], "Look"]]:
    """Give a function that opens somebody's browser in one dress."""
    opened: dict[str, Any] = {}

    def look(who: str) -> Look:
        if who not in opened:
            worn = DRESSES[dress] | {"storage_state": people.states[who], "reduced_motion": "reduce"}
            manager = watched(browser, **worn)
            context, complaints = manager.__enter__()
            opened[who] = (manager, Look(context.new_page(), complaints))
        found: Look = opened[who][1]
        return found

    yield look
    for manager, _look in opened.values():
        manager.__exit__(None, None, None)


@dataclass
class Look:
    """One browser, and what it complains about."""

    page: Page
    complaints: Callable[[], list[str]]


def _address(demo: Demo, people: People, stop: Stop, dress: str) -> str:
    address = people.address(demo, stop.path, stop.house)
    where = IN_THE_SHOP.get(dress, "") if stop.house == "shop" else ""
    return address.replace(demo.shop, f"{demo.shop}{where}")


def _findings(look: Look, axe: str, stop: Stop, dress: str) -> list[str]:
    page = look.page
    page.evaluate(axe + ";0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    listed = [f"{rule['id']}: {node['html'][:110]} {json.dumps(node['any'][:1])[:200]}" for rule in found
              for node in rule["nodes"]]  # fmt: skip
    listed += page.evaluate(SMALL) + page.evaluate(SPILLS) + page.evaluate("window.violations")
    missing = [
        said for said in look.complaints() if stop.status == 200 or f"status of {stop.status}" not in said
    ]
    if dress in IN_THE_SHOP and stop.house in ("sayso", "shop"):
        way = "rtl" if dress == "ar" else "ltr"
        if page.locator(f"html[lang={dress}][dir={way}]").count() == 0:
            listed.append(f"not in {dress}, or not {way}")
    return listed + missing


def _is_at(demo: Demo, address: str, stop: Stop, names_of_the_shop: dict[str, str]) -> bool:
    path = urlsplit(address).path
    if address.startswith(demo.sayso):
        return resolve(path).view_name == (stop.lands or stop.name)
    bare = path.removeprefix("/zh-hant").removeprefix("/ar/").removeprefix("/")
    return re.match(names_of_the_shop[stop.name], bare) is not None


@pytest.mark.parametrize("dress", DRESSES)
def test_axe_and_the_browser_find_nothing_on_any_page(
    demo: Demo,
    browser: Browser,
    people: People,
    axe: str,
    looking: Callable[[str], Look],
    names_of_the_shop: dict[str, str],
    dress: str,
) -> None:
    found: dict[str, list[str]] = {}
    for stop in STOPS:
        if stop.who == "leaving":
            _still_leaving(demo, browser, people)
        look = looking(stop.who)
        reply = look.page.goto(_address(demo, people, stop, dress))
        assert reply is not None
        assert reply.status == stop.status, (stop.title, reply.status)
        look.page.locator(stop.sees).first.wait_for()
        if stop.house in FORMS:
            assert _is_at(demo, look.page.url, stop, names_of_the_shop), (stop.title, look.page.url)
        if listed := _findings(look, axe, stop, dress):
            found[stop.title] = listed
    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)


def _names(patterns: list[Any], space: str = "") -> Iterator[str]:
    for one in patterns:
        if str(one.pattern).startswith("v1/"):
            continue  # the REST interface has no pages
        if isinstance(one, URLPattern):
            yield f"{space}{one.name}"
        else:
            yield from _names(one.url_patterns, f"{one.namespace}:" if one.namespace else space)


@pytest.fixture(scope="module")
def names_of_the_shop() -> dict[str, str]:
    """Ask the shop itself, under its own settings, for its addresses: the pattern of each name."""
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "sayso_demo.shop.settings"}
    asked = subprocess.run(
        [sys.executable, "-c", NAMES_OF_THE_SHOP], env=told, capture_output=True, timeout=30
    )
    assert asked.returncode == 0, asked.stderr.decode()
    return dict(json.loads(asked.stdout))


def _listed(house: str) -> set[str]:
    return {stop.name for stop in STOPS if stop.house == house} | FORMS[house].keys() | FILES[house].keys()


def test_no_address_of_sayso_is_left_out() -> None:
    assert set(_names(get_resolver().url_patterns)) == _listed("sayso")


def test_no_address_of_the_shop_is_left_out(names_of_the_shop: dict[str, str]) -> None:
    assert names_of_the_shop.keys() == _listed("shop")


def _got(context: BrowserContext, address: str) -> APIResponse:
    return context.request.get(address, max_redirects=0)


@pytest.mark.parametrize("house", FORMS)
def test_an_address_that_takes_forms_says_so_to_whoever_opens_it(
    demo: Demo, browser: Browser, people: People, axe: str, house: str
) -> None:
    with watched(browser, storage_state=people.states["ada"]) as (context, complaints):
        look = Look(context.new_page(), complaints)
        for name, path in FORMS[house].items():
            address = people.address(demo, path, house)
            reply = look.page.goto(address)
            assert reply is not None
            assert (name, reply.status, reply.headers.get("allow")) == (name, 405, "POST")
            assert look.page.locator("h1").inner_text() == "There is nothing to read here"
            assert look.page.locator("main a.button").is_visible()
            assert _findings(look, axe, Stop(house, name, "ada", path, status=405), "en") == []


@pytest.mark.parametrize("house", FILES)
def test_an_address_of_a_file_answers_with_that_file(
    demo: Demo, browser: Browser, people: People, house: str
) -> None:
    for name, (path, kind, *whose) in FILES[house].items():
        state = people.states[whose[0] if whose else "ada"]
        with watched(browser, storage_state=state) as (context, _complaints):
            reply = _got(context, people.address(demo, path, house))
            assert (name, reply.status) == (name, 200)
            assert reply.headers["content-type"].startswith(kind)
            assert reply.body()


def test_the_look_itself_is_not_blind(demo: Demo, browser: Browser, axe: str) -> None:
    with watched(browser, viewport={"width": 320, "height": 568}) as (context, complaints):
        look = Look(context.new_page(), complaints)
        look.page.goto(f"{demo.sayso}/sign-in")
        look.page.evaluate("""() => {
          const main = document.querySelector('main');
          main.insertAdjacentHTML('beforeend', '<img src="/static/centre/mark.svg"><p id="wide">wide</p>');
          document.getElementById('wide').style.inlineSize = '600px';
          document.querySelector('main button').style.cssText = 'min-block-size: 0; block-size: 20px';
          main.insertAdjacentHTML('beforeend', '<p style="color: red">blocked by the policy</p>');
          setTimeout(() => console.error('a plain complaint'));
        }""")
        until(lambda: look.page.evaluate("violations.length"), "the violation")
        told = "\n".join(_findings(look, axe, STOPS[0], "en"))
    for wanted in ("image-alt", "smaller than 44 px", "wider than", "style-src", "a plain complaint"):
        assert wanted in told, told
