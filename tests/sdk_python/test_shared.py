"""The processes of one host share one copy: one feeds it, all read it, and nobody believes it beyond its lease."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sayso_sdk import Gate
from sayso_sdk.replica.shared_rows import SharedRows
from sayso_sdk.replica.wire import read_head, read_row

from tests.sdk_python.wire import (
    ADS,
    ALL,
    HEAD,
    LEARN,
    LETTERS,
    NONE,
    ORDERS,
    SECONDS,
    Wire,
    codes,
    row,
    wait_until,
)

YES, NO, UNAVAILABLE = (True, "given"), (False, "withdrawn"), (False, "unavailable")

# A program of the brand's: it says that it is ready, then answers a question for every line it is sent.
PROGRAM = """
import sys
from sayso_sdk import Gate

with Gate(sys.argv[1], "sk_1", store=sys.argv[2]) as gate:
    assert gate.ready(20)
    print("ready", flush=True)
    for line in sys.stdin:
        made = gate.decide({"customer": "C-1001"}, *line.split())
        print(made.permitted, made.reason, flush=True)
"""


class Consumer:
    """A process of the host that asks."""

    def __init__(self, wire: Wire, store: Path) -> None:
        command = [sys.executable, "-c", PROGRAM, wire.url, str(store)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._said() == "ready"

    def said(self, *question: str) -> tuple[bool, str]:
        """Ask, and give the answer and its reason."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(question or LETTERS) + "\n")
        self.process.stdin.flush()
        permitted, reason = self._said().split()
        return permitted == "True", reason

    def _said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def first(wire: Wire, tmp_path: Path) -> Iterator[Consumer]:
    """Give the process that came first, and so feeds."""
    wire.tell(rows=[row("customer", "C-1001")])
    made = Consumer(wire, tmp_path / "store")
    yield made
    made.end()


@pytest.fixture
def gate(first: Consumer, wire: Wire, tmp_path: Path) -> Iterator[Gate]:
    """Give the gate of a process that came second."""
    with Gate(wire.url, "sk_1", store=tmp_path / "store") as made:
        assert made.ready(SECONDS)
        yield made


def said(gate: Gate, question: tuple[str, ...] = LETTERS, **more: bool) -> tuple[bool, str]:
    """Ask, and give the answer and its reason."""
    made = gate.decide({"customer": "C-1001"}, *question, **more)
    return made.permitted, made.reason


def test_one_process_fetches_and_all_answer(wire: Wire, first: Consumer, gate: Gate) -> None:
    assert first.said() == said(gate) == YES
    assert wire.asked("replica/rows") == 1
    wire.tell(rows=[row("customer", "C-1001", NONE, codes("withdrawn", "not_answered", "gpc", "told_basis"))])
    wait_until(lambda: said(gate) == first.said() == NO)
    assert said(gate, ADS) == (False, "refused")
    assert said(gate, ADS, gpc=True) == (False, "gpc")


def test_a_row_that_is_gone_is_gone_for_all(wire: Wire, first: Consumer, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-1001")[:1]])
    wait_until(lambda: said(gate) == first.said() == (False, "unknown_subject"))


def test_when_the_feeding_process_stops_the_others_refuse_until_it_goes_on(
    wire: Wire, first: Consumer, gate: Gate
) -> None:
    first.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: said(gate) == UNAVAILABLE)
    assert said(gate, ORDERS) == (True, "told_basis")
    first.process.send_signal(signal.SIGCONT)
    wait_until(lambda: said(gate) == YES)


def test_when_the_feeding_process_dies_another_goes_on_where_it_ended(
    wire: Wire, first: Consumer, gate: Gate
) -> None:
    first.process.kill()
    wait_until(lambda: wire.asked("replica/stream") == 2)
    wire.tell(rows=[row("customer", "C-1001", NONE), row("customer", "C-2", codes(*["renewed"] * 4))])
    wait_until(lambda: said(gate) == NO)
    assert gate.decide({"customer": "C-2"}, *LEARN).reason == "renewed"
    assert wire.asked("replica/rows") == 1


def test_another_epoch_reaches_every_process(wire: Wire, first: Consumer, gate: Gate) -> None:
    wire.tell(rows=[row("customer", "C-1001", NONE)], epoch="e2", cut=1)
    wait_until(lambda: said(gate) == first.said() == NO)


def test_what_was_left_of_an_earlier_start_of_the_machine_is_not_believed(
    wire: Wire, first: Consumer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first.process.kill()
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    monkeypatch.setattr("sayso_sdk.replica.clock.boot", lambda: "another start")
    with Gate(wire.url, "sk_1", store=tmp_path / "store") as gate:
        assert gate.ready(SECONDS)
        assert said(gate) == NO
    assert wire.asked("replica/rows") == 2


def test_a_forked_child_reads_along(wire: Wire, first: Consumer, gate: Gate) -> None:
    assert said(gate) == YES
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, repr(said(gate)).encode())
            wait_until(lambda: said(gate) == NO)
            os.write(writing, b"withdrawn")
        finally:
            os._exit(0)
    os.close(writing)
    assert os.read(reading, 100) == repr(YES).encode()
    wire.tell(rows=[row("customer", "C-1001", NONE)])
    assert os.read(reading, 100) == b"withdrawn"
    os.waitpid(child, 0)
    os.close(reading)
    wait_until(lambda: said(gate) == NO)


def test_a_child_of_the_feeding_process_does_not_keep_others_from_feeding(wire: Wire, tmp_path: Path) -> None:
    wire.tell(rows=[row("customer", "C-1001")])
    with Gate(wire.url, "sk_1", store=tmp_path) as parent:
        assert parent.ready(SECONDS)
        child = os.fork()
        if child == 0:
            signal.pause()
    try:
        with Gate(wire.url, "sk_1", store=tmp_path) as next_one:
            wire.tell(rows=[row("customer", "C-1001", NONE)])
            wait_until(lambda: said(next_one) == NO)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_two_brands_or_purposes_share_a_folder_but_no_copy(wire: Wire, tmp_path: Path) -> None:
    with Gate(wire.url, "sk_1", store=tmp_path), Gate(wire.url, "sk_1", ["learn"], store=tmp_path):
        assert len([place for place in tmp_path.iterdir() if (place / "current").exists()]) == 2


def test_only_its_owner_may_read_the_copy(first: Consumer, tmp_path: Path) -> None:
    found = [path for path in (tmp_path / "store").rglob("*") if path.name != "current"]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


def test_a_folder_that_cannot_be_used_is_found_out_at_once(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        Gate(wire.url, "sk_1", store=tmp_path / "file" / "store")


def test_a_machine_that_cannot_name_its_start_cannot_share(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso_sdk.replica.clock.boot", str)
    with pytest.raises(OSError, match="needs Linux"):
        Gate(wire.url, "sk_1", store=tmp_path)


def test_a_hundred_thousand_people_take_forty_bytes_each_at_most(wire: Wire, tmp_path: Path) -> None:
    head = read_head(HEAD | {"epoch": "e", "version": "v"})
    rows = SharedRows(tmp_path, head)
    names = sorted(os.urandom(16).hex() for _ in range(100_000))
    told = [[one, (ALL, NONE)[n % 2], "", 1_900_000_000 + n, False] for n, one in enumerate(names)]
    rows.put([read_row(one, rows.patterns) for one in told])
    rows.put((), 1)
    size = (tmp_path / "data.mdb").stat().st_blocks * 512
    rows.close()
    assert size / len(names) <= 40, size / len(names)
