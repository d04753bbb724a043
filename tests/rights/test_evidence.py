"""The evidence file of one request: whole, signed, about nobody, and believed only as it was signed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sayso.cli.main import main
from sayso.consent import receipts
from sayso.core.errors import Forbidden, Invalid
from sayso.core.vocabulary import ConsentStatus
from sayso.identity.queries import Staff
from sayso.messages import services as messages
from sayso.rights import services
from sayso.staff import queries as staff
from tests.messages.post_office import running
from tests.rights.conftest import Ada, proof, says
from tests.rights.test_erasure import work
from tests.rights.test_four_eyes import officer, plan_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "The authority asked on 2 May"


@pytest.fixture
def otto(ada: Ada, now: datetime) -> Staff:
    return officer("otto", now)


@pytest.fixture
def erased(ada: Ada, otto: Staff, now: datetime) -> str:
    """A deletion carried to its end: planned, confirmed, searched again."""
    says(ada.account, now, pass_on=ConsentStatus.GIVEN)
    work(now, 1)
    view = services.plan_erasure(ada.account, now)
    services.confirm_erasure(view.id, ada.account, view.plan_version, proof(now), now)
    work(now)
    return view.id


def _file(request: str, who: Staff, now: datetime) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(services.evidence_file(request, who, WHY, now))
    return read


def _verify(folder: Path, file: object, pins: object = None) -> tuple[int, str]:
    (folder / "evidence.json").write_text(json.dumps(file))
    (folder / "pins.json").write_text(json.dumps(pins or receipts.public_keys()))
    told = CliRunner().invoke(
        main, ["verify", str(folder / "evidence.json"), "--keys", str(folder / "pins.json")]
    )
    return told.exit_code, told.output


def test_it_shows_clock_proof_plan_deliveries_read_backs_and_letters(
    erased: str, otto: Staff, now: datetime, settings: Any
) -> None:
    with running(settings):
        messages.send_due(now)
    said = _file(erased, otto, now)["content"]
    assert said["request"] == {"number": erased, "kind": "erasure", "state": "complete", "open": False}
    clock = said["clock"]
    assert (clock["region"], clock["region_known_by"], clock["in_time"]) == ("US-CA", "delivery", True)
    assert clock["law_source"]
    assert said["proof_of_identity"]["level"] == 2
    assert {table["system"] for table in said["plan"]["systems"]} >= {"shop", "desk"}
    assert {step["instruction"] for step in said["deliveries"]} >= {"stop", "suppress", "erase"}
    assert {(step["state"], step["evidence"]["found"]) for step in said["read_backs"]} == {("done", 0)}
    assert [(one["letter"], one["state"]) for one in said["letters"]] == [
        ("erasure_confirmed", "sent"), ("erasure_done", "sent")
    ]  # fmt: skip
    assert said["four_eyes"] is None
    assert said["made_by"] == "Otto, privacy officer"


def test_it_names_nobody(ada: Ada, erased: str, otto: Staff, now: datetime) -> None:
    written = services.evidence_file(erased, otto, WHY, now).decode()
    for secret in ("C-1001", "ada@example.test", "Larkin", ada.account, ada.device, WHY):
        assert secret not in written


def test_it_is_checked_offline_by_command(erased: str, otto: Staff, now: datetime, tmp_path: Path) -> None:
    code, told = _verify(tmp_path, _file(erased, otto, now))
    assert code == 0, told
    for wanted in ("HOLDS", erased, "erasure, complete", "in time", "found nothing", "Letters  2"):
        assert wanted in told


def _readable(file: dict[str, Any]) -> None:
    file["content"]["clock"]["closed_at"] = "2026-05-04T00:00:00.000000Z"


def _signed(file: dict[str, Any]) -> None:
    head, body, tail = file["evidence"].split(".")
    file["evidence"] = ".".join([head, body[:-4] + "AAAA", tail])


def _gone(file: dict[str, Any]) -> None:
    del file["evidence"]


@pytest.mark.parametrize(
    ("change", "code"), [(_readable, "changed"), (_signed, "bad_signature"), (_gone, "malformed")]
)
def test_a_file_somebody_changed_is_refused(
    erased: str, otto: Staff, now: datetime, tmp_path: Path, change: Any, code: str
) -> None:
    file = _file(erased, otto, now)
    change(file)
    status, told = _verify(tmp_path, file)
    assert (status, code in told) == (1, True), told


def test_other_keys_lost_ones_and_unreadable_pins_are_refused(
    erased: str, otto: Staff, now: datetime, tmp_path: Path
) -> None:
    file = _file(erased, otto, now)
    assert "foreign_key" in _verify(tmp_path, file, {"keys": {}})[1]
    lost = receipts.public_keys()
    lost["compromised"] = dict.fromkeys(lost["keys"], 1)
    assert "compromised_key" in _verify(tmp_path, file, lost)[1]
    (tmp_path / "broken").write_text("no")
    (tmp_path / "evidence.json").write_text(json.dumps(file))
    told = CliRunner().invoke(
        main, ["verify", str(tmp_path / "evidence.json"), "--keys", str(tmp_path / "broken")]
    )
    assert (told.exit_code, "bad_pins" in told.output) == (1, True)


def test_a_receipt_does_not_pass_for_evidence_nor_evidence_for_a_receipt(
    erased: str, otto: Staff, now: datetime, tmp_path: Path
) -> None:
    file = _file(erased, otto, now)
    assert isinstance(receipts.verify(file["evidence"], receipts.public_keys()), receipts.Rejected)
    forged = receipts.sign_payload(b"{}", receipts.TYPE)
    assert "wrong_type" in _verify(tmp_path, {**file, "evidence": forged})[1]


def test_taking_it_out_is_a_look_at_her_while_she_is_known(ada: Ada, otto: Staff, now: datetime) -> None:
    view = services.plan_erasure(ada.account, now)
    with pytest.raises(Invalid):
        services.evidence_file(view.id, otto, "", now)
    said = _file(view.id, otto, now)["content"]
    assert (said["clock"]["in_time"], said["proof_of_identity"]) == (None, None)
    [look] = staff.looks_of(ada.account)
    assert (look.name, look.role, look.reason, look.shown) == ("Otto", "officer", WHY, ("evidence",))


def test_nobody_but_an_officer_takes_it_out(ada: Ada, otto: Staff, now: datetime) -> None:
    view = services.plan_erasure(ada.account, now)
    with pytest.raises(Forbidden):
        services.evidence_file(view.id, officer("dev", now, "support"), WHY, now)


def test_four_eyes_stand_in_it(ada: Ada, otto: Staff, now: datetime) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    waiting = _file(request, otto, now)["content"]["four_eyes"]
    assert (waiting["proposed_by"], waiting["approved"]) == ("Otto", None)
    services.approve_erasure(request, officer("dev", now), plan_of(request), now)
    decided = _file(request, otto, now)["content"]
    assert (decided["four_eyes"]["decided_by"], decided["four_eyes"]["approved"]) == ("Dev", True)
    assert [one["letter"] for one in decided["letters"]] == ["erasure_proposed", "erasure_confirmed"]


def test_a_receipt_is_still_read_as_one(tmp_path: Path, db: None) -> None:
    assert "REFUSED" in _verify(tmp_path, {"receipt": "x.y.z"})[1]
