"""A shop in Flask or Starlette answers for Sayso from its own host, and asks about whoever is there."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sayso_sdk.device import cookie_name

from tests.demo.programs import free_port, wait_for
from tests.sdk_python.wire import ALL, Wire, codes, new_device, row, wait_until
from tools.setup import ROOT

JSON = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module", params=["flask", "starlette"])
def address(request: pytest.FixtureRequest, running_wire: Wire) -> Iterator[str]:
    """Give the address of a running shop."""
    running_wire.start()
    port = free_port()
    command = [sys.executable, "-m", "tests.sdk_python.shops", request.param, str(port), running_wire.url]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def shop(address: str, wire: Wire) -> Iterator[httpx.Client]:
    """Give a browser of its own at the shop."""
    with httpx.Client(base_url=address, trust_env=False) as browser:
        yield browser


def read(shop: httpx.Client, path: str, **headers: str) -> Any:
    """Read one page."""
    return shop.get(path, headers=headers).raise_for_status().json()


def test_the_first_answer_keeps_the_device_in_the_shops_own_cookie(shop: httpx.Client) -> None:
    device = new_device()
    path = "/privacy/v1/sites/shop/answers"
    reply = shop.post(path, content="{}", headers={**JSON, "Sayso-Device": device})
    assert (reply.status_code, reply.json()) == (201, {"device": device})
    kept = reply.headers["set-cookie"].lower()
    assert kept.startswith(f"sayso_device={device}".lower())
    assert {"httponly", "path=/", "samesite=lax"} <= {part.strip() for part in kept.split(";")}
    assert shop.cookies["sayso_device"] == device


def test_nothing_of_the_visitor_but_device_and_signal_reaches_the_edge(shop: httpx.Client) -> None:
    device = new_device()
    shop.cookies.update({"sayso_device": device, "session": "1"})
    told = read(shop, "/privacy/v1/sites/shop/banner?locale=en", **{"Sec-GPC": "1"})
    assert told == {"sayso-device": device, "sec-gpc": "1", "cookie": None}


def test_what_does_not_belong_here_is_refused(shop: httpx.Client) -> None:
    assert shop.get("/privacy/v1/decide").status_code == 404
    far = {**JSON, "Sec-Fetch-Site": "cross-site"}
    assert shop.post("/privacy/v1/sites/shop/answers", content="{}", headers=far).status_code == 403
    large = shop.post("/privacy/v1/sites/shop/answers", content="x" * 20_000, headers=JSON)
    assert large.status_code == 413


def test_somebody_who_never_answered_is_a_stranger_with_or_without_the_signal(shop: httpx.Client) -> None:
    wait_until(lambda: read(shop, "/") == {"permitted": False, "reason": "unknown_subject"})
    assert read(shop, "/", **{"Sec-GPC": "1"}) == {"permitted": False, "reason": "gpc"}
    assert read(shop, "/letter") == {"letter": "unknown_subject"}


def test_whoever_gave_it_is_found_by_the_device_of_the_cookie(shop: httpx.Client, wire: Wire) -> None:
    device = new_device()
    shop.cookies["sayso_device"] = device
    wire.tell(rows=[row("device", device, ALL, codes("given", "given", "gpc", "told_basis"))])
    wait_until(lambda: read(shop, "/letter") == {"letter": "sent"})
    assert read(shop, "/") == {"permitted": True, "reason": "given"}
    assert read(shop, "/", **{"Sec-GPC": "1"}) == {"permitted": False, "reason": "gpc"}


def test_over_https_only_the_cookie_no_other_host_can_plant_counts(shop: httpx.Client) -> None:
    assert cookie_name("sayso_device", https=True) == "__Host-sayso_device"
    device = new_device()
    shop.cookies["__Host-sayso_device"] = device
    assert read(shop, "/privacy/v1/sites/shop/banner")["sayso-device"] is None
