"""The edge as a bare ASGI application: a framework's routing cost a third of a static reply."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs

from sayso.consent.ledger import Submission
from sayso.core.errors import NotFound, SaysoError, TooLarge, WrongMethod, problem, status_of
from sayso.core.values import read_json
from sayso.decisions.replicas import Replicas
from sayso.decisions.status import Lists
from sayso.deployment import env
from sayso.deployment.database import open_database
from sayso.edge import log as public_log
from sayso.edge import service, tokens, used
from sayso.edge.answers import Sent
from sayso.edge.batch import LOST, Batcher, refused
from sayso.edge.decider import Decider
from sayso.edge.service import Written
from sayso.edge.stream import Streams
from sayso.identity import store as identity
from sayso.identity.naming import name_of
from sayso.signals import gpc
from sayso.uses.counting import Counter

log = logging.getLogger("sayso.edge")
LARGEST_ANSWER = 16 * 1024  # bytes
LARGEST_QUESTION = 256 * 1024  # bytes
SDK = Path(__file__).parent / "static" / "sayso.js"

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Out = TypeVar("Out")
Reply = tuple[int, bytes, list[tuple[bytes, bytes]]] | None  # None: it was written already
_JSON = (b"content-type", b"application/json")
_PRIVATE = (b"cache-control", b"no-store")


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _json(status: int, body: object) -> Reply:
    return status, json.dumps(body, ensure_ascii=False).encode(), [_JSON, _PRIVATE]


def _problem(error: SaysoError) -> Reply:
    headers = [(b"content-type", b"application/problem+json"), _PRIVATE]
    if not error.permanent:
        headers.append((b"retry-after", b"1"))
    if isinstance(error, WrongMethod):
        headers.append((b"allow", error.allowed.encode()))
    return status_of(error), json.dumps(problem(error)).encode(), headers


def _unexpected() -> Reply:
    body = {
        "type": "urn:sayso:problem:internal",
        "title": "Internal",
        "status": 500,
        "code": "internal",
        "detail": "Something broke on our side. Nothing was recorded.",
        "remedy": "Try again; if it lasts, tell the brand.",
    }
    return 500, json.dumps(body).encode(), [(b"content-type", b"application/problem+json"), _PRIVATE]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _body(receive: Receive, most: int) -> bytes:
    read, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise TooLarge("disconnected", "The client went away.", "Send the request again.")
        read += message.get("body", b"")
        if len(read) > most:
            raise TooLarge("too_large", f"The body is larger than {most} bytes.", "Send less at once.")
        more = message.get("more_body", False)
    return bytes(read)


def _bearer(scope: Scope) -> str:
    found = (value for name, value in scope["headers"] if name == b"authorization")
    return bytes(next(found, b"")).decode("latin-1")


class Edge:
    """The application. One process, with a thread each for writing, reading, the replicas, and tokens."""

    def __init__(self) -> None:
        self._batcher: Batcher[Sent | Submission, Written] = Batcher(service.write)
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._issuer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="issuer")
        self._lists = Lists()
        self._uses = Counter()
        self._sdk = SDK.read_bytes() if SDK.exists() else b""
        self._streams = Streams()
        self._replicas = Replicas(lambda: open_database(env.database_url()), self._streams.wake_from_afar)
        self._decider = Decider(self._replicas, self._read, self._uses)
        self._etag = f'"{hashlib.sha256(self._sdk).hexdigest()[:32]}"'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in start and stop."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and (reply := await self._reply(scope, receive, send)):
            status, body, headers = reply
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def close(self) -> None:
        """End the streams, finish what is being written and close every connection."""
        self._streams.close()
        self._replicas.close()
        self._batcher.close(service.close_database)
        for thread in (self._reader, self._issuer):
            thread.submit(service.close_database)
            thread.shutdown()
        self._uses.close()

    async def _reply(self, scope: Scope, receive: Receive, send: Send) -> Reply:
        try:
            return await self._route(scope, receive, send)
        except SaysoError as error:
            return _problem(error)
        except LOST as broken:
            return _problem(refused(broken))
        except Exception as broken:
            log.error("unexpected %s on %s", type(broken).__name__, scope["method"])
            return _unexpected()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> Reply:
        method, parts = scope["method"], scope["path"].strip("/").split("/")
        match method, parts:
            case "POST", ["v1", "decide"]:
                return await self._decide(scope, receive)
            case "GET" | "HEAD", ["sayso.js"]:
                return self._script(_headers(scope))
            case "GET" | "HEAD", ["healthz"]:
                return _json(200, {"status": "ok"})
            case "GET" | "HEAD", ["v1", "sites", site, "banner"]:
                return await self._banner(site, scope)
            case "GET" | "HEAD", ["v1", "sites", site, "standing"]:
                device, heard = await self._heed(site, scope)
                return _json(200, await self._read(partial(service.standing, site, device, heard=heard)))
            case "POST", ["v1", "sites", site, "answers"]:
                return await self._answer(site, scope, receive)
            case "GET", ["v1", "replica"]:
                return _json(200, await self._decider.head(_bearer(scope), scope["query_string"]))
            case "GET", ["v1", "replica", "rows"]:
                return _json(200, await self._decider.rows(_bearer(scope), scope["query_string"]))
            case "GET", ["v1", "replica", "lease"]:
                return _json(200, await self._decider.lease(_bearer(scope), scope["query_string"]))
            case "GET", ["v1", "replica", "stream"]:
                key = _bearer(scope)
                follower = await self._decider.follower(key, scope["query_string"])
                await self._streams.serve(follower, partial(self._decider.may_copy, key), receive, send)
                return None
            case "POST", ["v1", "tokens"]:
                return await self._token(scope, receive)
            case "GET" | "HEAD", ["v1", "status-lists", number]:
                return await self._status_list(number, _headers(scope))
            case "POST", ["v1", "uses"]:
                return await self._take_uses(scope, receive)
            case "GET" | "HEAD", [
                "log",
                "checkpoint" | "witnessed" | "keys" | "inclusion" | "consistency" | "entries" as what,
            ]:
                return await self._log(what, scope["query_string"])
            case "POST", ["log", "cosignature"]:
                return await self._cosignature(receive)
            case _, (
                ["sayso.js"]
                | ["healthz"]
                | ["v1", "sites", _, "banner" | "standing"]
                | ["v1", "status-lists", _]
                | ["log", "checkpoint" | "witnessed" | "keys" | "inclusion" | "consistency" | "entries"]
            ):
                raise WrongMethod("GET, HEAD")
            case _, ["v1", "replica"] | ["v1", "replica", "rows" | "lease" | "stream"]:
                raise WrongMethod("GET")
            case _, ["v1", "sites", _, "answers"] | ["v1", "decide" | "tokens" | "uses"] | [
                "log",
                "cosignature",
            ]:
                raise WrongMethod("POST")
        raise NotFound("unknown_address", "There is nothing at this address.", "See the API reference.")

    async def _read(self, query: Callable[[], Out]) -> Out:
        return await asyncio.get_running_loop().run_in_executor(self._reader, query)

    async def _log(self, what: str, query: bytes) -> Reply:
        body, kind, keep = await self._read(lambda: public_log.answer(service.database(), what, query))
        return 200, body, [(b"content-type", kind), (b"cache-control", keep)]

    async def _cosignature(self, receive: Receive) -> Reply:
        raw = await _body(receive, public_log.LARGEST)
        new = await asyncio.to_thread(public_log.take_cosignature, raw, service.now())
        return _json(201 if new else 200, {"kept": new})

    def _script(self, headers: dict[str, str]) -> Reply:
        cache = [(b"etag", self._etag), (b"cache-control", b"public, max-age=300")]
        if headers.get("if-none-match", "").encode() == self._etag:
            return 304, b"", cache
        return 200, self._sdk, [(b"content-type", b"text/javascript; charset=utf-8"), *cache]

    async def _heed(self, site: str, scope: Scope, told: object = None) -> tuple[str | None, bool]:
        """Give the device and whether Global Privacy Control came with it, taken down when that is new.

        The signal stands in the header; where an extension sets the browser's property alone, the SDK says
        so in the query or, as `told`, in the answer.
        """
        device, told_in = next(iter(_all(scope, b"sayso-device")), None), scope["query_string"]
        query = parse_qs(told_in.decode("latin-1")) if told_in else {}
        heard = gpc.in_header(_all(scope, b"sec-gpc")) or gpc.in_header(query.get("gpc", []))
        heard = heard or gpc.in_script(told)
        if heard and device:
            for item in await self._read(partial(service.unrecorded_signal, site, device)):
                self._decider.own.wrote(None, (await self._batcher.submit(item)).seq)
        return device, heard

    async def _banner(self, site: str, scope: Scope) -> Reply:
        wanted = parse_qs(scope["query_string"].decode("latin-1")).get("locale", ["en"])[0][:20]
        device, heard = await self._heed(site, scope)
        return _json(200, await self._read(partial(service.banner, site, wanted, device, heard=heard)))

    async def _answer(self, site: str, scope: Scope, receive: Receive) -> Reply:
        raw = await _body(receive, LARGEST_ANSWER)
        body = read_json(raw)
        device, heard = await self._heed(site, scope, body.get("gpc") if isinstance(body, dict) else None)
        written = await self._batcher.submit(Sent(site, device, heard, raw, body))
        self._decider.own.wrote(name_of(identity.read_device_secret(device)), written.seq)
        return 200 if written.replayed else 201, written.body, [_JSON, _PRIVATE]

    async def _decide(self, scope: Scope, receive: Receive) -> Reply:
        raw = await _body(receive, LARGEST_QUESTION)
        return 200, await self._decider.decide(_bearer(scope), raw), [_JSON, _PRIVATE]

    async def _issue(self, work: Callable[[], Out]) -> Out:
        return await asyncio.get_running_loop().run_in_executor(self._issuer, work)

    async def _token(self, scope: Scope, receive: Receive) -> Reply:
        raw = await _body(receive, LARGEST_ANSWER)
        brand = await self._decider.brand(_bearer(scope), "tokens")

        def issue() -> dict[str, Any]:
            return tokens.issue(service.database(), brand, read_json(raw), service.now())

        return _json(200, await self._issue(issue))

    async def _status_list(self, number: str, headers: dict[str, str]) -> Reply:
        place = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else -1
        listed = await self._issue(lambda: self._lists.signed(service.database(), place, service.now()))
        tag = f'"{listed.tag}"'.encode()
        # Anybody may read it, a browser too: it tells nothing of anybody.
        kept = [
            (b"etag", tag),
            (b"cache-control", b"public, max-age=1"),
            (b"access-control-allow-origin", b"*"),
        ]
        if headers.get("if-none-match", "").encode() == tag:
            return 304, b"", kept
        return 200, listed.text.encode(), [(b"content-type", b"application/statuslist+jwt"), *kept]

    async def _take_uses(self, scope: Scope, receive: Receive) -> Reply:
        bearer, raw = _bearer(scope), await _body(receive, LARGEST_QUESTION)
        brand = await self._decider.brand(bearer, *used.SCOPES)

        def take() -> dict[str, int]:
            return used.take(service.database(), self._uses, brand, used.key_of(bearer), read_json(raw))

        return _json(202, await self._read(take))


app = Edge()
