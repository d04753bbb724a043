"""Let cookieradar look at one page, and watch its browser: `python -m tests.auditors.radar ORDER`.

The order is JSON (`order.py`). What comes out is JSON too: what the tool saw in its three sessions, the
violations by its own two rules, and the requests of each visit.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Any

from cookieradar.scanner import find_violations, scan, stored_before_choice
from playwright.async_api import Browser, BrowserContext, BrowserType, Page, Request

IDLE = "() => new Promise(over => requestIdleCallback(over, { timeout: 15000 }))"


def watch_browsers(order: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Have every browser of this process be the project's, dressed as ordered; the list fills with its visits."""
    visits: list[list[dict[str, Any]]] = []
    launch, new_context, pause = BrowserType.launch, Browser.new_context, Page.wait_for_timeout

    async def launch_ours(kind: BrowserType, **chosen: Any) -> Browser:
        return await launch(kind, **chosen, executable_path=order["browser"], args=order["flags"])

    async def open_watched(browser: Browser, **chosen: Any) -> BrowserContext:
        context = await new_context(browser, **chosen, bypass_csp=bool(order["script"]))
        if order["script"]:
            await context.add_init_script(order["script"])
        seen: list[dict[str, Any]] = []
        visits.append(seen)
        context.on("request", lambda request: seen.append(_noted(request)))
        return context

    async def pause_until_idle(page: Page, milliseconds: float) -> None:
        await page.evaluate(IDLE)  # a busy machine takes its time from click to script
        await pause(page, milliseconds)

    BrowserType.launch, Browser.new_context, Page.wait_for_timeout = (
        launch_ours,
        open_watched,
        pause_until_idle,
    )
    return visits


def _noted(request: Request) -> dict[str, Any]:
    return {"method": request.method, "url": request.url, "body": request.post_data}


def main() -> None:
    """Look, and say what was seen."""
    order = json.loads(sys.argv[1])
    visits = watch_browsers(order)
    result = asyncio.run(scan(order["url"]))
    violations = sorted(find_violations(result).all) + stored_before_choice(result)
    said = {"result": asdict(result), "violations": violations, "visits": [seen for seen in visits if seen]}
    sys.stdout.write(json.dumps(said, default=str))


if __name__ == "__main__":
    main()
