"""A thief of the databases reads no address and no code: before, while and after somebody signs in."""

import base64
import binascii
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from sayso.deployment import env
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.messages.services import send_due
from tests.centre.conftest import ADA, code_from
from tests.messages.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)
CODE = re.compile(r"^ {4}([A-Z0-9-]{6,19})\r?$", re.MULTILINE)


def _rows() -> Iterator[bytes]:
    """Give every value of every table of both databases, and what is merely encoded also decoded."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names the database gave
            for row in cursor.fetchall():
                yield from (_bytes(value) for value in row)
    yield from (repr(session.get_decoded()).encode() for session in Session.objects.all())
    store = sqlite3.connect(urlsplit(env.keys_url()).path)
    yield from (_bytes(value) for row in store.execute("SELECT * FROM key") for value in row)
    store.close()


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _files() -> Iterator[bytes]:
    """Give the files of the key store, and of the data where it is embedded, with what their logs still hold.

    Another process reads them: closing a file here would drop the locks by which SQLite guards it.
    """
    for address in (env.keys_url(), env.database_url()):
        path = urlsplit(address)
        if path.scheme == "sqlite":
            for file in Path(path.path).parent.glob(f"{Path(path.path).name}*"):
                yield subprocess.run(["/bin/cat", file], capture_output=True, check=True).stdout


def _readable(blob: bytes) -> bytes:
    """Give a value with whatever was only packed in base64 and zlib unpacked beside it."""
    found = [blob]
    for piece in re.findall(rb"[A-Za-z0-9_+/-]{24,}", blob):
        try:
            plain = base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4))
        except binascii.Error:
            continue
        found.append(plain)
        try:
            found.append(zlib.decompress(plain))
        except zlib.error:
            continue
    return b"\n".join(found).lower()


def _found(*secrets: str) -> list[str]:
    everything = [_readable(value) for value in _rows()] + [file.lower() for file in _files()]
    assert len(everything) > 50
    return [secret for secret in secrets if any(secret.lower().encode() in value for value in everything)]


def _asks(browser: Client, post: PostOffice, address: str = ADA) -> str:
    assert browser.post("/sign-in", {"email": address}).status_code == 302
    return code_from(post)


def test_the_search_finds_what_is_there(browser: Client) -> None:
    session = browser.session
    session["typed"] = ADA
    session.save()
    keys.make_keys(["somebody"])
    get_user_model().objects.create(username="x", email="mara@linenandloom.example.test")
    assert _found(ADA, "mara@linenandloom.example.test", "cleo@example.test") == [
        ADA,
        "mara@linenandloom.example.test",
    ]


def test_a_sign_in_under_way_leaves_no_address_and_no_code(browser: Client, post: PostOffice) -> None:
    code = _asks(browser, post, "dora@example.test")
    assert _found("dora@example.test", "dora@", code, code.replace("-", "")) == []
    browser.get("/sign-in/code")
    browser.post("/sign-in/code", {"code": "WRONG-00"})
    assert _found("dora@", code, code.replace("-", "")) == []


def test_a_refused_sign_in_leaves_no_address(browser: Client, post: PostOffice) -> None:
    code = _asks(browser, post, "edna@example.test")
    for _ in range(5):
        browser.post("/sign-in/code", {"code": "WRONG-00"})
    assert browser.post("/sign-in/code", {"code": code})["Location"] == "/sign-in"
    assert _found("edna@", code, code.replace("-", "")) == []


def test_after_she_signed_in_her_address_is_sealed_and_still_known(browser: Client, post: PostOffice) -> None:
    identity_services.link_customer({"customer": "C-77", "email": "fern@example.test"}, "", datetime.now(UTC))
    code = _asks(browser, post, "Fern@Example.test")
    assert browser.post("/sign-in/code", {"code": code}).status_code == 302
    assert "fern@example.test" in browser.get("/centre/data").content.decode()
    browser.post("/centre/step-up/download/code")
    send_due(datetime.now(UTC))
    proof = CODE.findall(post.text())[0]
    assert _found("fern@", code, code.replace("-", ""), proof, proof.replace("-", "")) == []


def test_somebody_of_the_house_is_sealed_too(browser: Client, post: PostOffice) -> None:
    otto = "otto@linenandloom.example.test"
    person = identity_services.make_staff(otto, "officer", datetime.now(UTC))
    browser.post("/sign-in/code", {"code": _asks(browser, post, otto)})
    assert browser.get("/console/requests").status_code == 200
    assert identity.address_of_person(person) == otto
    assert _found("otto@linenandloom") == []


def test_addresses_that_older_versions_kept_in_clear_are_sealed_by_the_migration() -> None:
    from importlib import import_module

    people = get_user_model().objects
    gerd = people.create(username="g", email="Gerd@example.test")
    apps.get_model("account", "EmailAddress").objects.create(user=gerd, email="gerd@example.test")
    migration = import_module("sayso.identity.migrations.0003_sealed_addresses")
    migration.seal_addresses(apps, None)
    assert apps.get_model("account", "EmailAddress").objects.count() == 0
    assert identity.person_by_address("gerd@example.test") == gerd.pk
    assert identity.address_of_person(gerd.pk) == "gerd@example.test"
    assert people.get(pk=gerd.pk).email == ""
