"""The README's lines are run as they stand there."""

import secrets
import subprocess
import sys
from typing import Any

import httpx
import pytest
from sayso_sdk import Client

from sayso.core.values import new_id
from tests import readme
from tests.deployed import Deployment
from tests.linen import PURCHASES

ANSWER = """
import sys
from datetime import UTC, datetime
from sayso.cli.main import django_ready
django_ready()
from sayso.consent import queries, services
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.identity.queries import resolve
brand, now = "linen-and-loom", datetime.now(UTC)
ada = resolve({"customer": sys.argv[1]}, now).account
said = {"newsletter.contact.use.self": ConsentStatus(sys.argv[2])}
base = queries.answered(ada, brand, now).rev
services.record_for(ada, brand, services.centre_answer(brand, said, base, "change", Voucher.ACCOUNT, "en"), now)
"""


@pytest.fixture(scope="module")
def key(served: Deployment) -> str:
    """Make a key as the README's section on commands does."""
    return served.told("key", "linen-and-loom", "--scope", "decide", "--scope", "link")


def banner(site: str) -> dict[str, Any]:
    shown: dict[str, Any] = httpx.get(f"{site}/privacy/v1/sites/shop/banner?locale=en").json()
    return shown


def answer(site: str, secret: str, **said: str) -> httpx.Response:
    shown = banner(site)
    body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
    more = {
        "event": new_id(),
        "surface": "banner",
        "act": "choose",
        "base": 0,
        "answers": {PURCHASES: "given"},
    }
    headers = {"Sayso-Device": secret, "Sec-Fetch-Site": "same-origin"}
    return httpx.post(f"{site}/privacy/v1/sites/shop/answers", json={**body, **more, **said}, headers=headers)


def says(served: Deployment, customer: str, word: str) -> None:
    """Answer in the privacy centre, as a signed-in customer."""
    command = [sys.executable, "-c", ANSWER, customer, word]
    subprocess.run(command, env=served.environment(), check=True, timeout=60)


def test_wiring_a_site_takes_at_most_ten_lines() -> None:
    lines = "\n".join([readme.SCRIPT, readme.URLS, readme.ASK, readme.SETTING]).splitlines()
    assert 5 < len([line for line in lines if line.strip()]) <= 10


def test_the_page_asks_and_its_own_host_answers_for_sayso(wired_site: str, served: Deployment) -> None:
    assert readme.SCRIPT in httpx.get(wired_site).text
    script = httpx.get(f"{wired_site}/privacy/sayso.js")
    assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert script.content == httpx.get(f"{served.edge}/sayso.js").content
    assert banner(wired_site)["texts"]["reject"]
    assert httpx.get(f"{wired_site}/privacy/v1/decide").status_code == 404


def test_an_answer_is_kept_in_a_cookie_no_script_reads_and_the_gate_obeys_it(
    wired_site: str, served: Deployment, key: str
) -> None:
    secret = secrets.token_urlsafe(32)
    with Client(served.web, key) as sayso:
        assert sayso.permitted({"device": secret}, "personalise", "purchases").reason == "unknown_subject"
        reply = answer(wired_site, secret)
        assert reply.status_code == 201, reply.text
        kept = {part.strip().split("=")[0].lower() for part in reply.headers["set-cookie"].split(";")}
        assert kept == {"sayso_device", "httponly", "samesite", "path", "max-age", "expires"}
        assert sayso.permitted({"device": secret}, "personalise", "purchases").permitted
        assert not sayso.permitted({"device": secret}, "newsletter", "contact").permitted


def test_the_letter_is_sent_only_while_she_says_so(served: Deployment, key: str) -> None:
    sent: list[str] = []
    lines = readme.ASK.replace(readme.ADDRESS, served.web).replace("sk_…", key)
    assert lines.count(served.web) == lines.count(key) == 1

    def send_letters() -> int:
        told: dict[str, Any] = {"send_letter": lambda: sent.append("letter")}
        exec(lines, told)  # noqa: S102 - the README's own lines
        told["sayso"].close()
        return len(sent)

    assert send_letters() == 0
    with Client(served.web, key) as sayso:
        assert sayso.link("C-1001") == "linked"
    assert send_letters() == 0
    says(served, "C-1001", "given")
    assert send_letters() == 1
    says(served, "C-1001", "refused")
    assert send_letters() == 1


def test_nobody_home_sends_no_letter() -> None:
    told: dict[str, Any] = {"send_letter": lambda: pytest.fail("sent without a yes")}
    exec(readme.ASK.replace(readme.ADDRESS, "http://localhost:9").replace("sk_…", "sk_1"), told)  # noqa: S102
    told["sayso"].close()
