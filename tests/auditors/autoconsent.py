"""Let autoconsent answer a banner, driven as its own tests drive it: its bundle, all its rules, and ours."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tools.node import AUDITORS, SDK

PACKAGE = AUDITORS / "node_modules" / "@duckduckgo" / "autoconsent"
CONFIG = {
    "enabled": True,
    "autoAction": "optOut",
    "disabledCmps": [],
    "enablePrehide": True,
    "enableCosmeticRules": True,
    "enableGeneratedRules": True,
    "detectRetries": 1,  # the second look is the one that heuristics take part in
    # Beside its rules it may look for any pop-up whose buttons it can read.
    "heuristicMode": "reject",
}


def published_rules() -> list[dict[str, Any]]:
    """Give every rule that autoconsent ships."""
    rules: list[dict[str, Any]] = json.loads((PACKAGE / "rules" / "rules.json").read_text())["autoconsent"]
    return rules


def our_rule() -> dict[str, Any]:
    """Give the rule that we ship for it."""
    rule: dict[str, Any] = json.loads((SDK / "autoconsent.json").read_text())
    return rule


class Autoconsent:
    """autoconsent in one page: what it says comes through a binding, what it is told goes in by `evaluate`."""

    def __init__(self, page: Page, rules: list[dict[str, Any]]) -> None:
        self.page, self.said = page, list[dict[str, Any]]()
        self._rules, self._heard = rules, 0
        page.expose_function("autoconsentSendMessage", lambda said: self.said.append(said))

    def _tell(self, message: dict[str, Any]) -> None:
        self.page.evaluate("(message) => void autoconsentReceiveMessage(message)", message)

    def _answer(self, said: dict[str, Any]) -> None:
        if said["type"] == "init":
            self._tell({"type": "initResp", "config": CONFIG, "rules": {"autoconsent": self._rules}})
        elif said["type"] == "eval":
            result = self.page.evaluate(said["code"])
            self._tell({"type": "evalResp", "id": said["id"], "result": result})
        elif said["type"] == "autoconsentDone":
            self._tell({"type": "selfTest"})

    def _until(self, over: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not over() and time.monotonic() < end:
            self.page.wait_for_timeout(50)
            while self._heard < len(self.said):
                self._heard += 1
                self._answer(self.said[self._heard - 1])

    def visits(self, address: str, seconds: float = 20) -> None:
        """Open a page and, once it asks, let it work until it has tested itself, failed, or found nothing to do."""
        self.page.goto(address)
        self.page.locator("sayso-banner #consent").wait_for()
        self.page.evaluate((PACKAGE / "dist" / "autoconsent.playwright.js").read_text())
        self._until(self._is_over, seconds)

    def _is_over(self) -> bool:
        return False in self.results("optOutResult") or bool(self.results("selfTestResult")) or self.gave_up

    @property
    def gave_up(self) -> bool:
        """Tell whether it looked as often as it does and found nothing that asks."""
        reports = [one["state"]["lifecycle"] for one in self.said if one["type"] == "report"]
        return "nothingDetected" in reports

    def results(self, name: str) -> list[Any]:
        """List the results it gave of one step, `optOutResult` or `selfTestResult`."""
        return [one["result"] for one in self.said if one["type"] == name]

    def found(self, name: str) -> list[str]:
        """List the consent pop-ups it named in messages of one kind, `cmpDetected` or `popupFound`."""
        return [one["cmp"] for one in self.said if one["type"] == name]
