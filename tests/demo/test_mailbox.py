"""Every letter of the demo ends in the mailbox, and none leaves the machine."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import httpx
import pytest

from tests.demo import programs


@pytest.fixture(scope="module")
def smtp_port() -> int:
    """Give the port letters are pushed in at."""
    return programs.free_port()


@pytest.fixture(scope="module")
def mailbox(smtp_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the mailbox's page."""
    home, options = tmp_path_factory.mktemp("mailbox"), ("--smtp-port", str(smtp_port))
    with programs.program(home, programs.free_port(), "sayso_demo.mailbox", *options) as address:
        yield address


@pytest.fixture(autouse=True)
def _empty(mailbox: str) -> None:
    httpx.post(f"{mailbox}/clear")


def write(smtp_port: int, subject: str, text: str, to: str = "ada@example.test") -> None:
    """Send one letter."""
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = subject, "hello@linenandloom.example.test", to
    letter.set_content(text)
    with smtplib.SMTP("localhost", smtp_port, timeout=5) as post:
        post.send_message(letter)


def test_letters_are_listed_newest_first(mailbox: str, smtp_port: int) -> None:
    write(smtp_port, "你說了算", "第一封信")
    write(smtp_port, "Second", "Your code is 123456")
    letters = httpx.get(f"{mailbox}/messages.json").json()
    assert [letter["subject"] for letter in letters] == ["Second", "你說了算"]
    assert letters[1]["text"].strip() == "第一封信"
    assert letters[0]["recipient"] == "ada@example.test"


def test_a_link_can_be_followed_and_everything_else_is_text(mailbox: str, smtp_port: int) -> None:
    write(
        smtp_port, "<b>Hello</b>", 'Look: http://localhost:8700/r/1#s3cret&a="x". <script>alert(1)</script>'
    )
    text = httpx.get(mailbox).text
    assert '<a href="http://localhost:8700/r/1#s3cret&amp;a=" rel="noreferrer">' in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>Hello" not in text


def test_the_button_throws_all_away_and_another_site_cannot_press_it(mailbox: str, smtp_port: int) -> None:
    write(smtp_port, "Keep me", "please")
    assert httpx.post(f"{mailbox}/clear", headers={"Origin": "http://localhost:8720"}).status_code == 403
    assert len(httpx.get(f"{mailbox}/messages.json").json()) == 1
    assert httpx.post(f"{mailbox}/clear").status_code == 303
    assert httpx.get(f"{mailbox}/messages.json").json() == []
