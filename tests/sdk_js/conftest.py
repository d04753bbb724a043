"""A real browser, a real server, and a page object that speaks of what the person sees."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page

from tools.node import npm

from .shopfront import Server, Site

SDK_DIR = Path(__file__).parents[2] / "sdk/js"
WATCH = """window.violations = [];
document.addEventListener('securitypolicyviolation',
  (e) => violations.push(e.violatedDirective + e.blockedURI));
window.changes = []; document.addEventListener('sayso:change', (e) => changes.push(e.detail));"""
SIGNAL = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true});"


@dataclass
class Visit:
    """One person's look at the shop."""

    page: Page
    site: Site
    errors: list[str]

    @property
    def banner(self) -> Locator:
        """The region that asks."""
        return self.page.locator("sayso-banner .banner")

    @property
    def dialog(self) -> Locator:
        """The dialog with every purpose and its parts."""
        return self.page.locator("sayso-banner dialog")

    @property
    def status(self) -> Locator:
        """The short message after an answer."""
        return self.page.locator("sayso-banner [role=status]")

    def press(self, name: str) -> None:
        """Press a button or link in what is on top."""
        shown = self.dialog if self.dialog.is_visible() else self.page
        shown.get_by_role("button", name=name, exact=True).click()

    def question(self, title: str) -> Locator:
        """The yes and no of a purpose, or of one part by `purpose part`."""
        return self.dialog.get_by_role("radiogroup", name=title, exact=True)

    def say(self, title: str, word: str) -> None:
        """Answer one question."""
        self.question(title).get_by_label(word, exact=True).check()

    def said(self, title: str) -> str:
        """Give what a question shows: Yes, No, or nothing."""
        checked = self.question(title).locator("label:has(:checked)")
        return checked.inner_text() if checked.count() else ""

    def focus(self) -> str:
        """Name what has the focus, inside the shadow root too."""
        return str(
            self.page.evaluate(
                """() => { let a = document.activeElement;
                while (a.shadowRoot?.activeElement) a = a.shadowRoot.activeElement;
                const own = a.getRootNode() === document ? a.id : '';  // an id of the banner's is no name
                return a === document.body ? 'body' : own || a.value || a.textContent.trim(); }"""
            )
        )

    def until(self, expression: str, value: object) -> None:
        """Wait until the page says so; a strict policy forbids Playwright's own way, and pages may reload."""
        said: object = None
        for _ in range(250):
            with contextlib.suppress(Error):
                said = self.page.evaluate(expression)
            if said == value:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{expression} gave {said!r}, never {value!r}")

    def again(self) -> None:
        """Load the page anew."""
        self.page.goto(self.site.origin + "/")
        if not self.site.down:
            self.page.locator("sayso-banner").wait_for(state="attached")


def settle(page: Page) -> None:
    """Wait until nothing moves."""
    host = page.locator("sayso-banner")
    host.evaluate("(node) => Promise.all(node.shadowRoot.getAnimations().map((one) => one.finished))")


@pytest.fixture(scope="session")
def tools() -> Path:
    """Give the folder of the SDK's development tools, installed from its lockfile where absent."""
    if not (SDK_DIR / "node_modules/axe-core").exists():
        npm("ci")
    return SDK_DIR / "node_modules"


@pytest.fixture
def site() -> Iterator[Site]:
    """Start the shop's host."""
    server = Server(Site())
    yield server.site
    server.close()


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    """Start another host, such as an ad partner's."""
    server = Server(Site())
    yield server.site
    server.close()


Visiting = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visiting]:
    """Give a function that opens the shop for a new person."""
    contexts: list[BrowserContext] = []

    def open_page(gpc: bool = False, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(WATCH + (SIGNAL if gpc else ""))
        context.set_default_timeout(5000)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        seen = Visit(page, site, errors)
        seen.again()
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def findings(tools: Path) -> Callable[[Page], list[str]]:
    """Give a function that lets axe read the page and names what it finds."""
    axe = (tools / "axe-core/axe.min.js").read_text()

    def read(page: Page) -> list[str]:
        page.evaluate(axe + ";0")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            json.dumps([rule["id"], node["html"][:120], node["any"][:1]])
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return read
