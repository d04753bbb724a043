"""A checkpoint and a proof are read strictly: one spelling, nothing left over."""

from base64 import b64encode

import pytest

from sayso.core import checkpoint
from sayso.core.checkpoint import PLAIN, TIMED, Checkpoint, Note, Signature, VerifierKey
from sayso.core.errors import Malformed
from sayso.core.log_proof import read_proof, write_proof

POINT = Checkpoint("privacy.example/log", 7, bytes(range(32)))
PLAIN_KEY = VerifierKey("privacy.example/log", PLAIN, bytes(32))
TIMED_KEY = VerifierKey("witness.example/w1", TIMED, bytes(32))
NOTE = Note(
    POINT,
    POINT.text,
    (
        Signature(PLAIN_KEY.name, PLAIN_KEY.id, bytes(64)),
        Signature(TIMED_KEY.name, TIMED_KEY.id, (1_679_315_147).to_bytes(8, "big") + bytes(64)),
    ),
)
ROOT = b64encode(bytes(range(32))).decode()


def test_a_note_is_read_as_it_was_written() -> None:
    assert checkpoint.read_note(NOTE.text) == NOTE
    assert NOTE.text.startswith(f"privacy.example/log\n7\n{ROOT}\n\n— privacy.example/log ")


def test_a_log_that_adds_lines_of_its_own_is_read_and_they_stay_signed() -> None:
    more = NOTE.text.replace("\n\n", "\nan extension\n\n", 1)
    read = checkpoint.read_note(more)
    assert read.checkpoint == POINT
    assert read.body.endswith("an extension\n")
    assert read.text == more


SPOILED = {
    "nothing": "",
    "no signatures": POINT.text,
    "no last newline": NOTE.text[:-1],
    "no origin": "\n" + NOTE.text.partition("\n")[2],
    "two lines": "privacy.example/log\n7\n\n— a AAAAAAAA\n",
    "a size with a zero before it": NOTE.text.replace("\n7\n", "\n07\n"),
    "a size below nothing": NOTE.text.replace("\n7\n", "\n-7\n"),
    "a size that no browser can count": NOTE.text.replace("\n7\n", "\n1234567890123456\n"),
    "a size in other digits": NOTE.text.replace("\n7\n", "\n٧\n"),
    "a root that is no base64": NOTE.text.replace(ROOT, "?" + ROOT[1:]),
    "a root beyond base64": NOTE.text.replace(ROOT, "é" + ROOT[1:]),
    "a root in another spelling": NOTE.text.replace(ROOT, ROOT[:-2] + "9="),
    "a root that is too short": NOTE.text.replace(ROOT, "AAAA"),
    "a line that is no signature": NOTE.text + "- a AAAAAAAA\n",
    "a signature by nobody": NOTE.text + "—  AAAAAAAA\n",
    "a signature without bytes": NOTE.text + "— a AAAA\n",
    "a control character": NOTE.text.replace("\n\n", "\n\r\n\n", 1),
    "a tab in the origin": NOTE.text.replace("example/log\n7", "example\t/log\n7", 1),
    "larger than any": NOTE.text + "— a AAAAAAAA\n" * 6000,
}


@pytest.mark.parametrize("text", SPOILED.values(), ids=SPOILED)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        checkpoint.read_note(text)
    assert refused.value.code == "malformed_checkpoint"


def test_a_key_is_pinned_as_c2sp_writes_it() -> None:
    # The example of the specification: its name and the id it computes for its key.
    known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert checkpoint.read_verifier_key(known).text == known
    for key in (PLAIN_KEY, TIMED_KEY):
        assert checkpoint.read_verifier_key(key.text) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        VerifierKey("of another kind", 2, bytes(32)).text,
        VerifierKey("short", PLAIN, bytes(31)).text,
        VerifierKey("", PLAIN, bytes(32)).text,
    ],
)
def test_a_pin_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        checkpoint.read_verifier_key(text)


def test_a_signature_is_by_a_key_only_with_its_name_its_id_and_its_length() -> None:
    plain, timed = NOTE.signatures
    for signature, key in ((plain, PLAIN_KEY), (timed, TIMED_KEY)):
        assert checkpoint.names(signature, key)
        assert checkpoint.has_its_length(signature, key)
        assert checkpoint.is_timed(signature) is (key.kind == TIMED)
    assert not checkpoint.names(plain, TIMED_KEY)
    assert not checkpoint.names(Signature("somebody", plain.key_id, plain.raw), PLAIN_KEY)
    assert not checkpoint.has_its_length(Signature(plain.name, plain.key_id, bytes(63)), PLAIN_KEY)


def test_a_bare_key_is_named_by_its_hash_whatever_signs_with_it() -> None:
    again = VerifierKey("another.example", TIMED, PLAIN_KEY.public)
    assert PLAIN_KEY.fingerprint == again.fingerprint == "66687aadf862bd77"


def test_a_timed_signature_covers_its_time() -> None:
    assert checkpoint.time_in(NOTE.signatures[1]) == 1_679_315_147
    assert checkpoint.timed_message(NOTE.body, 1_679_315_147) == (
        f"cosignature/v1\ntime 1679315147\nprivacy.example/log\n7\n{ROOT}\n".encode()
    )


def test_a_proof_is_read_as_it_was_written() -> None:
    path = [bytes([step]) * 32 for step in range(3)]
    text = write_proof(5, path, NOTE.text)
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 5\n")
    read = read_proof(text)
    assert (read.index, list(read.path), read.note) == (5, path, NOTE)
    assert read_proof(write_proof(0, [], NOTE.text)).path == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v2\nindex 5\n\n" + NOTE.text,
        "c2sp.org/tlog-proof@v1\nplace 5\n\n" + NOTE.text,
        write_proof(5, [bytes(31)], NOTE.text),
        write_proof(5, [bytes(32)] * 65, NOTE.text),
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_proof(text)
    assert refused.value.code == "malformed_proof"
