"""Functions ask before they run, and whoever forgets to look at the answer has used nothing."""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from sayso_sdk import Asker, Client, Decision, Refused, Visitor, ask_with, asking, asks_first

ADA, BEN = {"customer": "C-1001"}, {"customer": "C-1002"}
Told = list[tuple[Any, ...]]


@pytest.fixture
def told() -> Iterator[Told]:
    """Let functions ask a list that permits Ada's letters only, and give what was asked."""
    asked: Told = []

    def decide(
        subject: Any, purpose: str, category: str, operation: str, recipient: str, *, gpc: bool = False
    ) -> Decision:
        asked.append((subject, purpose, category, operation, recipient, gpc))
        permitted = subject == ADA and purpose == "newsletter" and not gpc
        return Decision(f"{purpose}.{category}", permitted, "given" if permitted else "withdrawn")

    ask_with(decide)
    yield asked
    asking._default.clear()


@asks_first("newsletter", "contact")
def send(subject: Any, text: str = "") -> str:
    """Send a letter."""
    return f"sent {text}"


@asks_first("newsletter", "contact", returns=True)
def draft(person: Any) -> str:
    """Write a letter."""
    return "Dear Ada"


@asks_first("newsletter", "contact")
async def send_later(text: str, subject: Any) -> str:
    """Send a letter when there is time."""
    return f"sent {text}"


class Office:
    """Somebody who sends letters."""

    @asks_first("newsletter", "contact")
    def send(self, reader: Any) -> str:
        """Send a letter."""
        return "sent"


def test_a_function_that_is_permitted_runs_and_stays_itself(told: Told) -> None:
    assert send(ADA, "hello") == send(subject=ADA, text="hello") == "sent hello"
    assert (send.__name__, send.__doc__) == ("send", "Send a letter.")
    assert told == [(ADA, "newsletter", "contact", "use", "self", False)] * 2


def test_a_function_that_is_refused_does_not_run_and_says_why(told: Told) -> None:
    with pytest.raises(Refused, match=r"newsletter\.contact: withdrawn") as caught:
        send(BEN)
    assert (caught.value.reason, caught.value.choice) == ("withdrawn", "newsletter.contact")


def test_a_refusal_that_is_returned_counts_as_nothing(told: Told) -> None:
    assert draft(ADA) == "Dear Ada"
    refused = draft(BEN)
    assert isinstance(refused, Refused)
    assert not refused
    assert refused.reason == "withdrawn"


def test_a_function_that_waits_asks_before_it_begins(told: Told) -> None:
    assert asyncio.run(send_later("hello", ADA)) == "sent hello"
    with pytest.raises(Refused):
        asyncio.run(send_later("hello", subject=BEN))


def test_a_method_asks_about_its_argument_and_not_about_itself(told: Told) -> None:
    assert Office().send(ADA) == Office().send(reader=ADA) == "sent"
    with pytest.raises(Refused):
        Office().send(BEN)


def test_a_function_that_could_name_nobody_is_found_out_when_it_is_written() -> None:
    with pytest.raises(TypeError, match="no argument that could name a person"):

        @asks_first("newsletter", "contact")
        def broadcast() -> None:
            """Send to all."""


def test_whoever_the_function_is_handed_is_asked_about_and_nobody_else(told: Told) -> None:
    @asks_first("newsletter", "contact")
    def post(*texts: str, subject: Any = BEN) -> Any:
        return subject

    @asks_first("newsletter", "contact")
    def note(person: Any, /, **more: Any) -> Any:
        return person

    assert (post("hello", subject=ADA), note(ADA, person=BEN)) == (ADA, ADA)
    with pytest.raises(Refused):
        post("hello", ADA)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        note(BEN, person=ADA)


def test_a_function_for_many_people_is_found_out_when_it_is_written() -> None:
    with pytest.raises(TypeError, match="ask about each"):

        @asks_first("newsletter", "contact")
        def send_all(*people: Any) -> None:
            """Send to all."""


@pytest.mark.parametrize("nobody", [None, ()])
def test_nobody_named_is_refused(told: Told, nobody: Any) -> None:
    with pytest.raises(Refused):
        send(nobody)
    with pytest.raises(Refused, match="unavailable"):
        Office().send()  # type: ignore[call-arg]


def test_where_nobody_was_told_what_to_ask_everything_is_refused() -> None:
    with pytest.raises(Refused, match=r"newsletter\.contact\.use\.self: unavailable"):
        send(ADA)
    with pytest.raises(Refused, match="unavailable"):
        send(Visitor())


@pytest.mark.parametrize("answer", ["yes", 1, None])
def test_only_a_plain_yes_lets_a_function_run(answer: Any) -> None:
    @asks_first("newsletter", "contact", ask=lambda *_, **__: Decision("", answer, "given"))
    def run(subject: Any) -> None:
        raise AssertionError("it ran")

    with pytest.raises(Refused):
        run(ADA)


def test_a_client_may_be_asked_as_well_as_a_gate() -> None:
    with Client("http://localhost:9", "sk_1") as sayso, pytest.raises(Refused, match="unavailable"):
        asks_first("newsletter", "contact", ask=sayso.permitted)(lambda subject: subject)(ADA)


def test_a_visitor_brings_the_signal_of_the_browser(told: Told) -> None:
    ada = Visitor(customer="C-1001")
    assert send(ada) == "sent "
    with pytest.raises(Refused):
        send(Visitor(customer="C-1001", gpc=True))


def test_somebody_to_ask_about_is_asked_about_with_its_own_gate(told: Told) -> None:
    always = Asker(Visitor(customer="C-1002"), lambda *_, **__: Decision("", True, "given"))
    assert send(always) == "sent "
    assert told == []


def test_a_visitor_is_read_from_cookies_and_headers() -> None:
    device = secrets.token_urlsafe(32)
    visitor = Visitor.read({"sayso_device": device}, {"Sec-GPC": "1"}, https=False)
    assert (visitor.subject, visitor.gpc) == ({"device": device}, True)
    assert visitor.signed_in("C-1").subject == {"device": device, "customer": "C-1"}
    assert Visitor.read({"sayso_device": device}, {}, https=True).device is None


def test_a_visitor_without_a_device_is_a_stranger_nobody_can_answer_for() -> None:
    nobody = Visitor().subject
    assert set(nobody) == {"device"}
    assert nobody == Visitor(gpc=True).subject
    assert Visitor(customer="C-1").subject == {"customer": "C-1"}


def test_nobodys_name_is_written_where_a_visitor_is_printed() -> None:
    assert repr(Visitor(secrets.token_urlsafe(32), "C-1")) == "Visitor(gpc=False)"
