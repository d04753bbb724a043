"""The one browser of a test run: Playwright runs once in a process, so every story shares it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# The shell draws no window it would not show: less than half the work for the same pages.
USUAL = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser")
FLAGS = [
    # Each page is looked at once: its scripts are over before it pays to optimise them.
    "--js-flags=--no-opt --no-maglev",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_path() -> str | None:
    """Give the Chromium of this machine; None for the one that Playwright installed."""
    usual = (found for found in USUAL if Path(found).exists())
    return os.environ.get("CHROMIUM") or next(usual, None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open Chromium, and close it at the end."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield opened
        opened.close()
