"""Take the two pictures of the README from a demo that is running: `python -m tools.make_pictures`.

    python -m tools.make_pictures [--port 8700]

A new visitor allows suggestions from her purchases and preferences, buys curtains and a towel, gives her
postcode, and signs in by the code in the mailbox. At the end she stops everything.
"""

from pathlib import Path
from time import time

import click
from playwright.sync_api import Page, sync_playwright

from tests.browsing import FLAGS, browser_path
from tests.journeys.conftest import Demo
from tests.journeys.people import BOUGHT, CURTAINS, LEARN, LIKED, QUILT, TOWEL, Person, watched
from tools.setup import ROOT, say

PICTURES = ROOT / "docs" / "images"
SIZE = {"width": 900, "height": 620}
LARGEST = 150 * 1024  # bytes of one picture


def _take(page: Page, name: str) -> None:
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    if file.stat().st_size > LARGEST:
        raise click.ClickException(f"{file.name} is larger than 150 KB. Remedy: show less of the page.")
    say(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB")


def _shop(ada: Person) -> None:
    ada.chooses(LEARN, parts=(BOUGHT, LIKED))
    ada.buys(CURTAINS, TOWEL)
    ada.answers_the_question("given")
    ada.opens(f"{ada.demo.shop}/?opened={QUILT}")
    for closed in ada.page.locator(".why:not([open]) summary").all()[::-1]:
        closed.click()
    ada.page.evaluate(
        "scrollTo(0, document.querySelector('.why').getBoundingClientRect().top + scrollY - 240)"
    )
    _take(ada.page, "shop")


def _centre(ada: Person) -> None:
    ada.signs_in()
    ada.joins_her_browser()
    ada.opens(f"{ada.demo.sayso}/centre/")
    _take(ada.page, "centre")
    ada.stops_everything()


@click.command()
@click.option("--port", default=8700, help="The first port of the demo.")
def main(port: int) -> None:
    """Take both pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        with watched(browser, viewport=SIZE, reduced_motion="reduce") as (context, _complaints):
            ada = Person(Demo(Path(), port), context.new_page(), f"ada.{int(time())}@example.test")
            _shop(ada)
            _centre(ada)
        browser.close()


if __name__ == "__main__":
    main()
