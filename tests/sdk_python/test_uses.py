"""A server that decides for itself counts what it decides: nothing waits, nothing counts twice, losses are told."""

import json
import os
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sayso_sdk import Client, Decision
from sayso_sdk.uses import Uses

ADA, BEN = (b"\x01" * 16,), (b"\x02" * 16, b"\x03" * 16)
LEARN = "learn.purchases.use.self"
YES, NO = Decision(LEARN, True, "given"), Decision(LEARN, False, "refused")
Handler = Callable[[httpx.Request], httpx.Response]


class Edge:
    """Takes batches, and fails as told before that."""

    def __init__(self, *failures: Handler) -> None:
        self.failures, self.batches = list(failures), list[dict[str, Any]]()
        self.taken = threading.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/":
            return httpx.Response(200, json={"edge": "http://edge.example.test"})
        if self.failures:
            return self.failures.pop(0)(request)
        self.batches.append(json.loads(request.content))
        self.taken.set()
        return httpx.Response(202, json={"counted": len(self.batches[-1]["uses"])})

    def counted(self) -> dict[tuple[str, bool], int]:
        found: dict[tuple[str, bool], int] = {}
        for use in (use for batch in self.batches for use in batch["uses"]):
            key = ("+".join(use["names"]), use["permitted"])
            found[key] = found.get(key, 0) + use["times"]
        return found


def uses(edge: Edge, most: int = 100, every: float = 60) -> Uses:
    client = Client("http://sayso.example.test", "sk_1", transport=httpx.MockTransport(edge))
    return Uses(client, most=most, every=every)


def times_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow", request=request)


def is_away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def is_busy(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, json={"code": "busy", "remedy": "later"})


def test_decisions_are_added_up_and_handed_over_together() -> None:
    edge = Edge()
    counting = uses(edge)
    for _ in range(14):
        counting.count(ADA, YES)
    counting.count(BEN, NO)
    counting.close()
    assert edge.counted() == {("01" * 16, True): 14, ("02" * 16 + "+" + "03" * 16, False): 1}
    assert len(edge.batches) == 1
    assert edge.batches[0]["lost"] == counting.lost == 0


def test_they_are_handed_over_by_themselves() -> None:
    edge = Edge()
    counting = uses(edge, every=0.01)
    counting.count(ADA, YES)
    assert edge.taken.wait(10)
    counting.close()
    assert edge.counted() == {("01" * 16, True): 1}


@pytest.mark.parametrize("reason", ["unknown_subject", "not_listed", "erasing", "unavailable"])
def test_where_nothing_of_hers_was_held_back_nothing_is_counted(reason: str) -> None:
    edge = Edge()
    counting = uses(edge)
    counting.count(ADA, Decision(LEARN, False, reason))
    counting.close()
    assert edge.batches == []


def test_a_flood_is_bounded_and_what_is_lost_is_told() -> None:
    edge = Edge()
    counting = uses(edge, most=10)
    for number in range(100):
        counting.count((number.to_bytes(16),), YES)
    counting.count(((3).to_bytes(16),), YES)
    counting.close()
    assert sum(edge.counted().values()) == 11
    assert counting.lost == edge.batches[0]["lost"] == 90


@pytest.mark.parametrize("failure", [is_away, is_busy])
def test_what_was_certainly_not_taken_is_sent_again(failure: Handler) -> None:
    edge = Edge(failure)
    counting = uses(edge)
    counting.count(ADA, YES)
    counting.tell()
    counting.count(ADA, YES)
    counting.close()
    assert edge.counted() == {("01" * 16, True): 2}
    assert counting.lost == 0


@pytest.mark.parametrize("failure", [times_out, lambda _: httpx.Response(500, text="?")])
def test_what_may_have_been_taken_is_lost_rather_than_counted_twice(failure: Handler) -> None:
    edge = Edge(failure)
    counting = uses(edge)
    counting.count(ADA, YES)
    counting.count(ADA, YES)
    counting.tell()
    counting.close()
    assert edge.counted() == {}
    assert counting.lost == edge.batches[0]["lost"] == 2


def test_many_threads_count_without_waiting_for_the_edge() -> None:
    edge = Edge()
    counting = uses(edge)

    def work() -> None:
        for _ in range(1000):
            counting.count(ADA, YES)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting.close()
    assert 0 < edge.counted()["01" * 16, True] <= 4000


def test_a_child_begins_with_nothing_and_the_parent_hands_over_its_own() -> None:
    edge = Edge()
    counting = uses(edge)
    counting.count(ADA, YES)
    child = os.fork()
    if child == 0:
        os._exit(len(counting._waiting))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    counting.close()
    assert edge.counted() == {("01" * 16, True): 1}
