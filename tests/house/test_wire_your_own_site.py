"""The tutorial's files are written, its commands run in its order, and its site looked at in a browser."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo.programs import free_port, wait_for
from tools.setup import ROOT

pytestmark = pytest.mark.journey
TEXT = (ROOT / "docs" / "tutorials" / "wire-your-own-site.md").read_text()
FILES = re.findall(r"Write `([\w/]+\.\w+)`.*?```\w+\n(.*?)```", TEXT, re.DOTALL)
INSTALL, PREPARE, SERVE, SITE = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
PLACES = ("localhost:8700", "localhost:8000")  # of Sayso's pages and of the site, as the tutorial writes them


@dataclass(frozen=True)
class Followed:
    """Where somebody followed the tutorial, on ports that are free here."""

    folder: Path
    sayso: str
    edge: str
    site: str

    def here(self, text: str) -> str:
        """Give a text of the tutorial with the ports of here."""
        for told, own in zip(PLACES, (self.sayso, self.site), strict=True):
            text = text.replace(told, own)
        return text.replace('"localhost", 8000', f'"localhost", {self.site.split(":")[1]}')

    def environment(self) -> dict[str, str]:
        """Give what the tutorial's reader has set, and where it listens here."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))
        }
        told = {"SAYSO_WEB_ADDRESS": f"http://{self.sayso}", "SAYSO_EDGE_ADDRESS": f"http://{self.edge}"}
        return {**kept, **told, "SAYSO_HOME": str(self.folder / ".tea")}

    @contextmanager
    def running(self, command: str, *addresses: str) -> Iterator[None]:
        """Run a command of the tutorial that stays, until the end of the block."""
        process = subprocess.Popen(shlex.split(command), cwd=self.folder, env=self.environment())
        try:
            for address in addresses:
                wait_for(address)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    """Follow the tutorial up to its third part."""
    sayso, edge, site = (f"localhost:{free_port()}" for _ in range(3))
    made = Followed(tmp_path, sayso, edge, site)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)  # what INSTALL makes
    for name, text in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(made.here(text))
    subprocess.run(["/bin/sh", "-ec", PREPARE], cwd=tmp_path, env=made.environment(), check=True)
    serving = made.running(SERVE, f"http://{sayso}/v1/", f"http://{edge}/healthz")
    with serving, made.running(SITE, f"http://{site}/"):
        yield made


def said(page: Page) -> list[str]:
    return [page.locator("#server").inner_text(), page.locator("#browser").inner_text()]


def chooses(page: Page, word: str) -> None:
    page.get_by_role("radiogroup", name="Count my visits").get_by_role("radio", name=word, exact=True).click()
    page.get_by_role("button", name="Save my choices").click()


def test_whoever_follows_it_has_a_site_that_asks_and_obeys(followed: Followed, browser: Browser) -> None:
    assert "pip install --quiet ." in INSTALL
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://{followed.site}/")
        nothing = ["Not counted by the server: nothing was answered.", "Not counted by the browser."]
        assert said(page) == nothing
        assert context.cookies() == []
        page.get_by_role("button", name="Choose").click()
        chooses(page, "Yes")
        expect(page.locator("#browser")).to_have_text("Counted by the browser.")
        page.reload()
        expect(page.locator("#browser")).to_have_text("Counted by the browser.")
        assert said(page)[0] == "Counted by the server."
        page.get_by_role("link", name="Your privacy choices").click()
        chooses(page, "No")
        expect(page.locator("#server")).to_have_text("Not counted by the server: withdrawn.")
        assert said(page)[1] == "Not counted by the browser."
        page.goto(f"http://{followed.sayso}/centre/history")
        expect(page.locator("main")).to_contain_text("Count my visits")
