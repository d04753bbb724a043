"""A real SMTP server for tests: keeps what it is given, or refuses as told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings


@dataclass
class PostOffice:
    """What arrived, and what is answered to the next letters."""

    letters: list[EmailMessage] = field(default_factory=list)
    refusal: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a letter, or answer with the refusal."""
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def text(self, index: int = -1) -> str:
        """Give the body of a letter that arrived."""
        return str(self.letters[index].get_content())


@contextmanager
def running(settings: Settings) -> Iterator[PostOffice]:
    """Run the server on a free port and point the settings at it."""
    office = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    server = Controller(office, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_BACKEND = "sayso.messages.backend.QueuedLetters"
    try:
        yield office
    finally:
        server.stop()


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    """A mail server that takes letters."""
    with running(settings) as office:
        yield office
