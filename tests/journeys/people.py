"""What people do in the demo, in one place: answer, buy, sign in, prove who they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands, Pointer

OTTO = "otto@linenandloom.example.test"
MARA = "mara@linenandloom.example.test"
DEV = "dev@linenandloom.example.test"
CURTAINS, TOWEL, QUILT = "p-001", "p-019", "p-037"
ZIP = "96161"
LEARN, PASS_ON, ADS = "Learn from me", "Pass my purchases to Brightside Ads", "Adverts on other sites"
BOUGHT = "Personalise for me your purchases"  # two parts of a purpose, as the dialog names them
LIKED = "Personalise for me what you told us you like"
WATCH = """window.violations = []; document.addEventListener('securitypolicyviolation',
  (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));"""
Answer = Literal["given", "deferred", "refused"]


class Person:
    """Somebody with a browser of her own and an address in the mailbox."""

    def __init__(self, demo: Demo, page: Page, email: str, hands: Hands | None = None) -> None:
        self.demo, self.page, self.email = demo, page, email
        self.hands = hands or Pointer()

    def opens(self, address: str) -> None:
        """Go to an address, as by a bookmark."""
        self.page.goto(address)

    def button(self, name: str, within: Locator | None = None) -> None:
        """Press the button of that name."""
        self.hands.press(self.page, (within or self.page).get_by_role("button", name=name, exact=True).first)

    def sends(self, name: str, within: Locator | None = None) -> None:
        """Press a button that sends a form, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.button(name, within)

    def link(self, name: str) -> None:
        """Follow the link of that name."""
        self.hands.press(self.page, self.page.get_by_role("link", name=name, exact=True).first)

    def write(self, label: str, text: str) -> None:
        """Fill in the field of that label."""
        self.hands.write(self.page, self.page.get_by_role("textbox", name=label, exact=True), text)

    def answers_the_banner(self, button: str) -> dict[str, Any]:
        """Press a button of the banner on the shop's first page; what Sayso replied."""
        self.opens(f"{self.demo.shop}/")
        with self.page.expect_response(lambda reply: reply.url.endswith("/answers")) as answered:
            self.button(button)
        assert answered.value.status == 201
        reply: dict[str, Any] = answered.value.json()
        return reply

    def chooses(self, *wholes: str, parts: tuple[str, ...] = ()) -> None:
        """Open the banner's dialog, say yes to whole purposes and to parts of the first, and save."""
        self.opens(f"{self.demo.shop}/")
        self.button("Choose")
        dialog = self.page.get_by_role("dialog")
        if parts:
            self.hands.press(self.page, dialog.locator("summary").first)
        for name in (*parts, *wholes):
            group = dialog.get_by_role("radiogroup", name=name, exact=True)
            self.hands.tick(self.page, group.get_by_role("radio", name="Yes"))
        with self.page.expect_response(lambda reply: reply.url.endswith("/answers")):
            self.button("Save my choices")

    def fills_the_basket(self, *products: str) -> None:
        """Put one of each into the basket."""
        for product in products:
            self.opens(f"{self.demo.shop}/products/{product}")
            self.sends("Put in the basket")

    def buys(self, *products: str) -> None:
        """Buy one of each and stop at the page that confirms the order."""
        self.fills_the_basket(*products)
        self.opens(f"{self.demo.shop}/checkout")
        fields = self.page.locator("form.fields")
        told = {"name": "Nora Vale", "email": self.email, "line1": "3 Quarry Lane", "city": "Truckee"}
        for name, text in (told | {"postcode": ZIP}).items():
            self.hands.write(self.page, fields.locator(f"[name={name}]"), text)
        self.hands.select(self.page, fields.locator("[name=country]"), "United States")
        self.hands.select(self.page, fields.locator("[name=region]"), "CA")
        self.sends("Place the order")
        assert "/thanks" in self.page.url

    def answers_the_question(self, answer: Answer) -> None:
        """Answer the one question of the confirmation page."""
        question = self.page.locator("section.ask")
        if answer == "given":
            self.hands.write(self.page, question.locator("input[name=postcode]"), ZIP)
        self.hands.press(self.page, question.locator(f"button[value={answer}]"))
        self.page.wait_for_url(f"**answered={answer}*")

    def asks_for_a_code(self) -> str:
        """Type the address on the page for signing in; the code that the letter brings."""
        seen = len(self.demo.letters_to(self.email))
        self.opens(f"{self.demo.sayso}/sign-in")
        self.write("Your e-mail address", self.email)
        self.sends("Send me a code")
        return self.demo.code_for(self.email, seen)

    def signs_in(self) -> None:
        """Sign in by the code from the mailbox."""
        self.write("The code", self.asks_for_a_code())
        self.sends("Sign in")
        self.page.get_by_role("button", name="Sign out").wait_for()

    def joins_her_browser(self) -> None:
        """Tick every yes of this browser for the account too, and say that it was her."""
        for box in self.page.locator("input[name=choice]").all():
            self.hands.tick(self.page, box)
        mine = self.page.get_by_label("Yes, that was me")
        if mine.count():
            self.hands.tick(self.page, mine)
        self.sends("Save and go on")

    def asks_for_a_proof(self, act: str) -> str:
        """Have a code sent for one act; the code."""
        seen = len(self.demo.letters_to(self.email))
        self.opens(f"{self.demo.sayso}/centre/{act}")
        self.sends("Send me a code")
        return self.demo.code_for(self.email, seen)

    def proves_it_is_her(self, act: str) -> None:
        """Type the code for one act."""
        self.write("The code", self.asks_for_a_proof(act))
        self.sends("It is me")

    def says(self, purpose: str, word: str) -> None:
        """Press yes or no for a whole purpose in the centre."""
        self.opens(f"{self.demo.sayso}/centre/choices")
        card = self.page.locator("section.purpose").filter(
            has=self.page.get_by_role("heading", name=purpose, exact=True)
        )
        self.sends(word, card)

    def stops_everything(self) -> None:
        """Press the one button that ends every use."""
        self.opens(f"{self.demo.sayso}/centre/")
        self.sends("Stop everything")
        self.page.locator(".message.success").wait_for()


def traces(demo: Demo) -> int:
    """Count what the demo uses of everybody: entries in the counts and rows at Brightside Ads."""
    counted = demo.rows("sayso", "SELECT count(*) FROM personalisation_contribution")
    return int(counted[0][0]) + len(demo.json(f"{demo.partner}/audience.json"))


@contextmanager
def leaving_no_trace(demo: Demo) -> Iterator[None]:
    """Wait at the end until everybody's noes have arrived, so that each story begins with empty counts."""
    before = traces(demo)
    yield
    until(lambda: traces(demo) == before, "every stop carried out", 60)


@contextmanager
def watched(browser: Browser, **dress: Any) -> Iterator[tuple[BrowserContext, Callable[[], list[str]]]]:
    """Open a browser nobody used before; the function lists what went wrong in it since it was last asked."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | dress)
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

    def complaints() -> list[str]:
        found = errors[:]
        errors.clear()
        return found

    yield context, complaints
    context.close()
