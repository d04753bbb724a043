"""Linen & Loom as its edge serves it, one running edge for many requests, and a valid request for each address."""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sayso.consent.log import keeper, signing
from sayso.core.checkpoint import Signature, read_note
from sayso.core.values import new_id
from sayso.deployment.django_database import DjangoDatabase
from sayso.edge.app import Edge
from sayso.identity import services as identity
from tests.consent import corpus
from tests.linen import LEARN, PASS_ON, PURCHASES

BRAND = "linen-and-loom"
SCOPES = {"decide", "explain", "replica", "tokens"}
# Whatever may be left of a request: an answer, a person, news of either, a token, a witness's word.
LEFT = (
    *("consent_event", "consent_standing", "consent_block", "identity_subject", "identity_device"),
    *("identity_identifier", "outbox_news", "decisions_token", "consent_cosignature"),
)
DISCLOSE = {"purpose": "pass_on", "category": "purchases", "operation": "disclose", "recipient": "brightside"}
QUESTIONS = [{"purpose": "personalise", "category": "purchases"}, DISCLOSE]


@dataclass(frozen=True)
class Request:
    """One request. `chunks` is its body as it arrives; nothing says beforehand how long it is."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: tuple[bytes, ...] = ()

    def saying(self, body: bytes) -> "Request":
        """Give the same request with another body."""
        return replace(self, chunks=(body,))


@dataclass
class Reply:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """Give what it says in JSON."""
        return json.loads(self.body)


@dataclass
class Shop:
    """A running edge, and the device, customer and keys by which it is asked."""

    edge: Edge
    loop: asyncio.Runner
    key: str
    form: dict[str, Any] = field(default_factory=dict)
    note: bytes = b""
    head: dict[str, Any] = field(default_factory=dict)
    device: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    taken: int = 0  # chunks of the last request's body that were read

    def send(self, request: Request, chunks: Iterator[bytes] | None = None) -> Reply:
        """Send a request; once its body is over, the client goes away."""
        arriving = iter(request.chunks) if chunks is None else chunks
        sent: list[Any] = []
        self.taken = 0

        async def receive() -> dict[str, Any]:
            with suppress(StopIteration):
                chunk = next(arriving)
                self.taken += 1
                return {"type": "http.request", "body": chunk, "more_body": True}
            self.taken += 1
            over = self.taken > len(request.chunks) + 1 and chunks is None
            return {"type": "http.disconnect"} if over else {"type": "http.request", "more_body": False}

        async def collect(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": request.method, "path": request.path}
        scope |= {"headers": list(request.headers), "query_string": request.query}
        self.loop.run(self.edge(scope, receive, collect))
        heads = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], heads, b"".join(part.get("body", b"") for part in sent[1:]))

    def left(self) -> tuple[int, ...]:
        """Count all that requests may have left behind."""
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in LEFT)  # noqa: S608 our own names
        return tuple(DjangoDatabase().run(f"SELECT {counts}")[0])

    def recorded(self, event: str) -> int:
        """Count an answer in the ledger."""
        found = DjangoDatabase().run("SELECT count(*) FROM consent_event WHERE event = %s", [event])
        return int(found[0][0])

    def answer(self, device: str = "") -> tuple[Request, dict[str, Any]]:
        """Give a valid answer of a browser that never answered before, and its body."""
        headers = ((b"sayso-device", (device or secrets.token_urlsafe(32)).encode()),)
        form = {**self.form, "event": new_id(), "answers": {LEARN: "given", PASS_ON: "refused"}}
        return Request("POST", "/v1/sites/shop/answers", headers=headers), form

    def bodies(self) -> dict[str, dict[str, Any]]:
        """Give a valid body for each address that takes one from a brand's server."""
        hers: dict[str, Any] = {"subject": {"device": self.device, "customer": "C-1"}, "gpc": False}
        use = {"names": ["0" * 32, "a" * 32], "choice": PURCHASES, "permitted": True, "times": 3}
        return {
            "/v1/decide": {**hers, "questions": [*QUESTIONS, LEARN]},
            "/v1/decide?batch": {"batch": [{**hers, "questions": QUESTIONS}] * 2},
            "/v1/decide?explain": {**hers, "questions": QUESTIONS, "explain": True},
            "/v1/tokens": {**hers, "questions": [DISCLOSE], "audience": "brightside"},
            "/v1/uses": {"uses": [use, {**use, "permitted": False}], "lost": 1},
        }

    def post(self, address: str) -> Request:
        """Give a request of a brand's server without its body."""
        return Request("POST", address.partition("?")[0], headers=self.authorized)

    @property
    def authorized(self) -> tuple[tuple[bytes, bytes], ...]:
        """Give the header that carries the brand's key."""
        return ((b"authorization", f"Bearer {self.key}".encode()),)

    def reading(self) -> list[Request]:
        """Give a valid request for each address that is only read."""
        told = f"epoch={self.head['epoch']}&version={self.head['version']}&seq={self.head['seq']}"
        device = ((b"sayso-device", self.device.encode()), (b"sec-gpc", b"0"))
        followed = f"purposes=learn,pass_on&{told}".encode()
        return [
            *(
                Request("GET", path, headers=((b"if-none-match", b'"x"'),))
                for path in ("/sayso.js", "/healthz")
            ),
            Request("GET", "/v1/sites/shop/banner", b"locale=en&gpc=0", device),
            Request("GET", "/v1/sites/shop/standing", b"gpc=0", device),
            Request("GET", "/v1/replica", b"purposes=learn,pass_on", self.authorized),
            Request("GET", "/v1/replica/rows", b"purposes=learn&after=&most=2", self.authorized),
            Request("GET", "/v1/replica/lease", b"nonce=" + b"0" * 32, self.authorized),
            Request("GET", "/v1/replica/stream", followed, self.authorized, (b"",)),
            Request("GET", "/v1/status-lists/0", headers=((b"if-none-match", b'"x"'),)),
            *(Request("GET", f"/log/{what}") for what in ("checkpoint", "witnessed", "keys")),
            Request("GET", "/log/inclusion", b"seq=" + str(self.head["first"]).encode()),
            Request("GET", "/log/consistency", b"from=1&to=2"),
            Request("GET", "/log/entries", b"from=0&to=2"),
        ]


def _cosigned(shop: Shop) -> bytes:
    """Give the newest checkpoint as a witness posts it."""
    note = read_note(shop.send(Request("GET", "/log/checkpoint")).body.decode())
    seconds = int(datetime.now(UTC).timestamp())
    own: Signature = signing.cosign(note.body, corpus.WITNESS, corpus.WITNESSING, seconds)
    return replace(note, signatures=(*note.signatures, own)).text.encode()


def _waited(ask: Callable[[], Reply]) -> Reply:
    while (reply := ask()).status == 503:
        assert reply.told["code"] == "replica_loading"
    return reply


def furnish(shop: Shop, now: datetime) -> Shop:
    """Let her answer, the log be signed and witnessed, and a token be issued; the shop that all of it is known of."""
    identity.link_customer({"customer": "C-1"}, "", now)
    banner = shop.send(Request("GET", "/v1/sites/shop/banner", b"locale=en")).told
    shop.form = {name: banner[name] for name in ("version", "locale", "text_hash", "layout")}
    shop.form |= {"surface": "banner", "act": "choose", "base": 0, "at": "2026-05-04T09:00:00Z", "gpc": False}
    request, form = shop.answer(shop.device)
    form["answers"] = {PURCHASES: "given", PASS_ON: "given"}
    answered = shop.send(request.saying(json.dumps(form).encode())).told
    keeper.note_keys(DjangoDatabase(), datetime.now(UTC))
    keeper.tick(DjangoDatabase(), datetime.now(UTC))
    shop.note = _cosigned(shop)
    kept = shop.send(Request("POST", "/log/cosignature").saying(shop.note))
    assert kept.status == 201, kept.body
    ask = Request("GET", "/v1/replica", headers=shop.authorized)
    shop.head = {**_waited(lambda: shop.send(ask)).told, "first": answered["seq"]}
    return shop
