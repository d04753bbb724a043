"""The cases the server and both SDKs agree on, through the browser SDK in a real browser and a real Sayso."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route

pytestmark = pytest.mark.journey
CASES = json.loads((Path(__file__).parents[2] / "conformance" / "answers.json").read_text())
SAY = "(answers) => sayso.answer(answers).then((proof) => proof.standing.states, (error) => error.message)"
Opening = Callable[[], Page]


@pytest.fixture
def open_tab(browser: Browser, wired_site: str) -> Iterator[Opening]:
    """Give a function that opens the site in a browser of its own: one that hears of no other."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        context = browser.new_context()
        contexts.append(context)
        if len(contexts) > 1:
            context.add_cookies(_cookies(contexts[0]))
        page = context.new_page()
        page.goto(wired_site)
        page.locator("sayso-banner").wait_for(state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()


def _cookies(context: BrowserContext) -> list[Any]:
    return [{name: one[name] for name in ("name", "value", "domain", "path")} for one in context.cookies()]


def change_on_the_way(page: Page, change: dict[str, Any]) -> None:
    """Let a page send something else than the SDK wrote."""

    def changed(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        route.continue_(post_data=json.dumps(body | change))

    page.route("**/answers", changed)


def say(page: Page, answers: dict[str, str]) -> tuple[Any, Response]:
    """Answer through `sayso.answer`; gives what it came to and what the edge said."""
    with page.expect_response("**/answers") as heard:
        came_to = page.evaluate(SAY, answers)
    return came_to, heard.value


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_an_answer_comes_to_the_same_in_the_browser(open_tab: Opening, case: dict[str, Any]) -> None:
    page = open_tab()
    change_on_the_way(page, case.get("change", {}))
    came_to, reply = say(page, case["answers"])
    assert reply.status == case["status"]
    if case["status"] == 201:
        assert {choice: came_to[choice] for choice in case["states"]} == case["states"]
        assert page.evaluate("sayso.standing().states") == came_to
    else:
        problem = reply.json()
        assert (problem["code"], problem["detail"]) == (case["code"], came_to)
        assert page.evaluate("sayso.standing()") is None
        assert page.context.cookies() == []


@pytest.mark.parametrize("story", CASES["stories"], ids=lambda story: story["name"])
def test_a_story_comes_to_the_same_in_the_browser(open_tab: Opening, story: dict[str, Any]) -> None:
    # A tab that was opened at a revision answers on it, however much happened elsewhere since.
    opened: dict[int, list[Page]] = {}
    jar: list[Any] = []
    for rev, step in enumerate(story["steps"]):
        waiting = sum(later["base"] == rev for later in story["steps"][rev:])
        opened.setdefault(rev, []).extend(open_tab() for _ in range(waiting))
        page = opened[step["base"]].pop(0)
        page.context.add_cookies(jar)
        states, _ = say(page, step["answers"])
        jar = _cookies(page.context)
        assert {name: states[name] for name in step["states"]} == step["states"]
