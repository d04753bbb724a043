"""Good and bad purpose tokens for everything that checks them: `python -m tests.decisions.corpus` writes them anew.

`conformance/tokens.json` is what it makes, with keys that sign nothing else; a test fails when it is stale. Each
case says what is to be done, at which second, with which status list, held for how long, and what is answered.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent import receipts
from sayso.core.purpose_token import LIST_TYPE, TYPE, ListToken, PurposeToken, write_status_list, write_token
from sayso.core.status_list import pack, write_list
from sayso.core.values import canonical
from sayso.decisions import tokens

FILE = Path(__file__).parents[2] / "conformance" / "tokens.json"
ISSUER, AUDIENCE = "https://privacy.linenandloom.example", "brightside"
URI = "https://edge.linenandloom.example/v1/status-lists/0"
AT = 1_777_885_200  # when the token was issued
PASS_ON, LEARN = "pass_on.purchases.disclose.brightside", "learn.purchases.use.self"
TTL, SIZE, PLACE = 5, 64, 42


def _key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


OURS, FOREIGN = _key(11), _key(12)
KEY_ID = receipts.key_id(OURS.public_key())
TOKEN = PurposeToken(
    ISSUER, AUDIENCE, "ab" * 32, "linen-and-loom", (LEARN, PASS_ON), AT, AT + 300, URI, PLACE
)
LIST = ListToken(URI, AT, AT + TTL, TTL, pack({3: 1}, SIZE))


def claims(**changed: Any) -> dict[str, Any]:
    """Give a token's claims; `changed` replaces some."""
    return write_token(TOKEN) | changed


def signed(payload: Any = None, typ: str = TYPE, key: Ed25519PrivateKey = OURS, **header: Any) -> str:
    """Sign claims, or exact bytes, as a token is signed."""
    raw = payload if isinstance(payload, bytes) else canonical(claims() if payload is None else payload)
    headers = {"typ": typ, "kid": receipts.key_id(key.public_key())} | header
    return jwt.api_jws.encode(raw, key, algorithm="EdDSA", headers=headers)


def listed(changed: dict[str, Any] | None = None, **how: Any) -> str:
    """Sign a status list; `changed` replaces claims of it."""
    return signed(write_status_list(LIST) | (changed or {}), **{"typ": LIST_TYPE, **how})


def _flip(text: str, part: int) -> str:
    """Change one byte in one part of a token."""
    parts = text.split(".")
    raw = bytearray(urlsafe_b64decode(parts[part] + "=="))
    raw[len(raw) // 2] ^= 1
    parts[part] = urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    return ".".join(parts)


def _headed(text: str, **changed: Any) -> str:
    """Change a signed text's header without signing it again."""
    head, _, rest = text.partition(".")
    read = json.loads(urlsafe_b64decode(head + "=="))
    return urlsafe_b64encode(canonical(read | changed)).decode().rstrip("=") + "." + rest


def case(
    name: str, reason: str, token: str | None = None, status: str | None = "", **how: Any
) -> dict[str, Any]:
    """Write a case; without more it is the usual token, asked for what it names, a second after it was issued."""
    usual = {"choice": PASS_ON, "now": AT + 1, "held": 0, "audience": AUDIENCE, "pins": "usual"}
    given = {"token": token or signed(), "list": listed() if status == "" else status}
    return {"name": name, "reason": reason, **usual, **how, **given}


def _good() -> list[dict[str, Any]]:
    wide = pack({3: 1, PLACE + 1: 255}, SIZE, 8)
    return [
        case("the usual token", "valid"),
        case("the other thing it names", "valid", choice=LEARN),
        case("in its last second", "valid", None, listed({"iat": AT + 295, "exp": AT + 300}), now=AT + 299),
        case("a list as old as it may be", "valid", None, listed({"exp": AT + 60}), now=AT + TTL),
        case("a list held as long as it may be", "valid", held=TTL),
        case("a clock five seconds behind", "valid", now=AT - 5),
        case("a list of bytes", "valid", None, listed({"status_list": write_list(wide)})),
        case(
            "a list that says more than we know",
            "valid",
            None,
            listed({"aggregation_uri": "https://x.example"}),
        ),
    ]


def _bad_tokens() -> list[dict[str, Any]]:
    place = {"status_list": {"idx": PLACE, "uri": URI}}
    no_place = {name: value for name, value in claims().items() if name != "status"}
    beyond = {"status_list": place["status_list"] | {"idx": SIZE}}
    usual, payload = signed(), canonical(claims())
    return [
        case("nothing", "malformed", " "),
        case("two parts", "malformed", usual.rpartition(".")[0]),
        case("something behind it", "malformed", usual + "!"),
        case("larger than any", "malformed", usual + "A" * 16384),
        case("no claims of ours", "malformed", signed({"sub": "somebody"})),
        case("a list of claims", "malformed", signed([1])),
        case("no place in a list", "malformed", signed(no_place)),
        case("a place that is a text", "malformed", signed(claims(status={"status_list": {"idx": "42", "uri": URI}}))),
        case("a place below nothing", "malformed", signed(claims(status={"status_list": {"idx": -1, "uri": URI}}))),
        case("a place without an address", "malformed", signed(claims(status={"status_list": {"idx": PLACE}}))),
        case("a time that is a yes", "malformed", signed(claims(iat=True))),
        case("a time with a point", "malformed", signed(claims(exp=AT + 300.0))),
        case("a time beyond numbers", "malformed", signed(claims(exp=1 << 53))),
        case("several audiences", "malformed", signed(claims(aud=[AUDIENCE, "other"]))),
        case("choices that are a text", "malformed", signed(claims(choices=PASS_ON))),
        case("spaces that tokens do not have", "malformed", signed(json.dumps(claims()).encode())),
        case("an audience that stands twice", "malformed", signed(payload[:-1] + b',"aud":"brightside"}')),
        case("no JSON", "malformed", signed(b"token")),
        case("an extension nobody knows", "wrong_type", signed(crit=["other"], other=1)),
        case("a status list", "wrong_type", listed()),
        case("a receipt", "wrong_type", signed(typ=receipts.TYPE)),
        case("an ordinary JWT", "wrong_type", signed(typ="JWT")),
        case("no signature at all", "wrong_type", _headed(usual, alg="none")),
        case("a key for another way of signing", "wrong_type", _headed(usual, alg="HS256")),
        case("another key", "foreign_key", signed(key=FOREIGN)),
        case("a key without a name", "foreign_key", signed(kid="")),
        case("keys of somebody else", "foreign_key", pins="of somebody else"),
        case("keys of another kind", "foreign_key", pins="of another kind"),
        case("another key that takes our name", "bad_signature", signed(key=FOREIGN, kid=KEY_ID)),
        case("a byte of what was said", "bad_signature", _flip(usual, 1)),
        case("a byte of the signature", "bad_signature", _flip(usual, 2)),
        case("a signature cut short", "bad_signature", usual[:-86] + "A" * 84),
        case("a signature in another spelling", "malformed", usual[:-1] + chr(ord(usual[-1]) + 1)),
        case("another issuer", "wrong_issuer", signed(claims(iss="https://elsewhere.example"))),
        case("for somebody else", "wrong_audience", signed(claims(aud="harbour"))),
        case("checked by somebody else", "wrong_audience", audience="harbour"),
        case("a clock six seconds behind", "not_yet", now=AT - 6),
        case("a token for longer than five minutes", "too_long", signed(claims(exp=AT + 301))),
        case("at its end", "expired", None, listed({"iat": AT + 299, "exp": AT + 304}), now=AT + 300),
        case("a permission that ended before", "expired", signed(claims(exp=AT + 1))),
        case("what it does not name", "not_named", choice="newsletter.contact.use.self"),
        case("a token that names nothing", "not_named", signed(claims(choices=[]))),
        case("a place beyond the list", "out_of_range", signed(claims(status=beyond))),
    ]  # fmt: skip


def _bad_lists() -> list[dict[str, Any]]:
    bomb = urlsafe_b64encode(zlib.compress(bytes(1 << 24), 9)).decode().rstrip("=")
    other = write_list(pack({PLACE: 2}, SIZE, 2))
    revoked = replace(LIST, listed=pack({PLACE: 1}, SIZE))
    return [
        case("taken back", "revoked", None, signed(write_status_list(revoked), LIST_TYPE)),
        case("suspended, or whatever else is not valid", "revoked", None, listed({"status_list": other})),
        case("no list", "list_unreachable", None, None),
        case("a list that is no text", "list_unreadable", None, "<html>"),
        case("a token for a list", "list_unreadable", None, signed()),
        case("a list by another key", "list_unreadable", None, listed(key=FOREIGN)),
        case("a list that was changed", "list_unreadable", None, _flip(listed(), 1)),
        case("a list without a ttl", "list_unreadable", None, listed({"ttl": None})),
        case("a list without an end", "list_unreadable", None, listed({"exp": "never"})),
        case("a list of three bits", "list_unreadable", None, listed({"status_list": {"bits": 3, "lst": ""}})),
        case("a list that would fill the memory", "list_unreadable", None,
             listed({"status_list": {"bits": 1, "lst": bomb}})),
        case("a list of another address", "list_foreign", None, listed({"sub": URI[:-1] + "1"})),
        case("a list older than its ttl", "list_stale", None, listed({"exp": AT + 60}), now=AT + TTL + 1),
        case("a list held longer than its ttl", "list_stale", held=TTL + 0.5),
        case("a list at its end", "list_stale", None, listed({"exp": AT + 1})),
        case("a list from the future", "list_stale", None, listed({"iat": AT + 7, "exp": AT + 12})),
        case("an old list in which the token still holds is no comfort", "list_stale", None,
             listed({"iat": AT - 3600, "exp": AT + 60, "ttl": 60})),
    ]  # fmt: skip


def _pins() -> dict[str, Any]:
    ours = tokens.public_keys(OURS) | {"issuer": ISSUER}
    other_kind = [key | {"kty": "EC", "crv": "P-256"} for key in ours["keys"]]
    foreign = tokens.public_keys(FOREIGN) | {"issuer": ISSUER}
    return {"usual": ours, "of somebody else": foreign, "of another kind": ours | {"keys": other_kind}}


def corpus() -> dict[str, Any]:
    """Give the whole corpus."""
    about = "Purpose tokens that hold and that do not; the server's verifier and the Python SDK's must say the same."
    return {"about": about, "pins": _pins(), "cases": _good() + _bad_tokens() + _bad_lists()}


def written() -> str:
    """Give the corpus as it is kept."""
    return json.dumps(corpus(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
