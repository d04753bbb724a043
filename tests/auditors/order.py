"""Send the two auditors that bring their own browser to a page, several at once, and read what they saw."""

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browsing import FLAGS, browser_path
from tools.node import AUDITORS, find_node

# A tracker in a control is asked for, and its name leads nowhere: nothing leaves this machine.
STAY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"
WORDS: dict[str, Any] = json.loads((AUDITORS / "words.json").read_text())


@dataclass(frozen=True)
class Request:
    """One request of the auditor's browser."""

    method: str
    url: str
    body: str | None

    @property
    def answer(self) -> dict[str, Any] | None:
        """Give the answer it carries to Sayso, if it does."""
        if self.method != "POST" or not urlsplit(self.url).path.endswith("/answers"):
            return None
        told: dict[str, Any] = json.loads(self.body or "{}")
        return told


Visit = list[Request]


@dataclass(frozen=True)
class Seen:
    """What an auditor reported, and what its browser asked for in each visit."""

    report: dict[str, Any]

    @cached_property
    def visits(self) -> list[Visit]:
        """Give the requests of each visit, in the order of the visits."""
        return [[Request(**one) for one in visit] for visit in self.report["visits"]]


def asked(visit: Visit, host: str) -> list[str]:
    """List what a visit asked of a host, an address such as `http://localhost:8720` or a name."""
    name = urlsplit(host).netloc or host
    return [one.url for one in visit if urlsplit(one.url).netloc == name]


def answers(visit: Visit) -> list[dict[str, Any]]:
    """List the answers a visit sent to Sayso."""
    return [told for one in visit if (told := one.answer) is not None]


def _run(command: list[str], order: dict[str, Any], where: Path) -> Seen:
    done = subprocess.run(
        [*command, json.dumps(order)], cwd=where, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Seen(json.loads(done.stdout))


class Auditors:
    """Auditors on their way. Each order is carried out once, a few at a time."""

    def __init__(self, pool: ThreadPoolExecutor, *flags: str) -> None:
        self._pool, self._flags = pool, [*FLAGS, *flags]
        self._node = find_node()[0]

    def _order(self, url: str, script: str, words: dict[str, Any] | None = None) -> dict[str, Any]:
        return {
            "url": url,
            "script": script,
            "words": words,
            "browser": browser_path(),
            "flags": self._flags,
        }

    def radar(self, url: str, script: str = "") -> Future[Seen]:
        """Send cookieradar; `script` runs in each of its pages first."""
        command = [sys.executable, "-m", "tests.auditors.radar"]
        return self._pool.submit(_run, command, self._order(url, script), AUDITORS.parents[1])

    def scanner(self, url: str, language: str = "", script: str = "") -> Future[Seen]:
        """Send gdpr-cookie-scanner, taught the words of a language where we have them for it."""
        command = [*self._node, "scanner.mjs"]
        return self._pool.submit(_run, command, self._order(url, script, WORDS.get(language)), AUDITORS)
