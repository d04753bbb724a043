"""Talk to Sayso from a brand's server."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx

from sayso_sdk.errors import UNREADABLE, SaysoProblem, problem_from, unavailable, unreadable, unwritable
from sayso_sdk.values import Answer, Decision, Question, Recommendations, SubjectRef, Token
from sayso_sdk.whole import PLAIN, whole

TIMEOUT = httpx.Timeout(2.0, connect=1.0)


class Client:
    """A connection to one Sayso server; safe to share between threads.

    `url` is the server's one address; the address of its fast edge is learnt from it. `key` is a
    server key (`sk_…`) with the scopes the calls need, or empty for what anybody may ask. Every call but
    `decide` and `permitted` raises SaysoProblem when Sayso refuses or cannot be reached.
    """

    def __init__(self, url: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._edge: str | None = None
        self._http = httpx.Client(
            timeout=TIMEOUT,
            headers=PLAIN | ({"Authorization": f"Bearer {key}"} if key else {}),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def edge(self) -> str:
        """Return the address of the edge, asked once and then remembered."""
        if self._edge is None:
            address = self._call("GET", f"{self._url}/v1/").get("edge")
            if not isinstance(address, str):
                raise unreadable(200)
            self._edge = address.rstrip("/")
        return self._edge

    def banner(self, site: str, *, locale: str = "en") -> dict[str, Any]:
        """Return what is asked on a site right now, with the addresses of notice and choices."""
        return self._call("GET", f"{self.edge()}/v1/sites/{site}/banner?{urlencode({'locale': locale})}")

    def decide(
        self, subject: SubjectRef, questions: Sequence[Question], *, gpc: bool = False
    ) -> list[Decision]:
        """Ask whether each question is permitted for this person, in the order asked.

        `gpc` says that this person's browser sends Global Privacy Control with the request you are serving
        (`sayso_sdk.gpc.has_signal`); Sayso then refuses selling and advertising across sites.

        Never raises. Absent, unclear or unreachable means refused: an answer that is missing or
        does not fit its question is `Decision(permitted=False, reason="unavailable")`.
        """
        asked = [question.as_json() for question in questions]
        body = {"subject": subject, "questions": asked, **({"gpc": True} if gpc else {})}
        try:
            answers = self._call("POST", f"{self.edge()}/v1/decide", body).get("decisions")
        except SaysoProblem:
            answers = None
        given = list(answers) if isinstance(answers, list) else []
        given += [None] * (len(questions) - len(given))
        return [Decision.read(question, answer) for question, answer in zip(questions, given, strict=False)]

    def permitted(
        self,
        subject: SubjectRef,
        purpose: str,
        category: str,
        operation: str = "use",
        recipient: str = "self",
        *,
        gpc: bool = False,
    ) -> Decision:
        """Ask one question; see `decide`."""
        return self.decide(subject, [Question(purpose, category, operation, recipient)], gpc=gpc)[0]

    def token(
        self, subject: SubjectRef, questions: Sequence[Question], audience: str, *, gpc: bool = False
    ) -> Token:
        """Ask for a token that names what is permitted right now, for `audience` to check by itself.

        `audience` is the name by which the one who checks it knows itself (`sayso_sdk.tokens.Verifier`). Where
        nothing is permitted its `text` is None and `decisions` say why. Needs the scope `tokens`.
        """
        asked = [question.as_json() for question in questions]
        body = {
            "subject": subject,
            "questions": asked,
            "audience": audience,
            **({"gpc": True} if gpc else {}),
        }
        return Token.read(questions, self._call("POST", f"{self.edge()}/v1/tokens", body))

    def add_uses(self, uses: Sequence[Mapping[str, Any]], *, lost: int = 0) -> int:
        """Hand over how often things were decided in this process; returns how many of these were counted.

        Each use has `names` (as hexadecimal digits), `choice`, `permitted` and `times`; `lost` says how many could
        not be counted. Needs the scope `replica` or `decide`. See `sayso_sdk.uses`, which does all of it.
        """
        body = {"uses": list(uses), "lost": lost}
        return int(self._call("POST", f"{self.edge()}/v1/uses", body).get("counted", 0))

    def link(
        self,
        customer: str,
        *,
        device: str | None = None,
        email: str | None = None,
        country: str | None = None,
        region: str | None = None,
    ) -> str:
        """Say which customer number a person has; returns `linked`, or `suppressed` for someone erased.

        `country` is ISO 3166-1 (`US`), `region` ISO 3166-2 (`US-CA`), both of the delivery address.
        Needs the scope `link`.
        """
        told = {"device": device, "customer": customer, "email": email, "country": country, "region": region}
        body = {name: value for name, value in told.items() if value}
        return str(self._call("POST", f"{self._url}/v1/links", body).get("customer", ""))

    def say_age(self, subject: SubjectRef, born: str) -> str:
        """Pass on the month somebody says they were born in (`2013-05`); returns `child`, `teen` or `adult`.

        Only the band is kept. Ask neutrally, keep nothing yourself. Needs the scope `age`.
        """
        body = {"subject": subject, "born": born}
        return str(self._call("POST", f"{self._url}/v1/age", body).get("band", ""))

    def add_facts(self, subject: SubjectRef, facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Hand over facts (`id`, `category`, `source`, `at`, `value`); returns `accepted` and `refused`."""
        return self._call("POST", f"{self._url}/v1/facts", {"subject": subject, "facts": list(facts)})

    def put_items(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Replace what Sayso knows of these catalogue items. Needs the scope `items`."""
        self._call("PUT", f"{self._url}/v1/items", {"items": list(items)})

    def recommendations(self, subject: SubjectRef, *, limit: int = 4, locale: str = "en") -> Recommendations:
        """Ask for suggested items with their reasons; only facts permitted right now are used."""
        body = {"subject": subject, "limit": limit, "locale": locale}
        return Recommendations.read(self._call("POST", f"{self._url}/v1/recommendations", body))

    def switch_reason(self, subject: SubjectRef, reason: str, *, on: bool) -> None:
        """Switch one reason of the recommendations on or off for this person."""
        body = {"subject": subject, "reason": reason, "on": on}
        self._call("POST", f"{self._url}/v1/recommendations/switches", body)

    def next_ask(self, subject: SubjectRef, moment: str, *, locale: str = "en") -> dict[str, Any] | None:
        """Return the one question worth asking at this moment, or None."""
        body = {"subject": subject, "moment": moment, "locale": locale}
        ask = self._call("POST", f"{self._url}/v1/asks/next", body).get("ask")
        return ask if isinstance(ask, dict) else None

    def answer_ask(
        self,
        subject: SubjectRef,
        ask: Mapping[str, Any],
        answer: Answer,
        *,
        value: Mapping[str, str] | None = None,
        locale: str = "en",
        event: str | None = None,
    ) -> dict[str, Any]:
        """Pass on what the person answered to `ask`; returns `receipt`, `standing` and `benefit`.

        `event` is the answer's own id (UUID); give the same one when sending the same answer again.
        """
        shown = {name: ask[name] for name in ("version", "text_hash", "layout", "base")}
        body = {
            "subject": subject,
            "event": event or str(uuid.uuid4()),
            "answer": answer,
            "locale": locale,
            **shown,
        }
        if value is not None:
            body["value"] = dict(value)
        return self._call("POST", f"{self._url}/v1/asks/{ask['id']}/answers", body)

    def check_suppressed(self, identifiers: Sequence[Mapping[str, str]]) -> list[int]:
        """Return the positions of those identifiers (`kind`, `value`) that belong to erased people."""
        answer = self._call("POST", f"{self._url}/v1/suppressions/check", {"identifiers": list(identifiers)})
        found = answer.get("suppressed")
        if not isinstance(found, list) or not all(isinstance(index, int) for index in found):
            raise unreadable(200)
        return found

    def given_up(self, system: str) -> set[str]:
        """Return the fields of a system (`table.column`) that are to be collected no more."""
        found = self._call("GET", f"{self._url}/v1/systems/{quote(system, safe='')}/fields").get("fields")
        if not isinstance(found, list):
            raise unreadable(200)
        return {f"{one['table']}.{one['column']}" for one in found if not one["collect"]}

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            with self._http.stream(method, url, json=body) as reply:
                response = httpx.Response(reply.status_code, content=whole(reply))
        except httpx.DecodingError as fault:
            raise unreadable(reply.status_code) from fault
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise unavailable() from fault
        except (TypeError, ValueError, RecursionError) as fault:  # what JSON or UTF-8 cannot hold
            raise unwritable() from fault
        if not response.is_success:
            raise problem_from(response)
        return _object(response)


def _object(response: httpx.Response) -> dict[str, Any]:
    if not response.content:
        return {}
    try:
        body = response.json()
    except UNREADABLE as fault:
        raise unreadable(response.status_code) from fault
    if not isinstance(body, dict):
        raise unreadable(response.status_code)
    return body
