"""A brand's server copies the decisions: head, rows, what changes, and leases that end. Real processes."""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.deployed import Deployment
from tests.linen import HARBOUR, LEARN, ORDERS, PURCHASES

PATIENCE = 30  # seconds until a test gives up
NONCE = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parents[2]


class Copy:
    """A copy as a brand's server keeps it, as simple as can be."""

    def __init__(self, deployed: Deployment, key: str, purposes: str = "") -> None:
        self.http = httpx.Client(
            base_url=deployed.edge, headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE
        )
        self.purposes = {"purposes": purposes} if purposes else {}
        self.heard: Queue[tuple[str, Any]] = Queue()
        self.rows: dict[str, list[Any]] = {}

    def get(self, path: str, **query: Any) -> Any:
        """Ask, and once more while the edge still reads."""
        while (
            reply := self.http.get(f"/v1/replica{path}", params={**self.purposes, **query})
        ).status_code == 503:
            assert reply.json()["code"] == "replica_loading"
        assert reply.status_code == 200, reply.text
        return reply.json()

    def begin(self) -> None:
        """Take the head and every row, two a page."""
        self.head, after, first = self.get(""), "", None
        while after is not None:
            page = self.get("/rows", after=after, most=2)
            first = first or page
            self.rows |= {row[0]: row for row in page["rows"]}
            after = page["next"]
        self.seq = first["seq"]

    @contextmanager
    def following(self, **other: Any) -> Iterator[None]:
        """Follow what changes until the end of the block."""
        known = {"seq": self.seq, "epoch": self.head["epoch"], "version": self.head["version"]}
        query = {**self.purposes, **known, **other}
        with self.http.stream("GET", "/v1/replica/stream", params=query) as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            reader = Thread(target=self._read, args=[stream], daemon=True)
            reader.start()
            yield

    def _read(self, stream: httpx.Response) -> None:
        event = ""
        try:
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    self.heard.put((event, json.loads(value)))
        except httpx.HTTPError:
            pass
        self.heard.put(("end", None))

    def until(self, true: Callable[[], bool]) -> None:
        """Apply what is heard until something holds."""
        while not true():
            event, data = self.heard.get(timeout=PATIENCE)
            assert event in ("row", "seq"), (event, data)
            if event == "row" and len(data) > 1:
                self.rows[data[0]] = data
            elif event == "row":
                self.rows.pop(data[0], None)

    def why_to_start_again(self) -> str:
        """Read on until told to reload, and see that nothing follows."""
        while (told := self.heard.get(timeout=PATIENCE))[0] != "reload":
            assert told[0] in ("row", "seq")
        assert self.heard.get(timeout=PATIENCE) == ("end", None)
        return str(told[1]["why"])

    def reason(self, name: str, choice: str) -> str:
        """Give the reason a copy answers with."""
        codes = self.rows[name][1] if name in self.rows else self.head["stranger"]
        code = codes[self.head["choices"].index(choice)]
        return str(self.head["reasons"]["0123456789abcdefghijklmnopqrstuv".index(code)])


@pytest.fixture(scope="module")
def deployed(
    database_of_its_own: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path_factory.mktemp("copied"), database_of_its_own())
    deployment.prepare()
    with deployment.serving():
        yield deployment


@pytest.fixture(scope="module")
def key(deployed: Deployment) -> str:
    return deployed.told("key", "linen-and-loom", "--scope", "replica", "--label", "a copy")


@pytest.fixture(scope="module")
def act(deployed: Deployment) -> Iterator[Callable[..., Any]]:
    """Let things happen, from a process of its own."""
    actor = subprocess.Popen(
        [sys.executable, "-m", "tests.edge.actor"],
        env=deployed.environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert actor.stdin
    assert actor.stdout

    def happen(*what: Any) -> Any:
        actor.stdin.write(json.dumps(what) + "\n")
        actor.stdin.flush()
        return json.loads(actor.stdout.readline())

    yield happen
    actor.stdin.close()
    actor.wait(PATIENCE)
    actor.stdout.close()


@pytest.fixture
def copy(deployed: Deployment, key: str) -> Iterator[Copy]:
    made = Copy(deployed, key)
    made.begin()
    yield made
    made.http.close()


def name_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()[:32]


def test_the_head_tells_what_a_copy_must_know(copy: Copy) -> None:
    head = copy.head
    assert head["brand"] == "linen-and-loom"
    assert dict(zip(head["reasons"], head["permits"], strict=True))["told_basis"] is True
    assert sum(head["permits"]) == 3
    assert {kind: len(b64decode(key)) for kind, key in head["names"].items()} == {"customer": 32, "email": 32}
    assert head["lease"] == 5
    assert len(head["stranger"]) == len(head["choices"])
    assert (copy.reason("f" * 32, PURCHASES), copy.reason("f" * 32, ORDERS)) == (
        "unknown_subject",
        "told_basis",
    )


def test_a_withdrawal_is_refused_by_whoever_follows(copy: Copy, act: Callable[..., Any]) -> None:
    name = name_of(act("browser", 0))
    with copy.following():
        act("says", "browser", 0, "learn", "given")
        copy.until(lambda: name in copy.rows and copy.reason(name, LEARN) == "given")
        act("says", "browser", 0, "learn", "refused")
        copy.until(lambda: copy.reason(name, LEARN) == "withdrawn")


def test_who_starts_anew_finds_what_happened(copy: Copy, act: Callable[..., Any]) -> None:
    act("says", "browser", 1, "learn", "refused")
    before = copy.seq
    with copy.following(seq=before):
        copy.until(lambda: copy.reason(name_of(act("browser", 1)), LEARN) == "refused")
    again = Copy.__new__(Copy)
    again.http, again.purposes, again.rows, again.heard = copy.http, {}, {}, Queue()
    again.begin()
    assert again.rows == copy.rows


def test_a_device_that_is_unlinked_answers_alone_again(copy: Copy, act: Callable[..., Any]) -> None:
    name = name_of(act("browser", 2))
    with copy.following():
        act("is_customer", 0)
        act("says", "browser", 2, "learn", "given")
        act("says", "account", 0, "learn", "refused")
        act("signs_in", 2, 0)
        copy.until(lambda: name in copy.rows and copy.reason(name, LEARN) == "refused")
        act("signs_out", 2)
        copy.until(lambda: copy.reason(name, LEARN) == "given")


def test_a_block_reaches_a_copy_though_nobody_is_known_by_it(copy: Copy, act: Callable[..., Any]) -> None:
    with copy.following():
        act("blocks", "email", "stranger@example.test", "marketing")
        was = set(copy.rows)
        copy.until(lambda: bool(set(copy.rows) - was))
        (name,) = set(copy.rows) - was
        assert copy.reason(name, "newsletter.contact.use.self") == "blocked"
        assert copy.rows[name][4] == 1


def test_an_erasure_takes_the_row_away(copy: Copy, act: Callable[..., Any]) -> None:
    with copy.following():
        was = set(copy.rows)
        act("is_customer", 1)
        act("says", "account", 1, "learn", "given")
        copy.until(lambda: bool(set(copy.rows) - was))
        (name,) = set(copy.rows) - was
        act("erasing", 1, True)
        copy.until(lambda: copy.reason(name, LEARN) == "erasing")
        act("is_forgotten", 1)
        copy.until(lambda: name not in copy.rows)


def test_a_copy_of_some_purposes_holds_no_others(
    deployed: Deployment, key: str, act: Callable[..., Any]
) -> None:
    some = Copy(deployed, key, "learn,orders")
    some.begin()
    assert {choice.split(".")[0] for choice in some.head["choices"]} == {"learn", "orders"}
    assert {len(row[1]) for row in some.rows.values()} == {len(some.head["choices"])}
    with some.following():
        act("says", "browser", 0, "learn", "given")
        some.until(lambda: some.reason(name_of(act("browser", 0)), LEARN) == "given")
    some.http.close()


def test_a_lease_says_how_far_the_news_goes(copy: Copy, act: Callable[..., Any]) -> None:
    first = copy.get("/lease", nonce=NONCE)
    assert (first["nonce"], first["epoch"]) == (NONCE, copy.head["epoch"])
    assert first["version"] == copy.head["version"]
    act("says", "browser", 0, "purchases", "refused")
    second = copy.get("/lease", nonce=NONCE)
    assert second["seq"] > first["seq"]
    with copy.following():
        copy.until(lambda: copy.heard.qsize() > 0)
        told = 0
        while told < second["seq"]:
            event, data = copy.heard.get(timeout=PATIENCE)
            told = data if event == "seq" else told


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/lease", {"nonce": "no"}),
        ("/rows", {"after": "Ada"}),
        ("/rows", {"most": "-1"}),
        ("/stream", {"seq": "x"}),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(copy: Copy, path: str, query: dict[str, str]) -> None:
    reply = copy.http.get(f"/v1/replica{path}", params=query)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


def test_a_key_without_the_scope_copies_nothing(deployed: Deployment, copy: Copy) -> None:
    other = deployed.told("key", "linen-and-loom", "--scope", "decide", "--label", "a shop")
    for path in ("", "/rows", "/lease", "/stream"):
        reply = httpx.get(f"{deployed.edge}/v1/replica{path}", headers={"authorization": f"Bearer {other}"})
        assert (reply.status_code, reply.json()["code"]) == (403, "scope_missing")
        assert copy.http.post(f"/v1/replica{path}").status_code == 405


def test_who_is_too_far_behind_starts_again(copy: Copy) -> None:
    with copy.following(seq=0):
        assert copy.why_to_start_again() == "behind"


def test_who_follows_another_notice_or_epoch_starts_again(copy: Copy) -> None:
    for other, why in (({"version": "sha256:old"}, "notice"), ({"epoch": "old"}, "epoch")):
        with copy.following(**other):
            assert copy.why_to_start_again() == why


# What follows changes the deployment for good, so it stands last.


def test_a_restore_begins_another_epoch_and_every_copy_starts_again(
    copy: Copy, act: Callable[..., Any]
) -> None:
    with copy.following():
        act("restores")
        assert copy.why_to_start_again() == "epoch"
    was = copy.head["epoch"]
    copy.begin()
    assert copy.head["epoch"] != was


def test_a_notice_that_is_published_makes_every_copy_start_again(copy: Copy, act: Callable[..., Any]) -> None:
    name = name_of(act("browser", 0))
    act("says", "browser", 0, "learn", "given")
    with copy.following():
        copy.until(lambda: copy.reason(name, LEARN) == "given")
        version = act("publishes")
        assert copy.why_to_start_again() == "notice"
    assert copy.get("/lease", nonce=NONCE)["version"] == version
    copy.begin()
    assert copy.head["version"] == version
    assert copy.reason(name, HARBOUR) == "not_answered"
