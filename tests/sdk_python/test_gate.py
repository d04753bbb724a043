"""A brand's server asks its own copy; whatever happens to the edge it came from, nothing widens."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sayso_sdk import Gate

from tests.sdk_python.wire import (
    ADS,
    ALL,
    LEARN,
    LETTERS,
    NONE,
    ORDERS,
    SECONDS,
    Wire,
    codes,
    new_device,
    row,
    wait_until,
)

ADA = {"customer": "C-1001"}
YES, UNAVAILABLE, STRANGER = (True, "given"), (False, "unavailable"), (False, "unknown_subject")


def said(gate: Gate, question: tuple[str, ...] = LETTERS, who: Any = ADA, **more: Any) -> tuple[bool, str]:
    """Ask, and give the answer and its reason."""
    made = gate.decide(who, *question, **more)
    return made.permitted, made.reason


def comes_to(
    gate: Gate, answer: tuple[bool, str], question: tuple[str, ...] = LETTERS, who: Any = ADA
) -> None:
    """Wait until a question is answered like this."""
    wait_until(lambda: said(gate, question, who) == answer)


@pytest.fixture
def gate(wire: Wire) -> Iterator[Gate]:
    """Give a gate that holds what Ada gave."""
    wire.tell(rows=[row("customer", "C-1001")])
    with Gate(wire.url, "sk_1") as made:
        assert made.ready(SECONDS)
        yield made


# What is asked


def test_what_she_gave_is_permitted_with_its_choice_and_reason(gate: Gate) -> None:
    made = gate.decide(ADA, "newsletter", "contact")
    assert (made.choice, made.permitted, made.reason) == ("newsletter.contact.use.self", True, "given")


def test_somebody_without_a_row_is_a_stranger_and_is_only_told(gate: Gate) -> None:
    stranger = {"customer": "C-9"}
    assert said(gate, LETTERS, stranger) == STRANGER
    assert said(gate, ORDERS, stranger) == (True, "told_basis")
    assert said(gate, ADS, stranger, gpc=True) == (False, "gpc")


def test_a_combination_that_is_not_listed_is_refused(gate: Gate) -> None:
    assert said(gate, ("newsletter", "purchases")) == (False, "not_listed")
    assert gate.decide(ADA, "ads", "browsing").choice == "ads.browsing.use.self"


def test_every_identifier_is_found_as_the_server_writes_it(wire: Wire, gate: Gate) -> None:
    device = new_device()
    wire.tell(rows=[row("device", device), row("email", "Ada@Example.test ")])
    comes_to(gate, YES, who={"device": device})
    assert said(gate, who={"email": " ada@example.TEST"}) == YES
    assert said(gate, who={"customer": " C-1001 "}) == YES
    assert said(gate, who={"customer": "c-1001"}) == STRANGER


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"customer": ""},
        {"customer": None},
        {"customer": 1001},
        {"customer": ["C-1001"]},
        {"device": "short"},
        {"phone": "1"},
        {"customer": "C-1001", "phone": "1"},
        {"customer": "C-1001", "email": ""},
        {"customer": "\udc80"},
        "C-1001",
        None,
        1,
    ],
    ids=repr,
)
def test_a_reference_that_cannot_be_read_is_refused_even_what_is_only_told(gate: Gate, who: Any) -> None:
    assert said(gate, LETTERS, who) == UNAVAILABLE
    assert said(gate, ORDERS, who) == UNAVAILABLE


def test_somebody_asked_about_twice_is_hashed_once(gate: Gate) -> None:
    ada = gate.person({"customer": "C-1001"})
    assert [said(gate, question, ada) for question in (LETTERS, LEARN)] == [YES, YES]


def test_a_person_made_before_the_copy_came_is_found_all_the_same(wire: Wire) -> None:
    wire.tell(rows=[row("customer", "C-1001")])
    gate = Gate(wire.url, "sk_1")
    ada = gate.person({"customer": "C-1001"})
    assert gate.ready(SECONDS)
    assert said(gate, LETTERS, ada) == YES
    gate.close()


def test_the_signal_of_a_browser_refuses_what_it_covers(wire: Wire, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-2", ALL, codes("given", "given", "gpc", "told_basis"))])
    comes_to(gate, YES, ADS, {"customer": "C-2"})
    assert said(gate, ADS, {"customer": "C-2"}, gpc=True) == (False, "gpc")
    assert said(gate, LETTERS, {"customer": "C-2"}, gpc=True) == YES


def test_a_row_that_is_old_permits_only_what_rests_on_no_answer(wire: Wire, gate: Gate) -> None:
    past, future = int(time.time()) - 1, int(time.time()) + 3600
    wire.tell(rows=[row("customer", "C-2", ALL, until=past), row("customer", "C-3", ALL, until=future)])
    wire.tell(rows=[row("customer", "C-4", NONE, until=past)])
    comes_to(gate, (False, "withdrawn"), who={"customer": "C-4"})
    assert said(gate, who={"customer": "C-2"}) == (False, "expired")
    assert said(gate, ORDERS, {"customer": "C-2"}) == (True, "told_basis")
    assert said(gate, who={"customer": "C-3"}) == YES


def test_a_row_becomes_old_while_it_is_held(wire: Wire, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-2", ALL, until=int(time.time()) + 2)])
    comes_to(gate, YES, who={"customer": "C-2"})
    comes_to(gate, (False, "expired"), who={"customer": "C-2"})


def test_several_identifiers_must_all_say_yes_and_a_spoken_no_explains(wire: Wire, gate: Gate) -> None:
    device = new_device()
    wire.tell(rows=[row("device", device, NONE), row("email", "ada@example.test")])
    comes_to(gate, YES, who={"email": "ada@example.test"})
    assert said(gate, LETTERS, {"customer": "C-1001", "email": "ada@example.test"}) == YES
    both = {"device": device, "customer": "C-1001"}
    assert said(gate, LETTERS, both) == (False, "withdrawn")
    assert said(gate, LEARN, both) == (False, "not_answered")
    assert said(gate, ORDERS, both) == (True, "told_basis")


def test_an_identifier_nobody_is_known_by_adds_nothing(gate: Gate) -> None:
    assert said(gate, LETTERS, {"device": new_device(), "customer": "C-1001"}) == YES
    assert said(gate, LETTERS, {"device": new_device(), "customer": "C-9"}) == STRANGER


@pytest.mark.parametrize(("permitted", "answer"), [(True, YES), (False, (False, "minor"))])
def test_several_identifiers_of_which_one_is_a_minors_are_asked_about_at_the_edge(
    wire: Wire, gate: Gate, permitted: bool, answer: tuple[bool, str]
) -> None:
    wire.tell(rows=[row("customer", "C-2", minor=True)], permitted=permitted)
    comes_to(gate, YES, who={"customer": "C-2"})
    assert wire.asked("decide") == 0
    both = {"device": new_device(), "customer": "C-2"}
    assert said(gate, LETTERS, both) == answer
    assert said(gate, LETTERS, gate.person(both)) == answer
    assert wire.asked("decide") == 2


# What comes later


def test_a_withdrawal_arrives_and_so_does_a_new_yes(wire: Wire, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, (False, "withdrawn"))
    wire.tell(rows=[row("customer", "C-1001")])
    comes_to(gate, YES)


def test_a_row_that_is_gone_makes_a_stranger(wire: Wire, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-1001")[:1]])
    comes_to(gate, STRANGER)


def test_a_copy_of_many_pages_misses_nothing(wire: Wire) -> None:
    wire.tell(rows=[row("customer", f"C-{number}") for number in range(50)], most=7)
    with Gate(wire.url, "sk_1") as gate:
        assert {said(gate, LETTERS, {"customer": f"C-{number}"}) for number in range(50)} == {YES}
        assert wire.asked("replica/rows") == 8


def test_a_page_of_an_edge_that_has_heard_less_keeps_no_old_yes(wire: Wire) -> None:
    everybody = [f"C-{number}" for number in range(20)]
    wire.tell(rows=[row("customer", value) for value in everybody], most=7)
    wire.tell(rows=[row("customer", value, NONE) for value in everybody], behind=len(everybody))
    with Gate(wire.url, "sk_1") as gate:
        assert gate.ready(SECONDS)
        assert {said(gate, LETTERS, {"customer": value}) for value in everybody} == {(False, "withdrawn")}


def test_a_gate_asks_for_its_purposes_only(wire: Wire) -> None:
    with Gate(wire.url, "sk_1", purposes=["newsletter", "learn"]):
        assert wire.asked("purposes=learn,newsletter") >= 3
        assert wire.asked("purposes=None") == 0
    with pytest.raises(ValueError, match="at least one purpose"):
        Gate(wire.url, "sk_1", purposes=[])


def test_a_stream_that_was_cut_is_taken_up_where_it_ended(wire: Wire, gate: Gate) -> None:
    wire.tell(cut=1, rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, (False, "withdrawn"))
    assert wire.asked("replica/rows") == 1
    assert wire.asked("replica/stream") >= 2


def test_a_stream_that_brings_nothing_ends_the_lease_and_is_opened_anew(wire: Wire, gate: Gate) -> None:
    wire.tell(silent=True, rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, UNAVAILABLE)
    wire.tell(silent=False)
    comes_to(gate, (False, "withdrawn"))


def test_a_stream_slower_than_its_lease_permits_nothing_and_then_catches_up(wire: Wire, gate: Gate) -> None:
    wire.tell(slow=0.5, rows=[row("customer", f"C-{number}") for number in range(3)])
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    wait_until(lambda: said(gate) in (UNAVAILABLE, (False, "withdrawn")))
    comes_to(gate, (False, "withdrawn"))


def test_a_watermark_that_is_never_reached_renews_nothing(wire: Wire, gate: Gate) -> None:
    wire.tell(unsent=1)
    comes_to(gate, UNAVAILABLE)
    assert said(gate, ORDERS) == (True, "told_basis")
    wire.tell(unsent=0)
    comes_to(gate, YES)


def test_a_server_that_was_stopped_ends_the_lease_and_begins_it_when_it_goes_on(
    wire: Wire, gate: Gate
) -> None:
    wire.send(signal.SIGSTOP)
    comes_to(gate, UNAVAILABLE)
    wire.send(signal.SIGCONT)
    comes_to(gate, YES)


def test_what_she_is_only_told_goes_on_by_what_was_known_of_her_last(wire: Wire, gate: Gate) -> None:
    objected = codes("given", "given", "given", "refused")
    wire.tell(rows=[row("customer", "C-2", objected)])
    comes_to(gate, (False, "refused"), ORDERS, {"customer": "C-2"})
    wire.kill()
    comes_to(gate, UNAVAILABLE)
    assert said(gate, ORDERS) == (True, "told_basis")
    assert said(gate, ORDERS, {"customer": "C-2"}) == (False, "refused")
    assert said(gate, ORDERS, {"customer": "C-9"}) == (True, "told_basis")
    assert said(gate, ("newsletter", "purchases")) == UNAVAILABLE


def test_a_server_that_was_started_again_is_found_again(wire: Wire, gate: Gate) -> None:
    wire.kill()
    comes_to(gate, UNAVAILABLE)
    wire.start(seq=10, rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, (False, "withdrawn"))


def test_a_ledger_that_lost_what_was_known_of_it_is_not_believed(wire: Wire, gate: Gate) -> None:
    wire.tell(unsent=-1)
    comes_to(gate, UNAVAILABLE)
    wait_until(lambda: wire.asked("replica/rows") > 1)


@pytest.mark.parametrize("nonce", ["", "0" * 32])
def test_an_answer_to_another_poll_renews_nothing(wire: Wire, gate: Gate, nonce: str) -> None:
    wire.tell(nonce=nonce)
    comes_to(gate, UNAVAILABLE)


def test_another_epoch_is_fetched_anew_and_the_old_one_permits_nothing(wire: Wire, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-1001", NONE)], epoch="e2", cut=1)
    wait_until(lambda: said(gate) != YES)
    comes_to(gate, (False, "withdrawn"))
    assert wire.asked("replica/rows") == 2


def test_another_notice_is_fetched_anew_with_its_own_choices(wire: Wire, gate: Gate) -> None:
    shorter = {"choices": ["learn.purchases.use.self"], "stranger": "6", "signal_stranger": "6"}
    wire.tell(**shorter, rows=[row("customer", "C-1001", codes("renewed"))], version="v2", cut=1)
    comes_to(gate, (True, "renewed"), LEARN)
    assert said(gate) == (False, "not_listed")


def test_a_replica_too_far_behind_is_fetched_anew(wire: Wire, gate: Gate) -> None:
    wire.tell(first=1000, cut=1)
    wait_until(lambda: wire.asked("replica/rows") > 1)
    wire.tell(first=0, rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, (False, "withdrawn"))


@pytest.mark.parametrize(
    "raw",
    [
        "event: row\ndata: nonsense\n\n",
        'event: row\ndata: ["00", "0000", "", 0, false]\n\n',
        f'event: row\ndata: ["{"0" * 32}", "000", "", 0, false]\n\n',
        f'event: row\ndata: ["{"0" * 32}", "000v", "", 0, false]\n\n',
        f'event: row\ndata: ["{"0" * 32}", "0000", "", -1, false]\n\n',
        f'event: row\ndata: ["{"0" * 32}", "0000", "", 0, 2]\n\n',
        "event: seq\ndata: many\n\n",
        "event: reload\ndata: {}\n\n",
        'data: ["a change without its beginning"]\n\n',
        "data: " + "x" * (1 << 20),
    ],
    ids=[
        "no json",
        "short name",
        "few codes",
        "no reason",
        "no moment",
        "no flag",
        "no number",
        "no why",
        "no kind",
        "endless",
    ],
)
def test_a_stream_that_cannot_be_read_is_not_believed_and_all_is_fetched_anew(
    wire: Wire, gate: Gate, raw: str
) -> None:
    wire.tell(raw=raw, cut=1, rows=[row("customer", "C-1001", NONE)])
    wait_until(lambda: said(gate) != YES and wire.asked("replica/rows") > 1)
    wire.tell(raw="")
    comes_to(gate, (False, "withdrawn"))


@pytest.mark.parametrize(
    "broken",
    [
        {"choices": ["newsletter"]},
        {"stranger": "6"},
        {"stranger": "zzzz"},
        {"reasons": [], "permits": []},
        {"permits": [True]},
        {"names": {"customer": "!"}},
        {"names": {"customer": ""}},
        {"names": None},
        {"lease": 0},
        {"lease": 3600},
        {"lease": "long"},
    ],
    ids=str,
)
def test_a_head_that_does_not_fit_is_refused_as_a_whole(wire: Wire, broken: dict[str, Any]) -> None:
    wire.tell(broken_head=broken, rows=[row("customer", "C-1001")])
    gate = Gate(wire.url, "sk_1")
    assert said(gate) == UNAVAILABLE
    wait_until(lambda: wire.asked("replica") > 0)
    assert said(gate) == UNAVAILABLE
    gate.close()


# The gate itself


def test_nothing_is_fetched_before_it_is_needed_and_then_the_first_question_begins_it(wire: Wire) -> None:
    wire.tell(rows=[row("customer", "C-1001")])
    gate = Gate(wire.url, "sk_1")
    assert wire.asked("replica") == 0
    # The copy may be there at once where the first question has to wait for a processor.
    assert said(gate) in (UNAVAILABLE, YES)
    comes_to(gate, YES)
    assert wire.asked("replica") >= 1
    gate.close()


def test_where_nobody_listens_everything_is_refused() -> None:
    gate = Gate("http://localhost:9", "sk_1")
    assert not gate.ready(0.1)
    assert said(gate) == said(gate, ORDERS) == UNAVAILABLE
    gate.close()


def test_a_key_that_is_not_known_permits_nothing(wire: Wire) -> None:
    gate = Gate(wire.url, "sk_2")
    wait_until(lambda: said(gate) == UNAVAILABLE and wire.asked("replica") > 1)
    gate.close()


def test_a_gate_that_was_closed_refuses_everything_and_leaves_no_thread(gate: Gate) -> None:
    assert said(gate) == YES
    before = {thread for thread in threading.enumerate() if thread.name == "sayso"}
    gate.close()
    gate.close()
    assert said(gate) == said(gate, ORDERS) == UNAVAILABLE
    assert not gate.ready(0.1)
    assert len(before) >= 2
    wait_until(lambda: not any(thread.is_alive() for thread in before))


def in_a_child(gate: Gate) -> list[tuple[bool, str]]:
    """Fork, and give what the child is answered at once and after a withdrawal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, repr(said(gate)).encode())
            comes_to(gate, (False, "withdrawn"))
            os.write(writing, b"withdrawn")
        finally:
            os._exit(0)
    os.close(writing)
    return [reading, child]


def test_a_forked_child_answers_at_once_and_follows_by_itself(wire: Wire, gate: Gate) -> None:
    assert said(gate) == YES
    reading, child = in_a_child(gate)
    assert os.read(reading, 100) == repr(YES).encode()
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    assert os.read(reading, 100) == b"withdrawn"
    os.waitpid(child, 0)
    comes_to(gate, (False, "withdrawn"))
    os.close(reading)


def test_many_threads_ask_while_answers_change(wire: Wire, gate: Gate) -> None:
    seen: set[tuple[bool, str]] = set()
    done = threading.Event()

    def asks() -> None:
        while not done.is_set():
            seen.add(said(gate))

    threads = [threading.Thread(target=asks) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        wire.tell(rows=[row("customer", "C-1001", NONE), row("customer", "C-1001", ALL)])
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    comes_to(gate, (False, "withdrawn"))
    done.set()
    for thread in threads:
        thread.join()
    assert seen <= {YES, (False, "withdrawn"), UNAVAILABLE}


def test_patterns_nobody_has_any_more_are_let_go(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    monkeypatch.setattr("sayso_sdk.replica.copies.ROOM_FOR_PATTERNS", 5)
    with Gate(wire.url, "sk_1") as gate:
        for number in range(40):
            said_by_her = codes(*(("given", "refused")[number >> place & 1] for place in range(4)))
            wire.tell(rows=[row("customer", "C-1001", said_by_her, ALL if number & 16 else NONE)])
        wait_until(lambda: wire.asked("replica/rows") > 1)
        wire.tell(rows=[row("customer", "C-1001", ALL)])
        comes_to(gate, YES)


def test_identifiers_are_forgotten_beyond_so_many(wire: Wire) -> None:
    with Gate(wire.url, "sk_1", names_kept=2) as gate:
        for number in range(5):
            assert said(gate, LETTERS, {"customer": f"C-{number}"}) == STRANGER
        assert gate._copy.names._alone.cache_info().currsize == 2
