"""Whatever reaches the SDK, it gives the verdict or the error it promises, stays small, and agrees with the server."""

import base64
import dataclasses
import gzip
import json
import secrets
import zlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sayso_sdk import Client, Question, SaysoProblem, gpc, receipts, whole
from sayso_sdk.device import device_secret, is_device_secret
from sayso_sdk.proxy import ProxyRequest, forward
from sayso_sdk.receipts import Receipt, Refused
from sayso_sdk.replica import events
from sayso_sdk.replica.events import Events
from sayso_sdk.replica.line import Line
from sayso_sdk.replica.patterns import Patterns
from sayso_sdk.replica.wire import read_head, read_page, read_watermark
from sayso_sdk.tokens import LARGEST_INFLATED, Verdict, Verifier
from sayso_sdk.webhooks import ForgedWebhook, sign, verify

from sayso.consent.log.proving import Held, check
from sayso.core.purpose_token import LIST_TYPE, PurposeToken, write_status_list
from tests.consent import corpus as kept
from tests.damage import bent, bounded, damaged, for_all_damage, nested, peak_of, write
from tests.decisions import checking
from tests.decisions import corpus as issued
from tests.sdk_python import wire

RECEIPTS = json.loads(kept.FILE.read_text())
FILES = [case["file"].encode() for case in RECEIPTS["cases"] if case["holds"]]
PINS = RECEIPTS["pins"]["usual"]
TOKENS = json.loads(issued.FILE.read_text())
TOKEN_PINS = TOKENS["pins"]["usual"]
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ASKED = Question(*issued.PASS_ON.split("."))
DEEPEST = range(880, 1000)  # about as deep as can be read, and perhaps not be worked on


def judged(file: bytes, pins: object) -> receipts.Receipt | Refused:
    """Check a file; the server must agree."""
    told, theirs = receipts.check(file, pins), check(file, pins)
    assert isinstance(told, (Receipt, Refused))
    assert isinstance(told, Receipt) == isinstance(theirs, Held), (told, theirs)
    return told


@bounded(150)
@given(st.sampled_from(FILES).flatmap(bent))
def test_a_kept_file_of_any_bytes_is_judged(file: bytes) -> None:
    judged(file, PINS)


def tidied(text: str) -> bytes:
    """Write what is to be signed in the one way that it is read, where that can be done."""
    with suppress(ValueError, RecursionError):
        return receipts.canonical(json.loads(text))
    return text.encode("utf-8", "surrogatepass")


def test_whatever_a_pinned_key_signed_as_a_receipt_is_judged() -> None:
    def whatever_it_says(text: str) -> None:
        judged(kept.token(tidied(text)).encode(), PINS)

    for_all_damage(kept.content(), 80, whatever_it_says)
    whatever_it_says(write(kept.content() | {"x": nested(700)}))
    assert judged(kept.token(write(kept.content()).encode()).encode(), PINS) == Refused("not_canonical")


def test_pins_of_any_form_are_judged_by() -> None:
    def whatever_they_are(text: str) -> None:
        try:
            pins = json.loads(text)
        except (ValueError, RecursionError):
            return
        judged(FILES[2], pins)

    for_all_damage(PINS, 150, whatever_they_are)


NAMELESS = "\ud800+00000000+" + base64.b64encode(b"\x01" + bytes(32)).decode()


@pytest.mark.parametrize("keys", ["log", "witnesses"])
def test_a_pinned_key_under_half_a_sign_is_none(keys: str) -> None:
    assert judged(FILES[2], {**PINS, keys: [NAMELESS]}) == Refused("bad_pins")


@pytest.mark.parametrize("odd", [[None, "b"], [7, "b"], [[], "b"], ["b", {}]])
def test_choices_that_are_no_texts_make_no_entry(odd: list[Any]) -> None:
    record = kept.content()["dpv:hasRecordOfActivity"]
    said = [{**one, "dct:identifier": name} for one, name in zip(record["dpv:hasProcess"], odd, strict=True)]
    token = kept.token(
        receipts.canonical(kept.content(**{"dpv:hasRecordOfActivity": record | {"dpv:hasProcess": said}}))
    )
    assert judged(token.encode(), PINS) == Refused("malformed_receipt")


def believed(token: str, listed: str) -> Verdict:
    """Check a token beside a list; the server must agree."""
    world = {"now": lambda: float(issued.AT + 1), "awake": lambda: 1000.0}
    told = Verifier(TOKEN_PINS, issued.AUDIENCE, lambda uri: listed.encode(), **world).check(token, ASKED)
    moment = datetime.fromtimestamp(issued.AT + 1, UTC)
    theirs = checking.check(token, TOKEN_PINS, issued.AUDIENCE, issued.PASS_ON, listed, moment)
    assert told.permitted == isinstance(theirs, PurposeToken), (told, theirs)
    return told


def test_what_the_damage_begins_with_holds() -> None:
    assert believed(issued.signed(), issued.listed()).reason == "valid"
    assert all(isinstance(judged(file, RECEIPTS["pins"]["with a witness"]), Receipt) for file in FILES[:2])


def test_whatever_a_pinned_key_signed_as_a_token_is_judged() -> None:
    def whatever_it_says(text: str) -> None:
        believed(issued.signed(tidied(text)), listed)

    listed = issued.listed()
    for_all_damage(issued.claims(), 80, whatever_it_says)


def test_whatever_a_pinned_key_signed_as_a_list_is_judged() -> None:
    def whatever_it_says(text: str) -> None:
        believed(token, issued.signed(tidied(text), typ=LIST_TYPE))

    token = issued.signed()
    for_all_damage(write_status_list(issued.LIST), 80, whatever_it_says)


@bounded(150)
@given(bent(issued.signed().encode()), bent(issued.listed().encode()))
def test_a_token_and_a_list_of_any_text_are_judged(token: bytes, listed: bytes) -> None:
    believed(token.decode("latin-1"), issued.listed())
    believed(issued.signed(), listed.decode("latin-1"))


def test_a_list_that_would_fill_the_memory_does_not() -> None:
    packed = zlib.compress(bytes(30 * LARGEST_INFLATED), 9)
    bomb = {"bits": 1, "lst": urlsafe_b64encode(packed).decode().rstrip("=")}
    listed = issued.listed({"status_list": bomb})
    assert believed(issued.signed(), listed).reason == "list_unreadable"
    assert peak_of(lambda: believed(issued.signed(), listed)) < 8 * LARGEST_INFLATED


def test_however_deep_what_was_signed_goes_it_is_judged() -> None:
    for depth in DEEPEST:
        deep = write({"choices": nested(depth)}).encode()
        believed(issued.signed(deep), issued.listed())
        judged(kept.token(deep).encode(), PINS)
        with pytest.raises(ForgedWebhook):
            verify(SECRET, deep[:-1], sign(SECRET, "msg_1", deep.decode()[:-1], datetime.now(UTC)))


MESSAGE = {"type": "subject.erased", "data": {"member": "m-1"}, "more": [1, "2"]}


@bounded(200)
@given(damaged(MESSAGE), st.data())
def test_a_webhook_of_any_form_is_read_or_forged(text: str, data: st.DataObject) -> None:
    signed = sign(SECRET, "msg_1", text, datetime.now(UTC))
    headers = dict(signed)
    if name := data.draw(st.sampled_from(["", *signed])):
        headers[name] = data.draw(bent(signed[name].encode())).decode("latin-1")
    try:
        assert isinstance(verify(SECRET, text.encode(), headers), dict)
    except ForgedWebhook:
        return
    at = "webhook-timestamp"  # of which only what it says counts, however it is spelt
    assert headers["webhook-id"] == signed["webhook-id"]
    assert int(float(headers[at])) == int(signed[at])


HEAD = {**wire.HEAD, "epoch": "e", "version": "v"}
PAGE = {
    "epoch": "e",
    "version": "v",
    "seq": 7,
    "next": None,
    "rows": [wire.row("email", "ada@example.test", until=1_777_885_200), ["0" * 32]],
}
POLL = {"nonce": "0" * 32, "epoch": "e", "version": "v", "seq": 7}
READS = [
    (HEAD, read_head),
    (PAGE, lambda body: read_page(body, Patterns(len(wire.CHOICES), len(wire.REASONS)))),
    (POLL, read_watermark),
]


@pytest.mark.parametrize(("valid", "read"), READS, ids=["head", "page", "poll"])
def test_whatever_an_edge_tells_a_copy_is_taken_whole_or_not_at_all(valid: Any, read: Any) -> None:
    read(valid)

    def whatever_it_tells(text: str) -> None:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return
        with suppress(SaysoProblem):
            read(body)

    for_all_damage(valid, 150, whatever_it_tells)


STREAM = b"".join(
    b"event: %b\nid: 7\ndata: %b\n\n" % told
    for told in (
        (b"row", json.dumps(PAGE["rows"][0]).encode()),
        (b"seq", b"7"),
        (b"reload", b'{"why":"epoch"}'),
    )
)


@bounded(250)
@given(bent(STREAM), st.lists(st.integers(0, len(STREAM)), max_size=4))
def test_a_stream_says_the_same_however_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    def heard(places: list[int]) -> list[Any] | str:
        heard_so_far, found = Events(), []
        try:
            for begin, end in zip([0, *places], [*places, len(stream)], strict=True):
                found += heard_so_far.read(stream[begin:end])
        except SaysoProblem as problem:
            return problem.code
        return found

    assert heard(sorted(min(cut, len(stream)) for cut in cuts)) == heard([])


@pytest.mark.parametrize("line", [b"data:\n", b"data: x\n", b"event: x\n", b"x"])
def test_an_event_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    monkeypatch.setattr(events, "LONGEST", 1 << 16)
    stream = events.Events()

    def follow() -> None:
        for _ in range(100):
            stream.read(line * 800)

    with pytest.raises(SaysoProblem, match="unreadable"):
        follow()


ANSWER = {
    "decisions": [
        {"choice": ASKED.choice, "permitted": True, "reason": "given", "valid_until": "2026-05-04T09:00:00Z"}
    ]
}


def decided(body: bytes, subject: Any, status: int = 200) -> list[Any]:
    """Ask an edge that answers so."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"edge": "http://edge.example.test"})
        return httpx.Response(status, content=body)

    with Client("http://sayso.example.test", "sk_x", transport=httpx.MockTransport(answer)) as client:
        return client.decide(subject, [ASKED])


def test_whatever_an_edge_answers_something_is_decided() -> None:
    def whatever_it_answers(text: str) -> None:
        for status in (200, 404):
            told = decided(text.encode("utf-8", "surrogatepass"), {"customer": "C-1"}, status)
            assert [one.choice for one in told] == [ASKED.choice]
            assert not told[0].permitted or status == 200

    for_all_damage(ANSWER, 50, whatever_it_answers)
    whatever_it_answers(nested(100_000).text)


MUCH = 1 << 26
BOMBS = {
    "packed": ("gzip", gzip.compress(bytes(MUCH))),
    "packed twice": ("gzip, gzip", gzip.compress(gzip.compress(bytes(MUCH)))),
    "endless": ("identity", bytes(MUCH)),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_an_answer_that_would_fill_the_memory_does_not(kind: str) -> None:
    coding, bomb = BOMBS[kind]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/":
            return httpx.Response(200, json={"edge": "http://edge.example.test"})
        parts = (bomb[start : start + 65_536] for start in range(0, len(bomb), 65_536))
        return httpx.Response(200, headers={"content-encoding": coding}, content=parts)

    def passes_on() -> int:
        with httpx.Client(transport=httpx.MockTransport(answer)) as http:
            return forward(ProxyRequest("GET", "sayso.js"), "http://edge.example.test", http).status

    with Client("http://sayso.example.test", "sk_x", transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(SaysoProblem, match="unreadable"):
            client.given_up("crm")
        assert not client.decide({"customer": "C-1"}, [ASKED])[0].permitted
        assert peak_of(lambda: client.decide({"customer": "C-1"}, [ASKED])) < 4 * whole.LARGEST
    assert passes_on() == 503
    assert peak_of(passes_on) < 4 * whole.LARGEST


@pytest.mark.parametrize("kind", ["packed", "packed twice"])
def test_a_copy_takes_in_nothing_packed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coding, bomb = BOMBS[kind]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/":
            return httpx.Response(200, json={"edge": "http://edge.example.test"})
        status = 503 if request.url.path.endswith("/stream") else 200
        return httpx.Response(status, headers={"content-encoding": coding}, content=iter([bomb]))

    real = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **told: real(**told | {"transport": httpx.MockTransport(answer)})
    )
    line = Line("http://sayso.example.test", "sk_x", None)

    def asks() -> None:
        with pytest.raises(SaysoProblem, match="unreadable"):
            line.page(None, Patterns(1, 1), 1)

    def listens() -> None:
        with pytest.raises(SaysoProblem, match="unavailable"), line.stream(1, read_head(HEAD), 1):
            pass

    asks()
    listens()
    assert max(peak_of(asks), peak_of(listens)) < 4 * whole.LARGEST


@pytest.mark.parametrize("customer", ["\ud800", "\0", "", b"C-1", float("nan"), object()])
def test_whoever_is_asked_about_something_is_decided(customer: object) -> None:
    assert len(decided(json.dumps(ANSWER).encode(), {"customer": customer})) == 1


BROWSER = {
    "Accept": "application/json",
    "Accept-Language": "zh-Hant, en;q=0.5",
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    "Sec-GPC": "1",
    "Sayso-Device": "k" * 43,
}


@bounded(100)
@given(st.data())
def test_whatever_a_browser_sends_to_a_site_is_passed_on_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BROWSER)))
    value = data.draw(bent(BROWSER[name].encode())).decode("latin-1")
    query = data.draw(bent(b"locale=en&gpc=1")).decode("latin-1")
    body = data.draw(st.sampled_from([b"", b"{}", b"\xff" * 16_385]))
    request = ProxyRequest("POST", "v1/sites/shop/answers", query, {**BROWSER, name: value}, body)
    passed = httpx.MockTransport(lambda _: httpx.Response(201, json={}))
    with httpx.Client(transport=passed) as http:
        told = forward(
            dataclasses.replace(request, method=data.draw(st.sampled_from(["GET", "POST"]))), "http://e", http
        )
    assert told.status in {201, 403, 413, 415, 400, 503}
    assert told.keep_device is None or is_device_secret(told.keep_device)
    assert gpc.has_signal(request.headers) == any(
        part.strip(" \t") == "1" for part in request.headers["Sec-GPC"].split(",")
    )


@bounded(100)
@given(st.text(max_size=50), st.sampled_from(["", ".", ".0123456789abcdef"]))
def test_a_cookie_of_any_text_is_a_secret_or_none(ticket: str, mark: str) -> None:
    held = secrets.token_urlsafe(32)
    for cookies in ({"sayso_device": ticket}, {"sayso_device": held, "sayso_renewal": ticket + mark}):
        found = device_secret(cookies, https=False)
        assert found is None or is_device_secret(found)
