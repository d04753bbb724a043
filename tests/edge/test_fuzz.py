"""Whatever is sent to the edge, it answers in its own words, keeps what it acknowledged, and stays small."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.consent.log import signing
from sayso.core.checkpoint import read_note
from sayso.edge.app import LARGEST_ANSWER, LARGEST_QUESTION, Edge
from sayso.identity import services as identity
from tests.consent import corpus
from tests.damage import bent, bounded, damaged, each_damaged, peak_of
from tests.edge.shop import SCOPES, Reply, Request, Shop, furnish

TAKEN = {200, 201, 202, 304}
REFUSED = {400, 401, 403, 404, 405, 409, 413, 422, 503}  # what `core.errors.STATUS` knows, and no 500
TIMES = 40  # what a body of brackets alone may cost beside the largest body that is read
HEADERS = (b"authorization", b"sayso-device", b"sec-gpc", b"if-none-match", b"content-length", b"x-other")
ADDRESSES = ("/v1/decide", "/v1/decide?batch", "/v1/decide?explain", "/v1/tokens", "/v1/uses")


@pytest.fixture
def shop(brand: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    witness = signing.verifier_keys(corpus.WITNESS, corpus.WITNESSING)[1]
    monkeypatch.setenv("SAYSO_WITNESSES", witness.text)
    key = identity.make_api_key(brand, "shop", SCOPES, now)
    with closing(Edge()) as edge, asyncio.Runner() as loop:
        yield furnish(Shop(edge, loop, key), now)


def sound(reply: Reply) -> bool:
    """Check that a reply is one that the edge gives on purpose; tell whether it took the request."""
    if reply.status in TAKEN:
        return True
    assert reply.status in REFUSED, reply
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.told["status"] == reply.status
    assert all(reply.told[name] for name in ("code", "detail", "remedy"))
    return False


def send(shop: Shop, request: Request) -> Reply:
    """Send a request, and see that one which is refused left nothing."""
    before = shop.left()
    reply = shop.send(request)
    assert sound(reply) or shop.left() == before, (request, reply)
    return reply


def cut(draw: Any, body: bytes) -> tuple[bytes, ...]:
    """Let a body arrive in pieces, some of them empty."""
    at = draw(st.integers(0, len(body)))
    return draw(st.sampled_from([(body,), (body[:at], b"", body[at:])]))


@st.composite
def bodies(draw: Any, valid: dict[str, Any]) -> tuple[bytes, ...]:
    raw = draw(damaged(valid)) if draw(st.integers(0, 9)) else json.dumps(valid)
    encoded = raw.encode("utf-8", "surrogatepass")
    return cut(draw, encoded if raw != json.dumps(valid) else draw(bent(encoded)))


def test_what_the_damage_begins_with_is_taken(shop: Shop) -> None:
    for request in shop.reading():
        assert shop.send(request).status == 200, request
    for address, body in shop.bodies().items():
        assert shop.send(shop.post(address).saying(json.dumps(body).encode())).status in TAKEN, address
    request, form = shop.answer()
    assert shop.send(request.saying(json.dumps(form).encode())).status == 201
    assert shop.send(Request("POST", "/log/cosignature").saying(shop.note)).status == 200


def test_an_answer_that_is_acknowledged_is_recorded_once_and_any_other_left_nothing(shop: Shop) -> None:
    @bounded(100)
    @given(st.data())
    def whatever_she_sends(data: st.DataObject) -> None:
        request, form = shop.answer()
        request = replace(request, chunks=data.draw(bodies(form)))
        events = shop.left()[0]
        reply = send(shop, request)
        assert shop.left()[0] - events == (reply.status == 201)
        if reply.status == 201:
            assert shop.recorded(reply.told["event"]) == 1
            again = shop.send(request)
            assert (again.status, again.told["receipt"]) == (200, reply.told["receipt"])

    whatever_she_sends()


def test_an_answer_of_which_one_part_is_strange_is_recorded_or_left_nothing(shop: Shop) -> None:
    for text in each_damaged(shop.answer()[1]):
        request, events = shop.answer()[0], shop.left()[0]
        reply = send(shop, request.saying(text.encode("utf-8", "surrogatepass")))
        assert shop.left()[0] - events == (reply.status == 201), text


@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_a_server_sends_is_answered_or_refused(shop: Shop, address: str) -> None:
    valid, before = shop.bodies()[address], shop.left()
    for text in each_damaged(valid):
        reply = shop.send(shop.post(address).saying(text.encode("utf-8", "surrogatepass")))
        assert sound(reply) or shop.left() == before, text
        before = shop.left()

    @bounded(60)
    @given(bodies(valid))
    def whatever_it_sends(chunks: tuple[bytes, ...]) -> None:
        send(shop, replace(shop.post(address), chunks=chunks))

    whatever_it_sends()


def test_whatever_a_witness_posts_is_kept_or_refused(shop: Shop) -> None:
    @bounded(100)
    @given(bent(shop.note))
    def whatever_it_posts(raw: bytes) -> None:
        send(shop, Request("POST", "/log/cosignature").saying(raw))

    whatever_it_posts()


def test_a_witness_of_whose_signature_one_bit_is_another_is_refused(shop: Shop) -> None:
    note = read_note(shop.note.decode())
    *others, own = note.signatures
    for place, byte in enumerate(own.raw):
        changed = replace(own, raw=own.raw[:place] + bytes([byte ^ 1]) + own.raw[place + 1 :])
        posted = replace(note, signatures=(*others, changed)).text.encode()
        assert send(shop, Request("POST", "/log/cosignature").saying(posted)).status == 422


@st.composite
def headers(draw: Any, valid: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """Damage headers, and add others: twice the same, of bytes that are no text, longer than any."""
    kept = [(name, draw(bent(value)) if draw(st.integers(0, 4)) == 0 else value) for name, value in valid]
    values = st.one_of(st.binary(max_size=20), st.sampled_from([b"1", b"1,1", b"\xff" * 43, b"x" * 65_536]))
    more = st.lists(st.tuples(st.sampled_from(HEADERS), values), max_size=2)
    return tuple(draw(st.permutations([*kept, *draw(more)])))


@st.composite
def paths(draw: Any, valid: str) -> str:
    """Damage an address as a server hands it on: text, perhaps with a NUL."""
    if draw(st.integers(0, 9)):
        return valid
    return draw(bent(valid.encode())).decode("utf-8", "replace")


def test_whatever_is_asked_for_is_answered_or_refused(shop: Shop) -> None:
    valid = shop.reading()

    @bounded(200)
    @given(st.data())
    def whatever_is_asked(data: st.DataObject) -> None:
        asked = data.draw(st.sampled_from(valid))
        query = data.draw(bent(asked.query)) if data.draw(st.integers(0, 3)) else asked.query
        methods = st.sampled_from([asked.method] * 20 + ["HEAD", "POST", "get", ""])
        asked = replace(asked, method=data.draw(methods), path=data.draw(paths(asked.path)))
        send(shop, replace(asked, query=query, headers=data.draw(headers(asked.headers)), chunks=(b"",)))

    whatever_is_asked()


ODD = (
    "",
    "x",
    "-1",
    "1.5",
    "1" * 15,
    "9" * 16,
    "\u0661",
    "%00",
    "%ff",
    "%D8%00",
    "a" * 5000,
    "0&0",
    ",",
    "'",
)


def odd(asked: Request) -> Iterator[Request]:
    """Replace each part of an address and of its query by everything that is odd there."""
    path, query = asked.path.split("/"), asked.query.decode().split("&")
    for place in range(1, len(path)):
        for other in map(unquote, ODD):
            yield replace(asked, path="/".join([*path[:place], other, *path[place + 1 :]]))
    for place, part in enumerate(query):
        for other in ODD:
            said = "&".join([*query[:place], f"{part.partition('=')[0]}={other}", *query[place + 1 :]])
            yield replace(asked, query=said.encode())


def test_an_address_of_which_one_part_is_odd_is_answered_or_refused(shop: Shop) -> None:
    before = shop.left()
    for asked in shop.reading():
        for each in odd(asked):
            sound(shop.send(replace(each, chunks=(b"",))))
    assert shop.left() == before


def _most(address: str) -> int:
    small = address in ("/v1/tokens", "/v1/sites/shop/answers", "/log/cosignature")
    return LARGEST_ANSWER if small else LARGEST_QUESTION


def _filled(most: int, begin: bytes, part: bytes, end: bytes) -> bytes:
    return begin + part * ((most - len(begin) - len(end)) // len(part)) + end


def _bombs(most: int, name: str) -> list[bytes]:
    """Give the longest bodies that become the most in memory, inside a list of this name and outside of any."""
    begin = b'{"subject":{"customer":"C-1"},"audience":"a","%b":[' % name.encode()
    parts = (b"[],", b"{},", b"1.5,", b'"\xc3\xa9",')
    inside = [_filled(most, begin, part, b"0]}") for part in parts]
    return [*inside, b"[" * most, b"9" * most, _filled(most, b'"', b"x", b'"'), b"\xff" * most]


LISTS = {
    "questions": "/v1/decide",
    "uses": "/v1/uses",
    "answers": "/v1/sites/shop/answers",
}


@pytest.mark.parametrize("name", LISTS)
def test_no_body_costs_more_than_a_few_times_the_largest_that_is_read(shop: Shop, name: str) -> None:
    address = LISTS[name]
    request, most = (
        replace(shop.post(address), headers=(*shop.authorized, *shop.answer()[0].headers)),
        _most(address),
    )
    shop.send(request.saying(b"{}"))  # what is made once does not count
    for bomb in _bombs(most, name):
        assert peak_of(partial(shop.send, request.saying(bomb))) < TIMES * most, bomb[:80]


@pytest.mark.parametrize(
    "address", [*ADDRESSES[:1], *ADDRESSES[3:], "/v1/sites/shop/answers", "/log/cosignature"]
)
def test_a_body_that_never_ends_is_read_to_the_limit_and_no_further(shop: Shop, address: str) -> None:
    request, most, chunk = shop.post(address), _most(address), 4096
    replies: list[Reply] = []
    cost = peak_of(lambda: replies.append(shop.send(request, repeat(b" " * chunk, 8 * most // chunk))))
    assert (replies[0].status, replies[0].told["code"]) == (413, "too_large")
    assert shop.taken <= most // chunk + 1
    assert cost < 4 * most


def test_pieces_of_nothing_cost_nothing(shop: Shop) -> None:
    request = shop.post("/v1/sites/shop/answers")
    assert peak_of(lambda: sound(shop.send(request, repeat(b"", 100_000)))) < 4 * LARGEST_ANSWER
