"""A witness signs what continues, refuses what does not, remembers both, and needs nothing of ours."""

import json
import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.cli.witness_home import Witness, alone_in, open_witness
from sayso.cli.witnessing import Looked, Refused, look
from sayso.consent.log import signing
from sayso.core import merkle
from sayso.core.checkpoint import Checkpoint, Note, read_note, time_in
from sayso.core.errors import SaysoError
from sayso.core.values import read_json
from tests.deployed import Deployment

ORIGIN = "privacy.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
PINS = signing.Pins(signing.verifier_keys(ORIGIN, KEY))


class Shown:
    """A log whose operator shows this witness what he likes: of one tree, or of another with `twist`."""

    def __init__(self, size: int, twist: str = "", key: Ed25519PrivateKey = KEY) -> None:
        self._nodes: dict[merkle.Node, bytes] = {}
        for place in range(size):
            leaf = merkle.leaf_hash(f"{place} {twist}".encode())
            self._nodes.update(merkle.completed(place, leaf, self._node))
        self._size, self._key = size, key

    def _node(self, level: int, place: int) -> bytes:
        return self._nodes[level, place]

    def keys(self) -> object:
        return {}

    def checkpoint(self) -> str:
        point = Checkpoint(ORIGIN, self._size, merkle.root(self._size, self._node))
        return signing.sign(point, self._key, 1_777_885_200).text

    def witnessed(self) -> str | None:
        return None

    def consistency(self, first: int, second: int) -> list[bytes]:
        return merkle.consistency_proof(first, second, self._node)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return open_witness(tmp_path / "own", "witness.example/w1")


def signed(found: Looked | Refused, witness: Witness) -> int:
    """Give the size of the checkpoint that the witness signed, checked with its pinned key."""
    assert isinstance(found, Looked)
    seen = signing.see(found.note, signing.Pins(PINS.log, (witness.verifier_key,)))
    assert seen.by_log
    assert seen.witnesses == (witness.name,)
    return found.note.checkpoint.size


def test_what_continues_is_signed_and_remembered(witness: Witness, now: datetime) -> None:
    sizes = [signed(look(witness, Shown(size), PINS, now), witness) for size in (0, 1, 4, 7, 7)]
    assert sizes == [0, 1, 4, 7, 7]
    again = open_witness(witness.home, "")
    assert again.verifier_key == witness.verifier_key
    last = again.last(ORIGIN)
    assert last is not None
    assert last.checkpoint.size == 7
    assert sorted(one.name for one in witness.home.iterdir()) == [
        again.signed_file(ORIGIN).name,
        "witness.key",
    ]
    assert (witness.home / "witness.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("shown", "code"),
    [(Shown(9, "another"), "forked"), (Shown(7, "another"), "forked"), (Shown(6), "backwards")],
    ids=["another past", "another root of the same size", "less than before"],
)
def test_a_log_that_forks_or_goes_back_is_refused_for_good_and_the_evidence_convicts_it(
    witness: Witness, now: datetime, shown: Shown, code: str
) -> None:
    look(witness, Shown(7), PINS, now)
    refused = look(witness, shown, PINS, now)
    assert isinstance(refused, Refused)
    assert refused.finding.code == code
    told = read_json(refused.evidence.read_bytes())
    assert told["code"] == code
    notes = [read_note(told[part]) for part in ("signed_before", "shown_now")]
    assert all(signing.see(note, PINS).by_log for note in notes)  # both are the log's own word
    assert [note.checkpoint for note in notes] == [
        read_note(one.checkpoint()).checkpoint for one in (Shown(7), shown)
    ]
    assert isinstance(look(witness, Shown(7), PINS, now), Refused)  # not forgiven by looking again
    last = witness.last(ORIGIN)
    assert last is not None
    assert last.checkpoint == notes[0].checkpoint


def test_what_a_pinned_key_did_not_sign_is_no_evidence_against_the_log(
    witness: Witness, now: datetime
) -> None:
    look(witness, Shown(7), PINS, now)
    with pytest.raises(SaysoError) as refused:
        look(witness, Shown(7, "forged", Ed25519PrivateKey.generate()), PINS, now)
    assert refused.value.code == "bad_checkpoint"
    assert signed(look(witness, Shown(8), PINS, now), witness) == 8


def test_a_clock_set_back_takes_no_time_back(witness: Witness, now: datetime) -> None:
    times = []
    for size, moment in ((1, now), (2, now - timedelta(days=1))):
        found = look(witness, Shown(size), PINS, moment)
        assert isinstance(found, Looked)
        times.append(time_in(found.note.signatures[-1]))
    assert times == [int(now.timestamp())] * 2


def test_a_memory_that_cannot_be_read_signs_nothing(witness: Witness, now: datetime) -> None:
    witness.signed_file(ORIGIN).write_text("half a chec")
    with pytest.raises(SaysoError) as refused:
        look(witness, Shown(7), PINS, now)
    assert refused.value.code == "malformed_checkpoint"


def test_a_folder_is_one_witness_and_one_at_a_time(witness: Witness, tmp_path: Path) -> None:
    for home, name in ((witness.home, "witness.example/w2"), (tmp_path / "new", ""), (tmp_path / "x", "a b")):
        with pytest.raises(SaysoError) as refused:
            open_witness(home, name)
        assert refused.value.code == "invalid_witness"
    with (
        alone_in(witness.home),
        pytest.raises(SaysoError) as busy,
        alone_in(witness.home),
    ):
        pass
    assert busy.value.code == "witness_busy"


# The command, against a deployment that names it -----------------------------------------------------------------


def command(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `sayso witness` as a stranger's machine does: no setting and no file of ours."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))
    }
    program = [sys.executable, "-m", "sayso.cli.main", "witness", "--home", str(home), *arguments]
    return subprocess.run(
        program, env=environment, cwd=home.parent, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give the folder of a witness on a machine of its own, and the key it printed."""
    home = tmp_path_factory.mktemp("stranger") / "witness"
    printed = command(home, "--name", "witness.example/w1")
    assert printed.returncode == 0, printed.stderr
    return home, printed.stdout.strip()


@pytest.fixture(scope="module")
def deployment(
    stranger: tuple[Path, str],
    database_of_its_own: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """Serve a deployment that names the stranger as its witness."""
    more = {"SAYSO_WITNESSES": stranger[1]}
    made = Deployment(tmp_path_factory.mktemp("witnessed"), database_of_its_own(), more=more)
    made.prepare()
    with made.serving():
        until = time.monotonic() + 20
        while httpx.get(f"{made.edge}/log/checkpoint").status_code != 200 and time.monotonic() < until:
            time.sleep(0.1)
        yield made


@pytest.fixture(scope="module")
def pins(deployment: Deployment, stranger: tuple[Path, str]) -> Path:
    """Pin the keys, as they are told on that day."""
    file = stranger[0].parent / "pinned.json"
    file.write_bytes(httpx.get(f"{deployment.web}/v1/keys").content)
    assert json.loads(file.read_text())["witnesses"] == [stranger[1]]
    return file


def test_what_a_witness_signed_is_told_by_log_and_auditor(
    deployment: Deployment, stranger: tuple[Path, str], pins: Path
) -> None:
    assert "Not independently witnessed." in deployment.told("audit")
    done = command(stranger[0], f"{deployment.edge}/log", "--keys", str(pins), "--once")
    assert (done.returncode, done.stdout.split()[0]) == (0, "SIGNED"), done.stderr
    note = read_note(httpx.get(f"{deployment.edge}/log/witnessed").text)
    seen = signing.see(note, signing.read_pins(json.loads(pins.read_text())))
    assert seen.witnesses == ("witness.example/w1",)
    assert "Witnessed by witness.example/w1, up to entry " in deployment.told("audit")
    made = sorted(one.name for one in stranger[0].parent.iterdir())
    assert made == ["pinned.json", "witness"]  # it left nothing beside its own folder


def test_a_witness_nobody_named_is_not_taken(deployment: Deployment, pins: Path, tmp_path: Path) -> None:
    log = f"{deployment.edge}/log"
    done = command(tmp_path / "other", log, "--keys", str(pins), "--once", "--name", "nobody.example/w")
    assert done.returncode == 2
    assert "403" in done.stderr


def test_a_log_that_went_back_is_refused_by_exit_code_words_and_evidence(
    deployment: Deployment, stranger: tuple[Path, str], pins: Path, tmp_path: Path
) -> None:
    home = tmp_path / "again"
    log = f"{deployment.edge}/log"
    first = command(home, log, "--keys", str(pins), "--once", "--name", "again.example/w")
    assert first.returncode == 2  # nobody named it; what it signed it remembers all the same
    secrets = json.loads((deployment.home / "secrets.json").read_text())
    own = Ed25519PrivateKey.from_private_bytes(b64decode(secrets["checkpoint"]))
    (kept,) = home.glob("*.checkpoint")
    point = read_note(kept.read_text()).checkpoint
    ahead = signing.sign(Checkpoint(point.origin, point.size + 5, bytes(32)), own, int(time.time()))
    kept.write_text(ahead.text)
    done = command(home, log, "--keys", str(pins), "--once")
    assert done.returncode == 1
    assert "REFUSED  backwards" in done.stderr
    assert len(list(home.glob("*.evidence.json"))) == 1


def _posted(deployment: Deployment, body: bytes) -> tuple[int, str]:
    reply = httpx.post(f"{deployment.edge}/log/cosignature", content=body)
    return reply.status_code, reply.json().get("code", "")


def test_only_a_named_witness_s_signature_over_our_own_checkpoint_is_taken(
    deployment: Deployment, stranger: tuple[Path, str]
) -> None:
    own = open_witness(stranger[0], "")
    served = read_note(httpx.get(f"{deployment.edge}/log/checkpoint").text)
    shown = Note(served.checkpoint, served.body, served.signatures[:2])  # as the log alone signed it
    now = int(datetime.now(UTC).timestamp())

    def cosigned(note: Note, at: int = now, key: Ed25519PrivateKey = own.key) -> bytes:
        made = signing.cosign(note.body, own.name, key, at)
        named = type(made)(made.name, own.verifier_key.id, made.raw)
        return Note(note.checkpoint, note.body, (named,)).text.encode()

    point = shown.checkpoint
    other = Checkpoint(point.origin, point.size, bytes(32))
    beyond = Checkpoint(point.origin, point.size + 1000, bytes(32))
    assert _posted(deployment, b"") == (400, "malformed_checkpoint")
    assert _posted(deployment, b"x" * 20_000) == (413, "too_large")
    assert _posted(deployment, shown.text.encode()) == (403, "unknown_witness")
    assert _posted(deployment, cosigned(shown, key=KEY)) == (422, "bad_cosignature")
    assert _posted(deployment, cosigned(shown, at=now + 3600)) == (422, "bad_cosignature")
    assert _posted(deployment, cosigned(Note(other, other.text, ()))) == (409, "log_forked")
    assert _posted(deployment, cosigned(Note(beyond, beyond.text, ()))) == (404, "no_checkpoint")
    assert _posted(deployment, cosigned(shown))[0] in {200, 201}
    assert _posted(deployment, cosigned(shown)) == (200, "")  # the first of each witness is kept
    wrong = httpx.get(f"{deployment.edge}/log/cosignature")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_keys_are_listed_and_a_loss_is_declared_by_command(deployment: Deployment) -> None:
    listed = deployment.told("log", "keys").splitlines()
    receipt = next(line for line in listed if " receipt " in line)
    key = receipt.split()[0]
    for since, said in (("yesterday", "no moment"), ("2999-01-01", "still to come")):
        refused = deployment.run("log", "compromise", key, "--since", since)
        assert refused.returncode == 2
        assert said in refused.stderr
    told = deployment.told("log", "compromise", key, "--since", "2026-01-01T00:00:00Z")
    assert "It still signs" in told
    assert "COMPROMISED since 2026-01-01" in deployment.told("log", "keys")
    assert json.loads(httpx.get(f"{deployment.web}/v1/keys").text)["compromised"] == {key: 1_767_225_600}
