"""The log stands at a public address: signed every second, provable by anybody, and telling nothing of anybody."""

import secrets
import time
from base64 import b64decode
from typing import Any

import httpx
import pytest

from sayso.consent.log import history, signing
from sayso.core import merkle
from sayso.core.checkpoint import read_note
from sayso.core.log_proof import read_proof
from sayso.core.merkle import leaf_hash, proves_consistency, proves_inclusion
from sayso.core.values import new_id
from tests.deployed import Deployment

KEYS = len(history.Role)  # the keys that sign are the log's first entries


def get(served: Deployment, what: str) -> httpx.Response:
    return httpx.get(f"{served.edge}/log/{what}")


def seen(served: Deployment) -> tuple[Any, signing.Seen]:
    note = read_note(get(served, "checkpoint").text)
    return note.checkpoint, signing.see(note, signing.read_pins(httpx.get(f"{served.web}/v1/keys").json()))


def grown(served: Deployment, size: int) -> Any:
    """Wait until the log has so many entries; its checkpoint."""
    until = time.monotonic() + 10
    while (found := seen(served)[0]).size < size:
        assert time.monotonic() < until, "the log does not grow"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def answered(served: Deployment) -> list[int]:
    """Answer three times in browsers of their own; the numbers in the ledger."""
    banner = httpx.get(f"{served.edge}/v1/sites/shop/banner").json()
    numbers = []
    for _ in range(3):
        body = {
            "event": new_id(),
            **{name: banner[name] for name in ("version", "locale", "text_hash", "layout")},
            "surface": "banner",
            "act": "choose",
            "answers": {"learn.purchases.use.self": "refused"},
        }
        headers = {"Sayso-Device": secrets.token_urlsafe(32)}
        reply = httpx.post(f"{served.edge}/v1/sites/shop/answers", json=body, headers=headers)
        numbers.append(int(reply.json()["seq"]))
    return numbers


def test_the_checkpoint_is_signed_again_and_again_though_nothing_is_new(served: Deployment) -> None:
    times = set()
    until = time.monotonic() + 30
    while len(times) < 4:
        _, found = seen(served)
        assert found.by_log
        times.add(found.signed_at)
        assert time.monotonic() < until, times
        time.sleep(0.2)


def test_every_answer_is_proved_by_its_number(served: Deployment, answered: list[int]) -> None:
    grown(served, KEYS + len(answered))
    for number in answered:
        proof = read_proof(get(served, f"inclusion?seq={number}").text)
        point = proof.note.checkpoint
        (leaf,) = get(served, f"entries?from={proof.index}&to={proof.index + 1}").json()["entries"]
        assert proves_inclusion(proof.index, point.size, b64decode(leaf), proof.path, point.root)


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("checkpoint", 1),
        ("keys", 60),
        ("inclusion?seq={seq}", 1),
        ("consistency?from=1&to=2", 31536000),
        ("entries?from=0&to=2", 31536000),
    ],
)
def test_what_can_never_change_is_kept_by_caches_and_the_rest_is_not(
    served: Deployment, answered: list[int], what: str, seconds: int
) -> None:
    grown(served, KEYS + len(answered))
    reply = get(served, what.format(seq=answered[0]))
    immutable = ", immutable" if seconds > 60 else ""
    assert (reply.status_code, reply.headers["cache-control"]) == (
        200,
        f"public, max-age={seconds}{immutable}",
    )


def test_what_grew_continues_what_was(served: Deployment, answered: list[int]) -> None:
    point = grown(served, KEYS + len(answered))
    reply = get(served, f"consistency?from={point.size - 1}&to={point.size}")
    assert "immutable" in reply.headers["cache-control"]
    assert reply.json()["from"] == point.size - 1
    path = [b64decode(one) for one in reply.json()["proof"]]
    whole = [b64decode(one) for one in get(served, f"entries?from=0&to={point.size}").json()["entries"]]
    assert proves_consistency(point.size - 1, point.size, _root(whole[:-1]), _root(whole), path)
    assert _root(whole) == point.root


def _root(leaves: list[bytes]) -> bytes:
    nodes: dict[merkle.Node, bytes] = {}
    for place, leaf in enumerate(leaves):
        nodes.update(merkle.completed(place, leaf, lambda level, at: nodes[level, at]))
    return merkle.root(len(leaves), lambda level, at: nodes[level, at])


def test_an_entry_tells_nothing_but_its_hash(served: Deployment, answered: list[int]) -> None:
    grown(served, KEYS + len(answered))
    told = get(served, "entries?from=0&to=3").json()
    assert set(told) == {"from", "entries"}
    assert all(len(b64decode(one)) == len(leaf_hash(b"")) for one in told["entries"])


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("inclusion?seq=999999999", 404, "not_in_log"),
        ("inclusion?seq=-1", 422, "invalid_request"),
        ("inclusion", 422, "invalid_request"),
        ("consistency?from=0&to=1", 422, "not_in_tree"),
        ("consistency?from=1&to=99999999", 404, "no_checkpoint"),
        ("consistency?from=two&to=1", 422, "invalid_request"),
        ("witnessed", 404, "not_witnessed"),
        ("entries?from=²&to=3", 422, "invalid_request"),
        ("entries?from=9999999999999999&to=3", 422, "invalid_request"),
        ("secrets", 404, "unknown_address"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_form(
    served: Deployment, answered: list[int], what: str, status: int, code: str
) -> None:
    grown(served, KEYS + len(answered))
    reply = get(served, what)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.headers["content-type"] == "application/problem+json"


def test_the_same_keys_are_told_at_both_addresses(served: Deployment) -> None:
    assert get(served, "keys").json() == httpx.get(f"{served.web}/v1/keys").json()


def test_audit_holds_by_the_public_address_and_by_the_rows(served: Deployment, answered: list[int]) -> None:
    grown(served, KEYS + len(answered))
    for how in ((), ("--database",), ("--log", f"{served.edge}/log", "--database")):
        done = served.run("audit", *how)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("HOLDS    ")
        assert "Not independently witnessed." in done.stdout
    assert (served.home / "audit.checkpoint").exists()


def test_the_log_is_read_and_nothing_else(served: Deployment) -> None:
    refused = httpx.post(f"{served.edge}/log/checkpoint", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert httpx.head(f"{served.edge}/log/checkpoint").status_code == 200
