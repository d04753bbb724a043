"""A backup is put back: what was withdrawn stays withdrawn, who was erased stays erased, and the log says so."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.cli import auditing, restored
from sayso.cli.auditing import Look, Stored
from sayso.cli.main import main
from sayso.config import replaying
from sayso.config.replaying import Replayed
from sayso.consent import family, models, rebuilding, restoring
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.consent.log import history, keeper, proving, signing
from sayso.consent.queries import Recorded
from sayso.core.checkpoint import Note, read_note
from sayso.core.choice import read_choice
from sayso.core.consent import Answer
from sayso.core.errors import Conflict, Forbidden, NotFound, Unavailable
from sayso.core.older_answer import Provenance
from sayso.core.opt_out import Scope
from sayso.core.purpose_token import Flaw, PurposeToken
from sayso.core.request import RequestState
from sayso.core.values import new_id
from sayso.core.vocabulary import NARROW, ConsentStatus, Voucher
from sayso.decisions import gate, tokens
from sayso.decisions.status import Lists
from sayso.deployment import journal as outside
from sayso.identity import access, keys
from sayso.identity import queries as who
from sayso.identity import services as identity
from sayso.identity.proofing.email_plus import queries as guardians
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from sayso.notices import store
from sayso.outbox import epochs
from sayso.outbox import store as outbox
from sayso.rights import access as copying
from sayso.rights import queries
from tests import linen
from tests.consent.log import DB, kept
from tests.consent.test_family import CLEO, answers_for_him, cleo_says
from tests.consent.test_family import account as signed_in
from tests.decisions import checking
from tests.dumps import dump, put_back
from tests.rights.conftest import BRAND, Ada, says
from tests.rights.test_erasure import confirmed, work

YES, NO = ConsentStatus.GIVEN, ConsentStatus.REFUSED
LEARN, PASS_ON = read_choice(linen.LEARN), read_choice(linen.PASS_ON)
pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Story:
    """What happened since the backup was taken, and to whom."""

    backup: Path
    erased: Ada
    withdrew: str
    waits: str  # her deletion was confirmed and is not carried out yet
    newcomer: str  # the secret of a browser that came after the backup and said no
    lost: Recorded  # a yes that no backup holds
    auditor: Note


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SAYSO_JOURNAL_URL", f"file://{tmp_path / 'journal'}")
    monkeypatch.setattr(replaying.outside, "LARGEST", 4000)  # several files
    yield tmp_path / "journal"
    outside.leave()


def said_no(secret: str, now: datetime) -> None:
    published = notices.current(BRAND)
    answer = answering.centre_answer(
        BRAND, dict.fromkeys(published.choice_ids(), NO), 0, "reject_all", Voucher.DEVICE, "en"
    )
    answering.record_answer(secret, None, BRAND, answer, now)


@pytest.fixture
def story(ada: Ada, tmp_path: Path, now: datetime) -> Story:
    """Live through a day: a backup in the morning, and what people said and asked after it."""
    cleo = identity.link_customer({"customer": "C-3003", "email": "cleo@example.test"}, "IE", now)
    ben = identity.link_customer({"customer": "C-2002", "email": "ben@example.test"}, "IE", now)
    for account in (ada.account, cleo, ben):
        says(account, now, learn=YES, pass_on=YES)
    kept(now)
    backup = dump(tmp_path)
    newcomer = secrets.token_urlsafe(32)
    later = now + timedelta(hours=1)
    says(cleo, later, learn=NO)
    said_no(newcomer, later)
    says(cleo, later, purchases=YES)
    answering.block("email", "somebody@example.test", [Scope.MARKETING], "page", later)
    confirmed(ada, later)
    work(later)
    assert not who.exists(ada.account)
    confirmed(Ada(ben, ""), later)
    says(ben, later, purchases=YES)
    lost = consent.history_of([cleo], BRAND)[0]
    auditor = read_note(kept(later).note)
    return Story(backup, ada, cleo, ben, newcomer, lost, auditor)


def look(now: datetime, before: Note) -> Look:
    pins = signing.read_pins(proving.public_keys(DB))
    return auditing.look(Stored(DB), pins, before, DB, now + timedelta(seconds=2))


def permitted(subject: str, now: datetime, choice: object = LEARN) -> bool:
    (decision,) = gate.decide(DB, BRAND, [subject], [choice], now)  # type: ignore[list-item]
    return decision.permitted


def test_nothing_starts_on_a_restored_database_before_the_journal_was_replayed(
    story: Story, now: datetime
) -> None:
    restored.need_replayed()  # this is no restored database yet
    put_back(story.backup)
    assert permitted(story.withdrew, now)  # this is what must not go out
    for command in (["serve"], ["work", "--once"]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 2
        assert "sayso ledger replay" in done.stderr
    looked = CliRunner().invoke(main, ["restore", "check"])
    assert (looked.exit_code, "was restored" in looked.stdout) == (1, True)
    tried = CliRunner().invoke(main, ["ledger", "replay", "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert "nothing was changed" in tried.stdout
    assert restoring.behind(DB) is not None
    done = CliRunner().invoke(main, ["ledger", "replay"])
    assert done.exit_code == 0, done.output
    restored.need_replayed()
    assert CliRunner().invoke(main, ["restore", "check"]).exit_code == 0
    assert "Nothing to replay" in CliRunner().invoke(main, ["ledger", "replay"]).stdout


def test_withdrawn_stays_withdrawn_and_erased_stays_erased(story: Story, now: datetime) -> None:
    put_back(story.backup)
    assert who.exists(story.erased.account)
    later = now + timedelta(hours=2)
    done = replaying.replay(later)
    assert done.epoch == epochs.epoch_of(DB)
    assert (done.narrowed, done.blocks, done.erased, done.deletions) == (2, 1, 2, 1)
    assert not permitted(story.withdrew, later)
    assert permitted(story.withdrew, later, PASS_ON)  # what she had not touched is as it was
    assert not who.exists(story.erased.account)
    assert not keys.has_key(story.erased.account)
    assert not models.Event.objects.filter(subject=story.erased.account).exists()
    with pytest.raises(Forbidden):
        identity.link_customer({"customer": "C-1001"}, "", later)
    device = who.device_subject(story.newcomer)
    assert device is not None
    assert {str(said) for said in consent.answered(device, BRAND, later).statuses.values()} == {"refused"}
    blocked = models.Block.objects.get()
    assert (blocked.lookup, blocked.scope) == (keys.lookup("email", "somebody@example.test"), "marketing")
    assert replaying.replay(later) == Replayed()


def test_a_deletion_that_was_under_way_waits_for_an_officer_and_its_clock_runs_on(
    story: Story, now: datetime
) -> None:
    put_back(story.backup)
    later = now + timedelta(hours=2)
    replaying.replay(later)
    (request,) = queries.requests_of(story.waits)
    assert request.state is RequestState.AWAITING_APPROVAL
    assert request.received_at == now + timedelta(hours=1)
    assert not permitted(story.waits, later)
    assert not permitted(story.waits, later, PASS_ON)


def test_the_log_continues_what_was_signed_and_says_what_was_lost(story: Story, now: datetime) -> None:
    put_back(story.backup)
    later = now + timedelta(hours=2)
    done = replaying.replay(later)
    says(story.withdrew, later, location=YES)
    kept(later)
    looked = look(later, story.auditor)
    assert looked.findings == ()
    assert looked.swept is not None
    assert looked.swept.lost == done.lost > 0
    assert f"{done.lost} entries lost with a restore of the database, as it declared" in "".join(
        auditing.lines_of(looked)
    )
    # Her receipt of what was lost is still in the log: the brand cannot say that she never answered.
    assert DB.run("SELECT leaf_hash FROM consent_leaf WHERE seq = %s", [story.lost.seq]) == [
        (story.lost.leaf_hash,)
    ]


def test_an_answer_removed_by_hand_is_not_excused_by_a_restore(story: Story, now: datetime) -> None:
    put_back(story.backup)
    DB.run("DELETE FROM consent_event WHERE subject = %s", [story.withdrew])
    later = now + timedelta(hours=2)
    replaying.replay(later)
    kept(later)
    assert {found.code for found in look(later, story.auditor).findings} == {"removed"}


def test_each_restore_opens_an_epoch_that_never_was(story: Story, now: datetime) -> None:
    later = now + timedelta(hours=2)
    opened, first = [], epochs.epoch_of(DB)
    for _ in range(2):
        put_back(story.backup)
        opened.append(replaying.replay(later).epoch)
        kept(later)
        assert epochs.epoch_of(DB) == opened[-1]
        assert not permitted(story.withdrew, later)
        assert look(later, story.auditor).findings == ()
    assert len({first, *opened}) == 3


def test_a_replay_that_is_broken_off_changes_nothing_and_is_done_again(
    story: Story, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(story.backup)
    later = now + timedelta(hours=2)

    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(restoring, "hold_back", dies)
        with pytest.raises(KeyboardInterrupt):
            replaying.replay(later)
    assert restoring.behind(DB) is not None
    assert replaying.replay(later).narrowed == 2


def test_a_key_store_put_back_with_the_data_forgets_its_people_again(story: Story, now: datetime) -> None:
    put_back(story.backup)
    keys.make_keys([story.erased.account])
    replaying.replay(now + timedelta(hours=2))
    assert not keys.has_key(story.erased.account)


def test_whose_key_was_lost_is_refused_every_use(story: Story, now: datetime) -> None:
    put_back(story.backup)
    keys.destroy(story.withdrew)
    later = now + timedelta(hours=2)
    assert replaying.replay(later).held_back == 1
    # She may have objected to what rests on no answer, too.
    for choice in (LEARN, PASS_ON, read_choice(linen.ORDERS)):
        assert not permitted(story.withdrew, later, choice)


def test_lines_under_a_key_that_was_made_anew_hinder_no_replay(story: Story, now: datetime) -> None:
    later = now + timedelta(hours=2)
    keys.destroy(story.withdrew)
    says(story.withdrew, later, location=NO)  # sealed under another key
    put_back(story.backup)
    assert replaying.replay(later).held_back == 1
    assert not permitted(story.withdrew, later)
    assert not permitted(story.waits, later)


def test_a_notice_published_since_is_published_again(ada: Ada, tmp_path: Path, now: datetime) -> None:
    says(ada.account, now, learn=YES, purchases=YES)
    backup = dump(tmp_path)
    narrowed = {
        **linen.document(),
        "purposes": [each for each in linen.document()["purposes"] if each["id"] != "learn"],
    }
    versions = [publishing.publish_notice(each, "Otto", now) for each in (linen.second(), narrowed)]
    assert not permitted(ada.account, now)
    put_back(backup)
    assert permitted(ada.account, now)
    replaying.replay(now)
    assert [each.notice.version for each in store.editions(DB, BRAND).versions[-2:]] == versions
    assert not permitted(ada.account, now)
    assert replaying.replay(now) == Replayed()


def test_whoever_was_shut_out_since_the_backup_is_shut_out_again(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    secret = identity.make_api_key(BRAND, "till", {"decide"}, now)
    kept_key = identity.make_api_key(BRAND, "shop", {"decide"}, now)
    for role in ("support", "marketer"):
        identity.make_staff("dev@linenandloom.example.test", role, now)
    backup = dump(tmp_path)
    (number,) = [key.number for key in access.server_keys() if key.label == "till"]
    access.revoke_staff("dev@linenandloom.example.test", now)
    access.revoke_key(number, now)
    assert restoring.behind(DB) is None
    put_back(backup)
    assert who.api_key(secret)
    assert restoring.behind(DB)
    assert replaying.replay(now).revoked == 2
    assert who.api_key(secret) is None
    assert access.staff() == []
    assert who.api_key(kept_key)
    assert replaying.replay(now) == Replayed()
    identity.make_staff("dev@linenandloom.example.test", "support", now)
    assert restoring.behind(DB) is None  # let in anew, on purpose


def test_a_notice_the_journal_does_not_know_is_asked_for_first(
    ada: Ada, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = dump(tmp_path)
    with monkeypatch.context() as earlier:
        earlier.setattr("sayso.notices.publishing.journal.append", lambda _: None)
        publishing.publish_notice(linen.second(), "Otto", now)
    says(ada.account, now, learn=NO)
    put_back(backup)
    with pytest.raises(Conflict) as refused:
        replaying.replay(now)
    assert refused.value.code == "notice_lost"
    outside.leave()  # it is a command that publishes, a process of its own
    publishing.publish_notice(linen.second(), "Otto", now)
    # The ledger's numbers have moved on; it is a restored database all the same.
    assert restoring.behind(DB) is not None
    assert replaying.replay(now).narrowed == 1
    assert not permitted(ada.account, now)


def test_recipients_are_told_of_a_stop_that_was_put_back(story: Story, now: datetime) -> None:
    put_back(story.backup)
    before = outbox.last(DB)
    replaying.replay(now + timedelta(hours=2))
    lookup = keys.lookup("email", "somebody@example.test")
    told = [one.payload for one in outbox.after(DB, before, 1000) if one.topic == "consent.blocked"]
    assert told == [{"kind": "email", "lookup": lookup, "scopes": ["marketing"]}]


def test_what_she_had_lifted_by_the_backup_is_not_stopped_again(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    answering.block("email", "ada@example.test", [Scope.MARKETING], "page", now)
    answering.block("email", "ada@example.test", [Scope.SELL], "page", now)
    models.Block.objects.filter(scope=Scope.MARKETING).delete()
    backup = dump(tmp_path)
    answering.block("email", "ada@example.test", [Scope.SHARE_ADS], "page", now)
    put_back(backup)
    assert replaying.replay(now).blocks == 1
    assert set(models.Block.objects.values_list("scope", flat=True)) == {"sell", "share_ads"}


def test_a_minor_stays_a_minor(ada: Ada, tmp_path: Path, now: datetime) -> None:
    backup = dump(tmp_path)
    family.say_age([ada.account], BRAND, "2013-05", Voucher.ACCOUNT, now)
    says(ada.account, now, learn=NO)
    put_back(backup)
    assert not consent.is_minor([ada.account], BRAND)
    assert replaying.replay(now).minors == 1
    assert consent.is_minor([ada.account], BRAND)


def older(said: ConsentStatus, at: datetime) -> Answer:
    kept = Provenance("crm", {}, "sha256:row", at, text="Yes.", source="till", receipt="r-1")
    taken = answering.centre_answer(BRAND, {linen.LEARN: said}, 0, "import", Voucher.IMPORT, "en")
    return replace(taken, imported=kept)


def test_an_older_no_counts_after_a_restore_and_only_as_long_as_the_older_system_says_no_more(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    backup = dump(tmp_path)
    answering.record_for(ada.account, BRAND, older(NO, now - timedelta(days=9)), now)
    put_back(backup)
    assert replaying.replay(now).narrowed == 1
    assert consent.answered(ada.account, BRAND, now).statuses[linen.LEARN] in NARROW
    (event,) = consent.history_of([ada.account], BRAND)
    assert event.evidence["imported"]["system"] == "crm"
    answering.record_for(ada.account, BRAND, older(YES, now - timedelta(days=10)), now)
    assert not permitted(ada.account, now)
    answering.record_for(ada.account, BRAND, older(YES, now - timedelta(days=8)), now)
    assert permitted(ada.account, now)


def test_not_now_beside_an_older_no_is_put_off_after_a_restore_too(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    backup = dump(tmp_path)
    answering.record_for(ada.account, BRAND, older(NO, now - timedelta(days=9)), now)
    says(ada.account, now, learn=ConsentStatus.DEFERRED)
    put_back(backup)
    assert replaying.replay(now).narrowed == 2
    answering.record_for(ada.account, BRAND, older(YES, now - timedelta(days=8)), now)
    assert consent.answered(ada.account, BRAND, now).statuses[linen.LEARN] is ConsentStatus.DEFERRED


def test_an_older_no_that_came_too_late_is_in_time_after_a_restore(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    answering.record_for(ada.account, BRAND, older(YES, now - timedelta(days=9)), now)
    backup = dump(tmp_path)
    last = older(YES, now - timedelta(days=7))
    assert last.imported
    ended = replace(last, imported=replace(last.imported, until=now - timedelta(days=1)))
    answering.record_for(ada.account, BRAND, ended, now)
    answering.record_for(ada.account, BRAND, older(NO, now - timedelta(days=8)), now)
    assert not permitted(ada.account, now)
    put_back(backup)
    replaying.replay(now)
    assert not permitted(ada.account, now)


def test_what_was_put_back_has_its_receipt_and_stands_in_her_copy(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    backup = dump(tmp_path)
    says(ada.account, now, learn=NO)
    answering.record_for(ada.account, BRAND, older(NO, now - timedelta(days=8)), now)
    put_back(backup)
    assert replaying.replay(now).narrowed == 2
    _, receipts = copying._answers([ada.account])
    assert len([text for text in receipts.values() if text]) == 2
    assert rebuilding.rebuild(DB, BRAND, now, check=True).different == ()


def test_an_older_yes_without_proof_is_no_difference_to_what_follows_it(ada: Ada, now: datetime) -> None:
    bare = older(YES, now - timedelta(days=9))
    assert bare.imported
    unproved = replace(bare, imported=replace(bare.imported, text=""))
    for taken in (unproved, older(YES, now - timedelta(days=8)), unproved, older(NO, now)):
        answering.record_for(ada.account, BRAND, replace(taken, event=new_id()), now)
        assert rebuilding.rebuild(DB, BRAND, now, check=True).different == ()


@pytest.mark.parametrize("imported_again", [False, True])
def test_what_she_put_off_here_no_older_yes_permits_after_a_restore(
    ada: Ada, tmp_path: Path, now: datetime, imported_again: bool
) -> None:
    yes = older(YES, now - timedelta(days=9))
    early = dump(tmp_path) if imported_again else None
    answering.record_for(ada.account, BRAND, yes, now)
    assert permitted(ada.account, now)
    backup = early or dump(tmp_path)
    says(ada.account, now, learn=ConsentStatus.DEFERRED)
    assert not permitted(ada.account, now)
    put_back(backup)
    assert replaying.replay(now).narrowed == 1
    if imported_again:
        answering.record_for(ada.account, BRAND, replace(yes, event=new_id()), now)
    assert not permitted(ada.account, now)
    assert consent.answered(ada.account, BRAND, now).statuses[linen.LEARN] is ConsentStatus.DEFERRED
    assert replaying.replay(now) == Replayed()


@pytest.mark.parametrize("more", [False, True], ids=["the last thing", "not the last thing"])
def test_a_guardian_who_answers_no_more_does_not_come_back(
    systems: None, tmp_path: Path, now: datetime, more: bool
) -> None:
    ben, cleo = (signed_in(address, now) for address in ("ben@example.test", CLEO))
    family.say_age([ben], BRAND, "2013-02", Voucher.ACCOUNT, now)
    link = answers_for_him(ben, cleo, now)
    says(ben, now, purchases=YES)
    cleo_says(cleo, link, BRAND, YES, now)
    backup = dump(tmp_path)
    held = guardians.of_child(ben, now)
    assert held is not None
    family.end_guardian(held, "child", now)
    if more:
        says(ben, now, learn=NO)
    put_back(backup)
    assert guardians.of_guardian(cleo)[0].holds
    assert restoring.behind(DB)
    assert replaying.replay(now).guardians == 1
    assert not permitted(ben, now, read_choice(linen.PURCHASES))
    assert [(one.holds, one.ended_by) for one in guardians.of_guardian(cleo)] == [(False, "child")]
    with pytest.raises(NotFound):
        cleo_says(cleo, link, BRAND, YES, now)
    assert replaying.replay(now) == Replayed()


def test_a_child_that_passed_for_a_teenager_stays_a_child(ada: Ada, tmp_path: Path, now: datetime) -> None:
    family.say_age([ada.account], BRAND, "2009-05", Voucher.ACCOUNT, now)
    says(ada.account, now, learn=YES)
    assert permitted(ada.account, now)
    backup = dump(tmp_path)
    family.say_age([ada.account], BRAND, "2017-05", Voucher.ACCOUNT, now)
    assert not permitted(ada.account, now)
    put_back(backup)
    assert replaying.replay(now).minors == 1
    assert not permitted(ada.account, now)


def test_whoever_had_grown_up_by_the_backup_is_no_minor_again(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    family.say_age([ada.account], BRAND, "2017-05", Voucher.ACCOUNT, now)
    family.correct_age("customer", "C-1001", "1980-01", now)
    backup = dump(tmp_path)
    says(ada.account, now, learn=NO)
    put_back(backup)
    assert replaying.replay(now).minors == 0
    assert not consent.is_minor([ada.account], BRAND)


def test_what_a_crash_left_out_of_the_journal_is_written_at_the_next_start(
    ada: Ada, now: datetime, journal: Path
) -> None:
    says(ada.account, now, learn=NO)
    for file in journal.iterdir():
        file.unlink()
    outside.leave()
    restored.need_replayed()
    assert [entry["kind"] for entry in outside.read()] == ["narrowed"]
    restored.need_replayed()
    assert len(list(outside.read())) == 1


def test_a_no_the_log_has_placed_already_is_written_into_the_journal_too(
    ada: Ada, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr("sayso.consent.ledger.journal.append", lambda *_: None)  # it dies after its commit
        says(ada.account, now, learn=NO)
    kept(now)  # the keeper is another process, and goes on
    restored.need_replayed()
    assert [entry["kind"] for entry in outside.read() if "subject" in entry] == ["narrowed"]


def test_a_log_keeper_killed_before_its_commit_makes_no_restored_database(
    ada: Ada, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = outside.append

    def dies(entries: Sequence[outside.Entry]) -> None:
        append(entries)
        raise KeyboardInterrupt

    keeper.note_keys(DB, now)
    with monkeypatch.context() as killed:
        killed.setattr("sayso.consent.log.keeper.outside.append", dies)
        with pytest.raises(KeyboardInterrupt):
            kept(now)
    assert restoring.behind(DB) is None


def test_entries_of_the_keys_that_no_restore_lost_are_not_declared_lost(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    keeper.note_keys(DB, now)
    backup = dump(tmp_path)
    auditor = read_note(kept(now).note)
    says(ada.account, now, learn=NO)
    put_back(backup)
    assert replaying.replay(now).lost == 0
    kept(now)
    assert look(now, auditor).findings == ()


def test_a_key_declared_lost_stays_lost(ada: Ada, tmp_path: Path, now: datetime) -> None:
    keeper.note_keys(DB, now)
    backup = dump(tmp_path)
    stolen = next(key for key in history.listed(DB) if key.role is history.Role.RECEIPT)
    history.declare_compromised(DB, stolen.id, now, now)
    told = history.compromised(DB)
    auditor = read_note(kept(now).note)
    put_back(backup)
    replaying.replay(now)
    assert history.compromised(DB) == told
    kept(now)
    assert look(now, auditor).findings == ()


def test_no_token_that_was_taken_back_is_worth_anything_after_a_restore(
    ada: Ada, tmp_path: Path, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    backup = dump(tmp_path)
    pins, wanted = tokens.public_keys(), tokens.Wanted({"customer": "C-1001"}, [PASS_ON], "brightside")
    token = tokens.issue(DB, BRAND, wanted, now).token
    assert token is not None

    def checked(at: datetime) -> object:
        try:
            listed = Lists().signed(DB, 0, at).text
        except Unavailable:
            listed = None
        return checking.check(token, pins, "brightside", PASS_ON.id, listed, at)

    assert isinstance(checked(now), PurposeToken)
    says(ada.account, now, pass_on=NO)
    assert checked(now) is Flaw.REVOKED
    put_back(backup)
    replaying.replay(now)
    for seconds in (0, 60, 299):
        assert checked(now + timedelta(seconds=seconds)) is Flaw.LIST_UNREACHABLE
    assert checked(now + timedelta(seconds=300)) is Flaw.EXPIRED
    assert Lists().signed(DB, 0, now + timedelta(seconds=300)).text


def test_a_journal_that_takes_nothing_for_a_moment_forgets_nothing_of_a_deletion(
    ada: Ada, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("sayso.deployment.journal._Segment.write", full)
        with pytest.raises(Unavailable):
            confirmed(ada, now)
    work(now)
    assert not who.exists(ada.account)
    assert {"deleting", "suppressed", "erased"} <= {entry["kind"] for entry in outside.read()}


def test_an_erased_persons_lines_mean_nothing(story: Story) -> None:
    told = [entry for entry in outside.read() if entry.get("subject") == story.erased.account]
    assert {entry["kind"] for entry in told} >= {"deleting", "erased"}
    said, unreadable = restoring.read_said(told)
    assert (said, unreadable) == ([], [])
    with_key = [entry for entry in told if "sealed" in entry]
    assert with_key
    assert all(one is None for one in restoring.identity.opened(with_key))


def test_no_line_names_anybody_in_clear(story: Story, journal: Path) -> None:
    lines = [line for file in journal.iterdir() for line in file.read_bytes().lower().splitlines()]
    written = b"".join(line for line in lines if b'"kind":"published"' not in line)  # what anybody may read
    for name in (b"example.test", b"c-1001", b"c-2002", b"c-3003", linen.LEARN.encode()):
        assert name not in written
