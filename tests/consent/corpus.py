"""Good and bad receipts for everything that checks them: `python -m tests.consent.corpus` writes them anew.

`conformance/receipts.json` is what it makes, with keys that sign nothing else; a test fails when it is stale.
"""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent import receipts
from sayso.consent.log import signing
from sayso.core import merkle
from sayso.core.checkpoint import Checkpoint, Note, Signature
from sayso.core.leaf import answer_leaf
from sayso.core.log_proof import write_proof
from sayso.core.values import canonical

FILE = Path(__file__).parents[2] / "conformance" / "receipts.json"
ORIGIN, WITNESS = "privacy.linenandloom.example/log", "witness.example/w1"
AT = 1_777_885_201  # a second after the answer
LATER = AT + 7200
DEEP = b"[" * 20_000 + b"]" * 20_000  # beyond what Python and browsers read


def _key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


RECEIPT, LOG, WITNESSING, FOREIGN = (_key(number) for number in (1, 2, 3, 4))
ANSWERS = {
    "learn.purchases.use.self": ["given", "given"],
    "pass_on.purchases.disclose.brightside": ["refused"] * 2,
}
VERSION, COMMITMENT, CREATED = "sha256:" + "0" * 64, "ab" * 32, "2026-05-04T09:00:00.000000Z"


def _process(choice: str, said: str, outcome: str) -> dict[str, Any]:
    return {"dct:identifier": choice, "dpv:hasConsentStatus": {"dct:title": outcome, "sayso:said": said}}


def content(**changed: Any) -> dict[str, Any]:
    """Give a receipt's content, as short as a receipt can be; `changed` replaces parts of it."""
    said, outcome = ({choice: pair[place] for choice, pair in ANSWERS.items()} for place in (0, 1))
    leaf = answer_leaf(7, "linen-and-loom", VERSION, said, outcome, CREATED, COMMITMENT)
    whole = {
        "@type": "dpv:ConsentReceipt",
        "dct:created": CREATED,
        "dct:publisher": "Linen & Loom Ltd. 亞麻「家」",
        "dpv:hasRecordOfActivity": {
            "dpv:hasDataController": {"dct:identifier": "linen-and-loom"},
            "dpv:hasNotice": {"dct:identifier": VERSION},
            "dpv:hasProcess": [_process(choice, *pair) for choice, pair in ANSWERS.items()],
        },
        "sayso:log": {
            "commitment": COMMITMENT,
            "inLogBy": "2026-05-04T09:10:00.000000Z",
            "leafHash": leaf,
            "salt": "cd" * 16,
            "seq": 7,
        },
    }
    return whole | changed


def token(payload: bytes | None = None, key: Ed25519PrivateKey = RECEIPT, **header: Any) -> str:
    """Sign a payload as a receipt is signed."""
    headers = {"typ": receipts.TYPE, "kid": receipts.key_id(key.public_key())} | header
    return jwt.api_jws.encode(payload or canonical(content()), key, algorithm="EdDSA", headers=headers)


LEAF = bytes.fromhex(content()["sayso:log"]["leafHash"])


def _tree(size: int, index: int) -> tuple[bytes, list[bytes]]:
    nodes: dict[merkle.Node, bytes] = {}
    read = lambda level, place: nodes[level, place]  # noqa: E731 a table read as a function
    for place in range(size):
        leaf = LEAF if place == index else merkle.leaf_hash(str(place).encode())
        nodes.update(merkle.completed(place, leaf, read))
    return merkle.root(size, read), merkle.inclusion_proof(index, size, read)


def note(size: int = 7, index: int = 3, origin: str = ORIGIN, key: Ed25519PrivateKey = LOG) -> Note:
    """Give the signed checkpoint of a log of `size` entries in which the receipt's stands at `index`."""
    return signing.sign(Checkpoint(origin, size, _tree(size, index)[0]), key, AT)


def proof(size: int = 7, index: int = 3, signed: Note | None = None) -> str:
    """Give the proof that the receipt's entry stands there."""
    return write_proof(index, _tree(size, index)[1], (signed or note(size, index)).text)


def cosigned(
    key: Ed25519PrivateKey = WITNESSING, name: str = WITNESS, spoil: bool = False, at: int = AT
) -> str:
    """Give a proof whose checkpoint a witness signed as well."""
    signed = note()
    extra = signing.cosign(signed.body, name, key, at)
    if spoil:
        extra = Signature(
            extra.name, extra.key_id, bytes([extra.raw[0], *extra.raw[1:-1], extra.raw[-1] ^ 1])
        )
    return proof(signed=Note(signed.checkpoint, signed.body, (*signed.signatures, extra)))


def kept(proof_text: str | None = None, signed: str | None = None) -> str:
    """Give the file that the pages hand over."""
    told = {"typ": "sayso-receipt", "receipt": signed or token()}
    return json.dumps(told | ({"proof": proof_text} if proof_text else {}), ensure_ascii=False)


def _pins() -> dict[str, Any]:
    public = receipts.public_keys(RECEIPT)
    log = [key.text for key in signing.verifier_keys(ORIGIN, LOG)]
    witness = signing.verifier_keys(WITNESS, WITNESSING)[1].text
    own = signing.verifier_keys(WITNESS, LOG)[1].text
    kid = next(iter(public["keys"]))
    of_log, hour = signing.verifier_keys(ORIGIN, LOG)[0].fingerprint, 3600
    usual = public | {"log": log}
    trusting = usual | {"witnesses": [witness]}
    return {
        "usual": usual,
        "with a witness": trusting,
        "after the key of receipts was lost": usual | {"compromised": {kid: AT + hour}},
        "after the key of receipts was lost, and with a witness": trusting
        | {"compromised": {kid: AT + hour}},
        "after the key of receipts was lost in that second": usual | {"compromised": {kid: AT}},
        "after the key of the log was lost": usual | {"compromised": {of_log: AT + hour}},
        "after the key of the log was lost, and with a witness": trusting
        | {"compromised": {of_log: AT + hour}},
        "after both keys were lost": usual | {"compromised": {of_log: AT + hour, kid: AT + hour}},
        "after both keys were lost, and with a witness": trusting
        | {"compromised": {of_log: AT + hour, kid: AT + hour}},
        "after somebody else's key was lost": usual | {"compromised": {"00" * 8: 0}},
        "with a loss at no time": usual | {"compromised": {kid: "yesterday"}},
        "with losses in a list": usual | {"compromised": [kid]},
        "with keys in a list": usual | {"keys": [kid]},
        "with the log's own key as a witness": public | {"log": log, "witnesses": [own]},
        "without a log": public,
        "with a log key that is none": public | {"log": ["privacy+00000000+AAAA"]},
        "with a log key under half of a sign": public | {"log": [*log, _nameless()]},
        "with a witness under half of a sign": usual | {"witnesses": [_nameless()]},
        "with a receipt key that is none": public | {"keys": {kid: "AAAA"}, "log": log},
        "of somebody else": receipts.public_keys(FOREIGN) | {"log": log},
        "empty": {},
        "a list": [],
    }


def _nameless() -> str:
    """Write a key under half of a surrogate pair, as whoever reads a replacement sign there takes it to be right."""
    named = signing.verifier_keys("\ufffd", WITNESSING)[1].text
    return named.replace("\ufffd", "\ud800")


def _flip(text: str, part: int) -> str:
    """Change one byte in one part of a token."""
    parts = text.split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    raw[len(raw) // 2] ^= 1
    parts[part] = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    return ".".join(parts)


def _replaced(old: str, new: str) -> str:
    text = proof()
    assert old in text
    return text.replace(old, new, 1)


LOST_LOG, LOST_LOG_SEEN = (
    "after the key of the log was lost",
    "after the key of the log was lost, and with a witness",
)
LOST, LOST_SEEN = (
    "after the key of receipts was lost",
    "after the key of receipts was lost, and with a witness",
)


def _good() -> list[dict[str, Any]]:
    def good(
        name: str, file: str, index: int | None = None, pins: str = "usual", seen_by: str = ""
    ) -> dict[str, Any]:
        return {"name": name, "pins": pins, "holds": True, "index": index, "witnesses": seen_by, "file": file}

    return [
        good("the signed text alone is a promise", token()),
        good("a file without a proof is a promise", kept()),
        good("an entry in the log", kept(proof()), 3),
        good("the only entry of a log", kept(proof(1, 0)), 0),
        good("the last entry of an uneven log", kept(proof(7, 6)), 6),
        good("a witness who is not pinned is not believed", kept(cosigned()), 3),
        good("a witness who is pinned", kept(cosigned()), 3, "with a witness", WITNESS),
        good("a file that an editor put a mark before", "\ufeff" + kept(proof()) + "\r\n", 3),
        good("an earlier checkpoint covers it", kept(proof()), 3, "after the key of receipts was lost"),
        good(
            "a witness covered it earlier",
            kept(cosigned()),
            3,
            "after both keys were lost, and with a witness",
            WITNESS,
        ),
        good("a witness saw the log before its key was lost", kept(cosigned()), 3, LOST_LOG_SEEN, WITNESS),
        good("another key was lost", token(), pins="after somebody else's key was lost"),
        good("nobody is a witness of himself", kept(cosigned(LOG)), 3, "with the log's own key as a witness"),
    ]


def _bad() -> list[dict[str, Any]]:
    only = note().checkpoint, note().body
    plain, timed = note().signatures
    short = Signature(plain.name, plain.key_id, plain.raw[:-1])
    ours = receipts.key_id(RECEIPT.public_key())

    def bad(name: str, code: str, file: str, pins: str = "usual") -> dict[str, Any]:
        return {"name": name, "pins": pins, "holds": False, "code": code, "file": file}

    signed, payload = token(), canonical(content())
    no_record = {name: part for name, part in content().items() if name != "dpv:hasRecordOfActivity"}
    other = content()["sayso:log"] | {"leafHash": "00" * 32}
    moved = content(**{"dct:created": "2026-05-04T09:00:00.000001Z"})
    path = base64.b64encode(_tree(7, 3)[1][0]).decode()
    ours_now = {"alg": "EdDSA", "typ": receipts.TYPE, "kid": ours}
    whole = kept(proof())
    return [
        bad("nothing", "malformed", ""),
        bad("longer than any receipt", "too_large", "A") | {"times": receipts.LONGEST + 1},
        bad("longer than any file", "too_large", whole[:-1] + ", ") | {"times": 300},
        bad("a file that names its receipt twice", "duplicate_key", whole[:-1] + ', "receipt": ""}'),
        bad("a header with a key of its own", "wrong_type", _sealed(ours_now | {"jwk": {}})),
        bad("a header that demands more", "wrong_type", _sealed(ours_now | {"crit": ["b64"], "b64": True})),
        bad("a header that names its key twice", "malformed", _sealed_raw(json.dumps(ours_now)[:-1] + ',"kid":""}')),
        bad("a header with a list of keys", "malformed", _sealed(ours_now | {"kid": [ours]})),
        bad("a header that is a list", "malformed", _sealed_raw("[]")),
        bad("a letter too many", "bad_signature", signed + "A"),
        bad("letters that are no bytes", "malformed", signed + "AAA"),
        bad("a signature in another spelling", "malformed", signed[:-1] + chr(ord(signed[-1]) + 1)),
        bad("a mark before what was signed", "not_canonical", token("\ufeff".encode() + payload)),
        bad("a number with a fraction", "not_canonical", token(payload.replace(b'"seq":7', b'"seq":7.0'))),
        bad("a number browsers round", "not_canonical", token(payload.replace(b'"seq":7', b'"seq":9007199254740993'))),
        bad("half of a sign", "not_canonical", token(payload.replace("亞".encode(), b"\\ud800"))),
        bad("an answer without a status", "malformed_receipt", token(canonical(_without_status()))),
        *(
            bad(f"{kind} among its choices", "malformed_receipt", token(canonical(_choosing(odd))))
            for kind, odd in (("nothing", None), ("a number", 7), ("a list", []), ("an object", {}))
        ),
        bad("words deeper than can be read", "not_canonical", token(payload[:-1] + b',"x":' + DEEP + b"}")),
        bad("a log key under half of a sign", "bad_pins", signed, "with a log key under half of a sign"),
        bad("a witness under half of a sign", "bad_pins", whole, "with a witness under half of a sign"),
        bad("keys in a list", "foreign_key", signed, "with keys in a list"),
        bad("a loss at no time", "bad_pins", signed, "with a loss at no time"),
        bad("losses in a list", "bad_pins", signed, "with losses in a list"),
        bad("a lost key and a promise", "compromised_key", signed, LOST),
        bad("a lost key and a checkpoint of that second", "compromised_key", whole, LOST + " in that second"),
        bad("a lost key and a later checkpoint", "compromised_key", kept(_late()), LOST),
        bad("a lost key and a later witness", "compromised_key", kept(_late(LATER)), LOST_SEEN),
        bad("both keys lost, and the thief dates back", "compromised_log", whole, "after both keys were lost"),
        bad("a lost log key that nobody else saw", "compromised_log", whole, LOST_LOG),
        bad("a lost log key and an unpinned witness", "compromised_log", kept(cosigned()), LOST_LOG),
        bad("a lost log key and a later witness", "compromised_log", kept(cosigned(at=LATER)), LOST_LOG_SEEN),
        bad("a witness whose signature was changed", "forged_witness", kept(cosigned(spoil=True)), "with a witness"),
        bad("a witness whose key another used", "forged_witness", kept(_in_the_name_of_a_witness()), "with a witness"),
        bad("a witness without its log", "bad_checkpoint", kept(_only_a_witness()), "with a witness"),
        bad("a second signature of the log that does not hold", "bad_checkpoint", kept(proof(signed=_spoilt_twin()))),
        bad("the proof of another entry", "not_included", kept(write_proof(5, _tree(7, 5)[1], note().text))),
        bad("a log rolled back to before it", "not_included", kept(proof(signed=note(3, 2)))),
        bad("a control character in a checkpoint", "malformed_checkpoint", kept(_replaced("\n7\n", "\n7\n\t\n"))),
        bad("an empty line in a checkpoint", "malformed_checkpoint", kept(_replaced("\n7\n", "\n\n7\n"))),
        bad("two parts", "malformed", signed.rpartition(".")[0]),
        bad("something behind it", "malformed", signed + "!"),
        bad("no JSON", "malformed_json", "{"),
        bad("another file", "malformed", '{"other": 1}'),
        bad("a byte of what was said", "bad_signature", _flip(signed, 1)),
        bad("a byte of the signature", "bad_signature", _flip(signed, 2)),
        bad("a byte of what was said, in a file with its proof", "bad_signature", kept(proof(), _flip(signed, 1))),
        bad("another key", "foreign_key", token(key=FOREIGN)),
        bad("another key that takes our name", "bad_signature", token(key=FOREIGN, kid=ours)),
        bad("another kind of signed text", "wrong_type", token(typ="JWT")),
        bad("no signature at all", "wrong_type", _unsigned()),
        bad("spaces that receipts do not have", "not_canonical", token(json.dumps(content()).encode())),
        bad("an answer that stands twice", "not_canonical", token(payload[:-1] + b',"@type":"other"}')),
        bad("says nothing about answers", "malformed_receipt", token(canonical(no_record))),
        bad("an entry of other words", "wrong_entry", token(canonical(content(**{"sayso:log": other})))),
        bad("other words than its entry's", "wrong_entry", token(canonical(moved))),
        bad("keys of nobody", "foreign_key", signed, "empty"),
        bad("keys in another form", "foreign_key", signed, "a list"),
        bad("keys of somebody else", "foreign_key", signed, "of somebody else"),
        bad("a key that is none", "bad_pins", signed, "with a receipt key that is none"),
        bad("a log nobody pinned", "log_not_pinned", kept(proof()), "without a log"),
        bad("a log key that is none", "bad_pins", kept(proof()), "with a log key that is none"),
        bad("another place", "not_included", kept(_replaced("index 3", "index 2"))),
        bad("a place beyond the log", "not_included", kept(_replaced("index 3", "index 7"))),
        bad("a step changed", "not_included", kept(_replaced(path, base64.b64encode(bytes(32)).decode()))),
        bad("a step missing", "not_included", kept(_replaced(path + "\n", ""))),
        bad("a step too many", "not_included", kept(_replaced(path, f"{path}\n{path}"))),
        bad("another log's root, signed all the same", "not_included", kept(proof(signed=note(7, 2)))),
        bad("another size than signed", "bad_checkpoint", kept(_replaced("\n7\n", "\n8\n"))),
        bad("another log", "bad_checkpoint", kept(proof(signed=note(origin="elsewhere.example/log")))),
        bad("a log under our name", "bad_checkpoint", kept(proof(signed=note(key=FOREIGN)))),
        bad("a time instead of a signature", "bad_checkpoint", kept(proof(signed=Note(*only, (timed,))))),
        bad("a signature of other length", "bad_checkpoint", kept(proof(signed=Note(*only, (short,))))),
        bad("another kind of proof", "malformed_proof", kept(_replaced("@v1", "@v2"))),
        bad("a step that is no hash", "malformed_proof", kept(_replaced(path, "AAAA"))),
        bad("a step that is no base64", "malformed_checkpoint", kept(_replaced(path, "?"))),
        bad("a place written in another way", "malformed_checkpoint", kept(_replaced("index 3", "index 03"))),
        bad("a proof without a checkpoint", "malformed_checkpoint", kept(proof().partition("\n\n")[0])),
        bad("a checkpoint without a signature", "malformed_checkpoint", kept(proof().rpartition("\n\n")[0] + "\n\n")),
    ]  # fmt: skip


def _sealed_raw(header: str) -> str:
    """Sign a receipt under a header of our own making."""
    parts = [header.encode(), canonical(content())]
    head, payload = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    raw = RECEIPT.sign(f"{head}.{payload}".encode())
    return f"{head}.{payload}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def _sealed(header: dict[str, Any]) -> str:
    return _sealed_raw(json.dumps(header))


def _without_status() -> dict[str, Any]:
    told = content()
    del told["dpv:hasRecordOfActivity"]["dpv:hasProcess"][0]["dpv:hasConsentStatus"]["sayso:said"]
    return told


def _choosing(odd: object) -> dict[str, Any]:
    """Give the content of a receipt whose first choice has another identifier, of whatever kind."""
    told = content()
    told["dpv:hasRecordOfActivity"]["dpv:hasProcess"][0]["dct:identifier"] = odd
    return told


def _late(seen_at: int | None = None) -> str:
    """Give the proof as the log signed it two hours later, and a witness too where one is asked for."""
    made = signing.sign(note().checkpoint, LOG, LATER)
    extra = () if seen_at is None else (signing.cosign(made.body, WITNESS, WITNESSING, seen_at),)
    return proof(signed=Note(made.checkpoint, made.body, (*made.signatures, *extra)))


def _in_the_name_of_a_witness() -> str:
    """Give a proof under which somebody else's signature stands in a witness's name."""
    theirs = signing.cosign(note().body, WITNESS, FOREIGN, AT)
    named = Signature(WITNESS, signing.verifier_keys(WITNESS, WITNESSING)[1].id, theirs.raw)
    return proof(signed=Note(note().checkpoint, note().body, (*note().signatures, named)))


def _only_a_witness() -> str:
    seen = signing.cosign(note().body, WITNESS, WITNESSING, AT)
    return proof(signed=Note(note().checkpoint, note().body, (seen,)))


def _spoilt_twin() -> Note:
    plain = note().signatures[0]
    spoilt = Signature(plain.name, plain.key_id, bytes(64))
    return Note(note().checkpoint, note().body, (*note().signatures, spoilt))


def _unsigned() -> str:
    head, payload, _ = token().split(".")
    read = json.loads(base64.urlsafe_b64decode(head + "=="))
    none = base64.urlsafe_b64encode(json.dumps(read | {"alg": "none"}).encode()).decode().rstrip("=")
    return f"{none}.{payload}.AAAA"


def corpus() -> dict[str, Any]:
    """Give the whole corpus."""
    about = (
        "Receipts that hold and that do not, with the keys pinned; command, SDK and page must say the same."
        " `file` is the file, repeated as often as `times` says where it stands."
    )
    return {"about": about, "pins": _pins(), "cases": _good() + _bad()}


def written() -> str:
    """Give the corpus as it is kept."""
    text = json.dumps(corpus(), indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()  # half of a sign is written as JSON writes it


if __name__ == "__main__":
    FILE.write_text(written())
